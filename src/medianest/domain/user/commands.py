"""What can be asked of an account."""

from dataclasses import dataclass
from uuid import UUID

from medianest.domain.kernel import Command
from medianest.domain.limits import QuotaLimits
from medianest.domain.user.vocabulary import Permission, Role


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
class SetQuota(UserCommand):
    limits: QuotaLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSignIn(UserCommand):
    """Somebody has proved to be this person. `device` is what they say they use, for them to recognise."""

    session_id: UUID
    device: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSignOut(UserCommand):
    session_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteUser(UserCommand):
    """Forget the person; what they did stays in the history without their name."""
