"""Somebody of the house: who they are, what they may do, and whether they are welcome.

| an account | rename  | change role | suspend    | reinstate  | grant   | password | lock out | unlock | delete  |
|------------|---------|-------------|------------|------------|---------|----------|----------|--------|---------|
| active     | renamed | changed*    | suspended* | so         | changed | changed  | locked   | so     | deleted |
| suspended  | renamed | changed*    | so         | reinstated | changed | changed  | locked   | so     | deleted |
| locked out | renamed | changed*    | suspended* | so         | changed | changed  | so       | opened | deleted |
| deleted    | no      | no          | no         | no         | no      | no       | no       | no     | so      |

`so`: already so, nothing happens. `no`: refused. `*`: refused where the actor is the person themselves, so that nobody
locks the house from inside. Revoking, setting a quota and choosing a language go like granting. A change to what is
the case already is `so`, and so are a lock that ends no later than the one there is and unlocking where nothing is
locked; a rename and a new password are recorded each time, because the account remembers neither. A deleted person is
never registered again under the same id; the last administrator cannot go (see `authority`).
"""

from medianest.domain.kernel import Aggregate
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
from medianest.domain.user.decisions import decide
from medianest.domain.user.events import EVENTS, RETIRED, UserEvent
from medianest.domain.user.state import User, evolve
from medianest.domain.user.vocabulary import PERMISSIONS, Permission, Role, allowed

USER: Aggregate[UserCommand, UserEvent, User] = Aggregate(
    category="user",
    commands=(
        RegisterUser,
        RenameUser,
        ChangeRole,
        ChooseLanguage,
        SuspendUser,
        ReinstateUser,
        GrantPermission,
        RevokePermission,
        SetQuota,
        RecordPasswordChange,
        LockOut,
        Unlock,
        DeleteUser,
    ),
    events=EVENTS,
    state=User,
    state_version=4,
    stream_id=lambda command: command.user_id,
    decide=decide,
    evolve=evolve,
    retired=RETIRED,
)

__all__ = ["PERMISSIONS", "USER", "Permission", "Role", "User", "allowed"]
