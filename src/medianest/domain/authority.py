"""Who may change whose account: the rule that spans the two people. It counts at the moment at which the change is
recorded, so that two who turn on one another cannot both succeed, and an administrator is always left.

| who acts                           | on a member | on an administrator; roles, permissions, their own quota |
|------------------------------------|-------------|----------------------------------------------------------|
| MediaNest itself                   | yes         | yes                                                      |
| an administrator                   | yes         | yes                                                      |
| somebody who manages people        | yes         | no                                                       |
| anybody else, suspended or deleted | no          | no                                                       |

Everybody may register themselves and change their own name; signing in and out is nobody else's affair.
"""

from medianest.domain.kernel import SYSTEM, Refused
from medianest.domain.user.commands import (
    ChangeRole,
    GrantPermission,
    RecordSignIn,
    RecordSignOut,
    RegisterUser,
    RenameUser,
    RevokePermission,
    SetQuota,
    UserCommand,
)
from medianest.domain.user.refusals import UserIsSuspended, UserNotFound
from medianest.domain.user.state import User
from medianest.domain.user.vocabulary import allowed

ONES_OWN = (RegisterUser, RenameUser, RecordSignIn, RecordSignOut)


class NotEntitled(Refused):
    code, kind = "not_allowed", "forbidden"
    text = "This needs the permission manage_users."


class NotAnAdministrator(NotEntitled):
    text = "Only an administrator may do this to an administrator, give roles and permissions, or set their own quota."


def ensure_entitled(command: UserCommand, actor: User | None, target: User | None) -> None:
    """Raises NotEntitled unless `actor` may do this to `target`. None: there is no such person (yet)."""
    is_self = command.actor == command.user_id
    if command.actor == SYSTEM or (is_self and isinstance(command, ONES_OWN)):
        return
    if actor is None or actor.is_suspended or actor.is_deleted:
        raise NotEntitled
    if "manage_users" not in allowed(actor.role, actor.permissions):
        raise NotEntitled
    match command:
        case ChangeRole() | GrantPermission() | RevokePermission():
            is_weighty = True
        case RegisterUser(role=role):
            is_weighty = role == "admin"
        case SetQuota() if is_self:
            is_weighty = True
        case _:
            is_weighty = target is not None and target.role == "admin"
    if is_weighty and actor.role != "admin":
        raise NotAnAdministrator


def welcome(user: User | None) -> User:
    """Whoever still belongs to the house. Raises UserNotFound, UserIsSuspended."""
    if user is None or user.is_deleted:
        raise UserNotFound
    if user.is_suspended:
        raise UserIsSuspended
    return user
