"""A film or a series that somebody asked for, from the first wish to the shelf.

A request is made of parts: a film has the one part 0, a series has a part per season. Each part moves by itself,
and the status of the request is read off its parts, so that a season added later waits for its own approval while
the others go on.

| a part that is | approve  | reject    | cancel    | hand-over | failure | retry    | complete  | expire  | reopen  |
|----------------|----------|-----------|-----------|-----------|---------|----------|-----------|---------|---------|
| pending        | approved | rejected  | cancelled | no        | so      | no       | available | expired | so      |
| approved       | so       | rejected* | cancelled | handed_on | failed  | so       | available | no      | no      |
| handed_on      | so       | rejected* | cancelled | so        | failed  | no       | available | no      | no      |
| failed         | no       | rejected* | cancelled | no        | so      | approved | available | no      | no      |
| available      | no       | no        | no        | no        | no      | no       | so        | no      | no      |
| rejected       | no       | so        | no        | no        | no      | no       | no        | no      | pending |
| cancelled      | no       | no        | so        | no        | no      | no       | no        | no      | pending |
| expired        | no       | no        | no        | no        | no      | no       | no        | so      | pending |

`so`: already so, nothing happens. `no`: refused. `rejected*`: only when no part is pending; a manager who rejects
speaks first of what waits for an answer, and once seasons are rejected names those that are to follow them. A
cancelling owner with followers hands the request to the earliest one instead. A part that had come and left the
library stays available here, since it was fulfilled; it is remembered as gone, and the title may be asked for anew.
Anyone may follow a live request; who may comment is whoever may read the comments, and that is decided at the front
door.
"""

from medianest.domain.kernel import Aggregate
from medianest.domain.media_request.commands import (
    ApproveRequest,
    CancelRequest,
    CommentOnRequest,
    CompleteRequest,
    ExpireRequest,
    FollowRequest,
    JoinRequest,
    RecordFailure,
    RecordHandOver,
    RecordLeave,
    RejectRequest,
    ReopenRequest,
    RequestCommand,
    RetryRequest,
    SubmitRequest,
    UnfollowRequest,
)
from medianest.domain.media_request.decisions import decide
from medianest.domain.media_request.events import EVENTS, RequestEvent
from medianest.domain.media_request.state import MediaRequest, evolve

MEDIA_REQUEST: Aggregate[RequestCommand, RequestEvent, MediaRequest] = Aggregate(
    category="media_request",
    commands=(
        SubmitRequest,
        JoinRequest,
        ApproveRequest,
        RejectRequest,
        CancelRequest,
        ExpireRequest,
        ReopenRequest,
        RecordHandOver,
        RecordFailure,
        RetryRequest,
        CompleteRequest,
        RecordLeave,
        FollowRequest,
        UnfollowRequest,
        CommentOnRequest,
    ),
    events=EVENTS,
    state=MediaRequest,
    state_version=2,
    stream_id=lambda command: command.request_id,
    decide=decide,
    evolve=evolve,
)

__all__ = ["MEDIA_REQUEST", "MediaRequest"]
