"""What can be asked of an account."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from medianest.domain.kernel import Command
from medianest.domain.limits import QuotaLimits
from medianest.domain.user.vocabulary import PasswordWay, Permission, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class UserCommand(Command):
    user_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterUser(UserCommand):
    """`email_claim` is the id of the claim on the address, appended together with it. `permissions` None: the usual."""

    email: str
    name: str
    role: Role
    email_claim: UUID
    permissions: frozenset[Permission] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameUser(UserCommand):
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRole(UserCommand):
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendUser(UserCommand):
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReinstateUser(UserCommand):
    """End a suspension."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantPermission(UserCommand):
    permission: Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokePermission(UserCommand):
    permission: Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseLanguage(UserCommand):
    """In which language they read about titles ("de", "pt-BR"), and whose certificates and offers count for them
    ("DE", ISO 3166-1). None: what the house has."""

    language: str | None
    region: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetQuota(UserCommand):
    limits: QuotaLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPasswordChange(UserCommand):
    """There is another password now. It is a secret and in no command. `keys` were revoked with it, and accounts at
    `providers` unlinked, unless it `kept_other_ways`."""

    way: PasswordWay
    keys: tuple[UUID, ...] = ()
    providers: tuple[str, ...] = ()
    kept_other_ways: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LockOut(UserCommand):
    """Too many attempts to sign in as them were wrong."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlock(UserCommand):
    """Let them try again before the time is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteUser(UserCommand):
    """Forget the person; what they did stays in the history without their name."""
