"""Somebody of the house: who they are, what they may do, and whether they are welcome.

| an account  | rename  | change role | suspend    | reinstate  | grant, revoke | sign-in   | sign-out   | delete   |
|-------------|---------|-------------|------------|------------|---------------|-----------|------------|----------|
| active      | renamed | changed*    | suspended* | so         | changed       | signed in | signed out | deleted* |
| suspended   | renamed | changed*    | so         | reinstated | changed       | no        | signed out | deleted* |
| deleted     | no      | no          | no         | no         | no            | no        | no         | so       |

`so`: already so, nothing happens. `no`: refused. `*`: refused where the actor is the person themselves, so that nobody
locks the house from inside. Setting a quota goes like granting. A change to what is the case already is `so`, and so
is a sign-in or sign-out recorded twice; a rename is recorded each time, because the account remembers no name. A
deleted person is never registered again under the same id.
"""

from medianest.domain.kernel import Aggregate
from medianest.domain.user.commands import (
    ChangeRole,
    DeleteUser,
    GrantPermission,
    RecordSignIn,
    RecordSignOut,
    RegisterUser,
    ReinstateUser,
    RenameUser,
    RevokePermission,
    SetQuota,
    SuspendUser,
    UserCommand,
)
from medianest.domain.user.decisions import decide
from medianest.domain.user.events import EVENTS, UserEvent
from medianest.domain.user.state import User, evolve
from medianest.domain.user.vocabulary import PERMISSIONS, Permission, Role, allowed

USER: Aggregate[UserCommand, UserEvent, User] = Aggregate(
    category="user",
    commands=(
        RegisterUser,
        RenameUser,
        ChangeRole,
        SuspendUser,
        ReinstateUser,
        GrantPermission,
        RevokePermission,
        SetQuota,
        RecordSignIn,
        RecordSignOut,
        DeleteUser,
    ),
    events=EVENTS,
    state=User,
    state_version=1,
    stream_id=lambda command: command.user_id,
    decide=decide,
    evolve=evolve,
)

__all__ = ["PERMISSIONS", "USER", "Permission", "Role", "User", "allowed"]
