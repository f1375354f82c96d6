"""What happened to somebody's account, and to what belongs to them, in words."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from medianest.domain import api_key, invitation, linked_account, oidc_provider, second_factor, session, setting
from medianest.domain.house_rules import Value
from medianest.domain.kernel import Event
from medianest.domain.user import events as users

Called = Callable[[UUID], str]
"""What somebody is called, in a sentence."""

ENDS: Final = {
    "signed_out": "signed out",
    "ended_elsewhere": "ended a session on another device",
    "ended_by_administrator": "ended a session of {whom}",
    "token_reused": "ended a session of {whom}, because a token came a second time",
    "expired": "let a session of {whom} expire",
    "password_changed": "ended a session of {whom}, because the password changed",
    "second_factor_changed": "ended a session of {whom}, because the second factor changed",
    "access_lost": "ended a session of {whom}, who lost access elsewhere",
}
LOSSES: Final = {
    "token_rejected": "no longer takes our token for {whom}",
    "no_access": "no longer gives {whom} access",
}


def of_account(event: users.UserEvent, who: str, actor: UUID, called: Called) -> str:
    whom = "themselves" if event.user_id == actor else called(event.user_id)
    match event:
        case users.UserRegistered(role=role):
            return f"{who} registered {whom} as {role}"
        case users.UserRenamed():
            return f"{who} renamed {whom}"
        case users.RoleChanged(role=role):
            return f"{who} made {whom} {role}"
        case users.UserSuspended():
            return f"{who} suspended {whom}"
        case users.UserReinstated():
            return f"{who} reinstated {whom}"
        case users.PermissionGranted(permission=permission):
            return f"{who} allowed {whom} to {permission.replace('_', ' ')}"
        case users.PermissionRevoked(permission=permission):
            return f"{who} no longer allows {whom} to {permission.replace('_', ' ')}"
        case users.LanguageChosen():
            return f"{who} chose a language for {whom}"
        case users.QuotaSet():
            return f"{who} set a quota for {whom}"
        case users.PasswordChanged(way=way):
            return f"{who} chose a new password" if way in ("changed", "reset") else f"{who} set a password for {whom}"
        case users.UserLockedOut():
            return f"{who} locked the account of {whom} after too many wrong attempts"
        case users.UserUnlocked():
            return f"{who} unlocked the account of {whom}"
        case users.UserSignedIn():
            return f"{who} signed in"
        case users.UserSignedOut():
            return f"{who} signed out" if event.user_id == actor else f"{who} signed {whom} out"
        case users.UserDeleted():
            return f"{who} deleted an account, and forgot whose it was"
    return f"{event.tag} by {who}"


def of_identity(event: Event, who: str, actor: UUID, called: Called) -> str | None:
    """None for what is no affair of somebody's identity."""
    match event:
        case users.UserEvent():
            return of_account(event, who, actor, called)
        case session.SessionOpened(is_new_device=is_new_device):
            return f"{who} signed in{' on a new device' if is_new_device else ''}"
        case session.SessionConfirmed():
            return f"{who} proved once more who they are"
        case session.SessionEnded(user_id=user_id, reason=reason):
            return f"{who} {ENDS[reason].format(whom=called(user_id))}"
        case second_factor.SecondFactorEnrolled():
            return f"{who} enrolled a second factor"
        case second_factor.RecoveryCodesMade():
            return f"{who} made recovery codes"
        case second_factor.RecoveryCodeSpent(left=left):
            return f"{who} used a recovery code; {left} are left"
        case second_factor.SecondFactorRemoved(user_id=user_id):
            whose = "their second factor" if user_id == actor else f"the second factor of {called(user_id)}"
            return f"{who} removed {whose}"
        case linked_account.AccountLinked(provider=provider):
            return f"{who} linked an account at {provider}"
        case linked_account.AccountUnlinked():
            return f"{who} unlinked an account elsewhere"
        case linked_account.AccessLost(provider=provider, user_id=user_id, reason=reason):
            return f"The provider {provider} {LOSSES[reason].format(whom=called(user_id))}"
        case linked_account.AccessRegained(user_id=user_id):
            return f"An account of {called(user_id)} elsewhere has access again"
        case api_key.ApiKeyMade():
            return f"{who} made an API key"
        case api_key.ApiKeyRevoked(user_id=user_id):
            return f"{who} revoked an API key{'' if user_id == actor else f' of {called(user_id)}'}"
        case invitation.InvitationCreated(role=role, uses=uses):
            return f"{who} created an invitation for {uses} {role if uses == 1 else role + 's'}"
        case invitation.InvitationUsed():
            return f"{who} came in by an invitation"
        case invitation.InvitationRevoked():
            return f"{who} revoked an invitation"
        case oidc_provider.ProviderAdded(slug=slug):
            return f"{who} added the sign-in provider {slug}"
        case oidc_provider.ProviderChanged(slug=slug):
            return f"{who} changed the sign-in provider {slug}"
        case oidc_provider.ProviderRemoved(slug=slug):
            return f"{who} removed the sign-in provider {slug}"
        case setting.SettingChanged(key=key, value=value):
            return f"{who} set {key.replace('_', ' ')} to {_in_words(value)}"
        case setting.SettingReset(key=key):
            return f"{who} set {key.replace('_', ' ')} back to its default"
    return None


def _in_words(value: Value) -> str:
    """A switch is on or off; what stands in a list is said one after the other."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return ", ".join(value) if isinstance(value, tuple) else str(value)
