"""The account itself, and how it changes.

It holds no name and no address: those are personal, and no rule needs them.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from medianest.domain.limits import UNLIMITED, QuotaLimits
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
    UserSuspended,
    UserUnlocked,
)
from medianest.domain.user.vocabulary import Permission, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """`permissions` are those granted one by one; `allowed(role, permissions)` says what they come to.

    `locked_until`: nobody may try to sign in as them before that. `language` and `region`: None where they take what
    the house has. `is_address_proved`: whoever has the account has the address as well, and nobody else has the
    account. Registering proves nothing; a letter does that opened the account to its reader and shut everybody else
    out, until somebody else sets the password.
    """

    user_id: UUID
    email_claim: UUID
    role: Role
    permissions: frozenset[Permission]
    is_suspended: bool = False
    quota: QuotaLimits = UNLIMITED
    is_deleted: bool = False
    locked_until: datetime | None = None
    language: str | None = None
    region: str | None = None
    is_address_proved: bool = False


def evolve(state: User | None, event: UserEvent) -> User | None:
    if isinstance(event, UserRegistered):
        return User(
            user_id=event.user_id,
            email_claim=event.email_claim,
            role=event.role,
            permissions=frozenset(event.permissions),
        )
    if state is None:
        return None
    match event:
        case RoleChanged(role=role):
            return replace(state, role=role)
        case UserSuspended():
            return replace(state, is_suspended=True)
        case UserReinstated():
            return replace(state, is_suspended=False)
        case PermissionGranted(permission=permission):
            return replace(state, permissions=state.permissions | {permission})
        case PermissionRevoked(permission=permission):
            return replace(state, permissions=state.permissions - {permission})
        case QuotaSet(limits=limits):
            return replace(state, quota=limits)
        case LanguageChosen(language=language, region=region):
            return replace(state, language=language, region=region)
        case PasswordChanged(way="reset", kept_other_ways=False):
            return replace(state, is_address_proved=True)
        case PasswordChanged(way="set_by_administrator" | "set_at_the_machine"):
            return replace(state, is_address_proved=False)
        case UserLockedOut(until=until):
            return replace(state, locked_until=until)
        case UserUnlocked():
            return replace(state, locked_until=None)
        case UserDeleted():
            return replace(state, is_deleted=True)
    return state
