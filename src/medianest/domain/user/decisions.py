"""What an account answers to each command: one case a column of the transition table."""

from collections.abc import Sequence

from medianest.domain.user import refusals
from medianest.domain.user.commands import (
    ChangeRole,
    ChooseLanguage,
    DeleteUser,
    GrantPermission,
    LockOut,
    RecordPasswordChange,
    RegisterUser,
    ReinstateUser,
    RenameUser,
    RevokePermission,
    SetQuota,
    SuspendUser,
    Unlock,
    UserCommand,
)
from medianest.domain.user.events import (
    LanguageChosen,
    PasswordChanged,
    PermissionGranted,
    PermissionRevoked,
    QuotaSet,
    RoleChanged,
    UserDeleted,
    UserEvent,
    UserLockedOut,
    UserRegistered,
    UserReinstated,
    UserRenamed,
    UserSuspended,
    UserUnlocked,
)
from medianest.domain.user.state import User
from medianest.domain.user.vocabulary import DEFAULT_PERMISSIONS, in_order, is_language, is_region


def decide(command: UserCommand, state: User | None) -> Sequence[UserEvent]:
    if state is not None and state.is_deleted:
        if isinstance(command, DeleteUser):
            return []
        raise refusals.UserIsDeleted
    if isinstance(command, RegisterUser):
        return _register(command) if state is None else []
    if state is None:
        raise refusals.UserNotFound
    user_id = state.user_id
    match command:
        case RenameUser(name=name):
            return [UserRenamed(user_id=user_id, name=_written(name))]
        case ChangeRole(role=role):
            if role == state.role:
                return []
            _only_others(command)
            return [RoleChanged(user_id=user_id, role=role)]
        case SuspendUser(actor=actor, reason=reason):
            if state.is_suspended:
                return []
            _only_others(command)
            return [UserSuspended(user_id=user_id, suspended_by=actor, reason=reason)]
        case ReinstateUser():
            return [UserReinstated(user_id=user_id)] if state.is_suspended else []
        case GrantPermission(permission=permission):
            return (
                [] if permission in state.permissions else [PermissionGranted(user_id=user_id, permission=permission)]
            )
        case RevokePermission(permission=permission):
            return (
                [PermissionRevoked(user_id=user_id, permission=permission)] if permission in state.permissions else []
            )
        case SetQuota(limits=limits):
            limits.check()
            return [] if limits == state.quota else [QuotaSet(user_id=user_id, limits=limits)]
        case ChooseLanguage(language=language, region=region):
            if not is_language(language) or not is_region(region):
                raise refusals.NoSuchLanguage
            if (language, region) == (state.language, state.region):
                return []
            return [LanguageChosen(user_id=user_id, language=language, region=region)]
        case RecordPasswordChange(way=way, keys=keys, providers=providers, kept_other_ways=kept):
            return [PasswordChanged(user_id=user_id, way=way, keys=keys, providers=providers, kept_other_ways=kept)]
        case LockOut(until=until):
            is_longer = state.locked_until is None or until > state.locked_until
            return [UserLockedOut(user_id=user_id, until=until)] if is_longer else []
        case Unlock():
            return [] if state.locked_until is None else [UserUnlocked(user_id=user_id)]
        case DeleteUser():
            return [UserDeleted(user_id=user_id, email_claim=state.email_claim)]
        case _:
            raise TypeError(f"not a command of a user: {type(command).__name__}")


def _register(command: RegisterUser) -> Sequence[UserEvent]:
    permissions = DEFAULT_PERMISSIONS if command.permissions is None else command.permissions
    return [
        UserRegistered(
            user_id=command.user_id,
            email=command.email,
            name=_written(command.name),
            role=command.role,
            email_claim=command.email_claim,
            permissions=in_order(permissions),
        )
    ]


def _written(name: str) -> str:
    if not (written := name.strip()):
        raise refusals.NameRequired
    return written


def _only_others(command: UserCommand) -> None:
    """So that nobody locks the house from inside: the last administrator cannot go."""
    if command.actor == command.user_id:
        raise refusals.NotYourself
