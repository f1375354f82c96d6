"""Who is told of what happens to a request.

| what happened          | its owner and followers                 | managers              |
|------------------------|-----------------------------------------|-----------------------|
| submitted              |                                         | request_submitted     |
| seasons added          |                                         | seasons_asked         |
| approved by a person   | request_approved                        |                       |
| approved by a rule     |                                         | request_auto_approved |
| rejected               | request_rejected                        |                       |
| failed                 |                                         | request_failed        |
| completed              | request_available, or partly            |                       |
| left the library       | title_left                              |                       |
| cancelled              |                                         | request_cancelled     |
| expired                | request_expired                         |                       |
| reopened               | request_reopened                        |                       |
| followed               | request_joined (the owner alone)        |                       |
| commented              | request_commented                       | if the owner wrote it |
| owner changed          | owner_changed (the new owner alone)     |                       |

Nobody is told of what they did themselves, and nobody twice of the same thing. Managers hear of what was asked for
only while something of it still waits for them.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

from medianest.domain.media_request import MediaRequest
from medianest.domain.media_request.events import (
    OwnerChanged,
    RequestApproved,
    RequestCancelled,
    RequestCommented,
    RequestCompleted,
    RequestEvent,
    RequestExpired,
    RequestFailed,
    RequestFollowed,
    RequestRejected,
    RequestReopened,
    RequestSubmitted,
    SeasonsAdded,
    TitleLeft,
)
from medianest.domain.notification import NotificationKind


def recipients(
    event: RequestEvent, request: MediaRequest, managers: Collection[UUID], actor: UUID
) -> Mapping[UUID, NotificationKind]:
    """The people to tell of `event`, each with the kind of news it is to them.

    `request` is the state after the event (or a later one); `managers` those who may manage requests.
    """
    match event:
        case RequestSubmitted() if request.numbers("pending"):
            told = _all(managers, "request_submitted")
        case SeasonsAdded() if request.numbers("pending"):
            told = _all(managers, "seasons_asked")
        case RequestApproved(is_automatic=True):
            told = _all(managers, "request_auto_approved")
        case RequestApproved():
            told = _all(request.people, "request_approved")
        case RequestRejected():
            told = _all(request.people, "request_rejected")
        case RequestFailed():
            told = _all(managers, "request_failed")
        case RequestCompleted(is_whole=is_whole):
            told = _all(request.people, "request_available" if is_whole else "request_partly_available")
        case TitleLeft():
            told = _all(request.people, "title_left")
        case RequestCancelled():
            told = _all(managers, "request_cancelled")
        case RequestExpired():
            told = _all(request.people, "request_expired")
        case RequestReopened():
            told = _all(request.people, "request_reopened")
        case RequestFollowed():
            told = _all([request.owner], "request_joined")
        case RequestCommented(author=author):
            others = managers if author == request.owner else ()
            told = _all([*request.people, *others], "request_commented")
        case OwnerChanged(owner=owner):
            told = _all([owner], "owner_changed")
        case _:
            told = {}
    return {person: kind for person, kind in told.items() if person != actor}


def _all(people: Collection[UUID], kind: NotificationKind) -> Mapping[UUID, NotificationKind]:
    return dict.fromkeys(people, kind)
