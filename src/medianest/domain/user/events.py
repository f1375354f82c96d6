"""What can happen to an account. Names and fields are the stored format: add, never change."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from medianest.domain.kernel import Event, Personal
from medianest.domain.limits import QuotaLimits
from medianest.domain.user.vocabulary import PasswordWay, Permission, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class UserEvent(Event):
    user_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRegistered(UserEvent):
    tag: ClassVar[str] = "user.registered"
    email: Annotated[str, Personal(of="user_id")]
    name: Annotated[str, Personal(of="user_id")]
    role: Role
    email_claim: UUID
    permissions: tuple[Permission, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRenamed(UserEvent):
    tag: ClassVar[str] = "user.renamed"
    name: Annotated[str, Personal(of="user_id")]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChanged(UserEvent):
    tag: ClassVar[str] = "user.role_changed"
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSuspended(UserEvent):
    tag: ClassVar[str] = "user.suspended"
    suspended_by: UUID
    reason: Annotated[str | None, Personal(of="suspended_by")]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserReinstated(UserEvent):
    tag: ClassVar[str] = "user.reinstated"


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionGranted(UserEvent):
    tag: ClassVar[str] = "user.permission_granted"
    permission: Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionRevoked(UserEvent):
    tag: ClassVar[str] = "user.permission_revoked"
    permission: Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageChosen(UserEvent):
    tag: ClassVar[str] = "user.language_chosen"
    language: str | None
    region: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaSet(UserEvent):
    tag: ClassVar[str] = "user.quota_set"
    limits: QuotaLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(UserEvent):
    """`keys` and `providers`: which API keys were revoked with it, and where accounts elsewhere were unlinked.
    `kept_other_ways`: whoever set it had them left as they were."""

    tag: ClassVar[str] = "user.password_changed"
    way: PasswordWay
    keys: tuple[UUID, ...] = ()
    providers: tuple[str, ...] = ()
    kept_other_ways: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UserLockedOut(UserEvent):
    tag: ClassVar[str] = "user.locked_out"
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UserUnlocked(UserEvent):
    tag: ClassVar[str] = "user.unlocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSignedIn(UserEvent):
    """Retired: sessions have streams of their own."""

    tag: ClassVar[str] = "user.signed_in"
    session_id: UUID
    device: Annotated[str | None, Personal(of="user_id")]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSignedOut(UserEvent):
    """Retired, as above."""

    tag: ClassVar[str] = "user.signed_out"
    session_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class UserDeleted(UserEvent):
    """The claim on their address is named again, for whoever releases it."""

    tag: ClassVar[str] = "user.deleted"
    email_claim: UUID


EVENTS: tuple[type[UserEvent], ...] = (
    UserRegistered,
    UserRenamed,
    RoleChanged,
    UserSuspended,
    UserReinstated,
    PermissionGranted,
    PermissionRevoked,
    QuotaSet,
    LanguageChosen,
    PasswordChanged,
    UserLockedOut,
    UserUnlocked,
    UserDeleted,
)

RETIRED: tuple[type[UserEvent], ...] = (UserSignedIn, UserSignedOut)
