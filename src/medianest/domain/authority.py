"""Who may change whose account: the rule that spans the two people. It counts at the moment at which the change is
recorded, so that two who turn on one another cannot both succeed, and an administrator is always left.

| who acts                           | on a member | on an administrator; roles, permissions, their own quota |
|------------------------------------|-------------|----------------------------------------------------------|
| MediaNest itself                   | yes         | yes                                                      |
| an administrator                   | yes         | yes                                                      |
| somebody who manages people        | yes         | no                                                       |
| anybody else, suspended or deleted | no          | no                                                       |

Whoever sets a password can come in by it: so somebody who manages people sets none of a member who may what they may
not. Everybody may register themselves, change their own name, language and password, and leave, but for the last
administrator. What belongs to somebody (sessions, keys, second factors, links, invitations) goes like their account: it
is theirs, and of those above.
"""

from collections.abc import Collection, Iterable
from typing import Protocol, TypeVar
from uuid import UUID

from medianest.domain.kernel import SYSTEM, Command, Refused
from medianest.domain.user.commands import (
    ChangeRole,
    ChooseLanguage,
    DeleteUser,
    GrantPermission,
    RecordPasswordChange,
    RegisterUser,
    RenameUser,
    RevokePermission,
    SetQuota,
    UserCommand,
)
from medianest.domain.user.refusals import LastAdministrator, UserIsSuspended, UserNotFound
from medianest.domain.user.state import User
from medianest.domain.user.vocabulary import Permission, Role, allowed

ONES_OWN = (RegisterUser, RenameUser, ChooseLanguage, RecordPasswordChange, DeleteUser)


class NotEntitled(Refused):
    code, kind = "not_allowed", "forbidden"
    text = "This needs the permission manage_users."


class NotAnAdministrator(NotEntitled):
    text = (
        "Only an administrator may do this to an administrator, give roles and permissions, set their own quota, or "
        "set the password of somebody who may what they may not."
    )


class Standing(Protocol):
    """What somebody is in the house, as their account or a view of it says."""

    @property
    def role(self) -> Role: ...
    @property
    def permissions(self) -> Collection[Permission]: ...
    @property
    def is_suspended(self) -> bool: ...
    @property
    def is_deleted(self) -> bool: ...


S = TypeVar("S", bound=Standing)


def ensure_entitled(command: UserCommand, actor: User | None, target: User | None) -> None:
    """Raises NotEntitled unless `actor` may do this to `target`. None: there is no such person (yet)."""
    is_self = command.actor == command.user_id
    if command.actor == SYSTEM or (is_self and isinstance(command, ONES_OWN)):
        return
    manager = _manager(actor)
    match command:
        case ChangeRole() | GrantPermission() | RevokePermission():
            is_weighty = True
        case RegisterUser(role=role):
            is_weighty = role == "admin"
        case SetQuota() if is_self:
            is_weighty = True
        case RecordPasswordChange() if target is not None:  # whoever knows it may what they may
            theirs = allowed(target.role, target.permissions)
            is_weighty = target.role == "admin" or not theirs <= allowed(manager.role, manager.permissions)
        case _:
            is_weighty = target is not None and target.role == "admin"
    if is_weighty and manager.role != "admin":
        raise NotAnAdministrator


def ensure_entitled_to_theirs(command: Command, owner_id: UUID, actor: User | None, owner: User | None) -> None:
    """Raises NotEntitled unless the actor may change what belongs to `owner`."""
    if command.actor in (SYSTEM, owner_id):
        return
    if _manager(actor).role != "admin" and owner is not None and owner.role == "admin":
        raise NotAnAdministrator


def ensure_entitled_to_invite(role: Role, actor: Standing | None) -> None:
    """Raises NotEntitled unless `actor` may let somebody in as this."""
    if _manager(actor).role != "admin" and role == "admin":
        raise NotAnAdministrator


def ensure_entitled_to_uninvite(role: Role, maker: Standing | None, actor: Standing | None) -> None:
    """Raises NotEntitled unless `actor` may revoke an invitation to be this, which `maker` made."""
    if _manager(actor).role != "admin" and "admin" in (role, maker and maker.role):
        raise NotAnAdministrator


def ensure_not_the_last(leaving: User, others: Iterable[User | None]) -> None:
    """Raises LastAdministrator where an administrator leaves who has no other beside them."""
    if leaving.role == "admin" and not any(_is_welcome(other) and other.role == "admin" for other in others if other):
        raise LastAdministrator


def _manager(actor: S | None) -> S:
    if actor is None or not _is_welcome(actor) or "manage_users" not in allowed(actor.role, actor.permissions):
        raise NotEntitled
    return actor


def _is_welcome(user: Standing) -> bool:
    return not user.is_suspended and not user.is_deleted


def welcome(user: User | None) -> User:
    """Whoever still belongs to the house. Raises UserNotFound, UserIsSuspended."""
    if user is None or user.is_deleted:
        raise UserNotFound
    if user.is_suspended:
        raise UserIsSuspended
    return user
