"""Taking a step back: the command that takes back what an event did, as long as it is still the case.

| what happened                        | undone by                                                  |
|--------------------------------------|------------------------------------------------------------|
| request rejected, cancelled, expired | reopening those of its parts that are still so             |
| suspended, reinstated                | the other of the two                                       |
| permission granted, revoked          | the other of the two                                       |
| role changed, quota set, renamed     | the same again, with what was the case before              |
| anything else                        | nothing (`not_undoable`): the text says what to do instead |

An undo is an event of its own that names the undone one as its cause; nothing is ever taken out of the log.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from medianest.domain.kernel import AnyAggregate, Command, Event, Forgotten, Recorded, Refused, fold
from medianest.domain.limits import FILM
from medianest.domain.media_request import MEDIA_REQUEST
from medianest.domain.media_request.commands import ReopenRequest
from medianest.domain.media_request.events import RequestCancelled, RequestExpired, RequestRejected
from medianest.domain.media_request.state import MediaRequest
from medianest.domain.media_request.vocabulary import parts_of
from medianest.domain.undo_advice import instead_of
from medianest.domain.user import USER
from medianest.domain.user import commands as user
from medianest.domain.user.events import (
    PermissionGranted,
    PermissionRevoked,
    QuotaSet,
    RoleChanged,
    UserRegistered,
    UserReinstated,
    UserRenamed,
    UserSuspended,
)
from medianest.domain.user.state import User

UNDOABLE: Final[tuple[type[Event], ...]] = (
    RequestRejected,
    RequestCancelled,
    RequestExpired,
    UserSuspended,
    UserReinstated,
    PermissionGranted,
    PermissionRevoked,
    RoleChanged,
    QuotaSet,
    UserRenamed,
)

WHOLE: Final = frozenset({FILM})
"""An effect that is not made of parts."""


class UndoImpossible(Refused):
    """The event cannot be undone, or not any more."""


class NotUndoable(UndoImpossible):
    code = "not_undoable"
    text = "This cannot be undone."


class AlreadyUndone(UndoImpossible):
    code = "already_undone"
    text = "This has been undone already."


class OvertakenSince(UndoImpossible):
    code = "overtaken_since"
    text = "Something later has changed this already."


class NameForgotten(UndoImpossible):
    code = "name_forgotten"
    text = "Nobody can read the name before any more. Write the name that is meant."


def undoing(stream: Sequence[Recorded], position: int, *, actor: UUID, at: datetime) -> Command:
    """The command that undoes the event at `position`; `stream` is all that happened to its aggregate, in order.

    Raises UndoImpossible. What the aggregate itself says to the command is another matter.
    """
    place = next(n for n, recorded in enumerate(stream) if recorded.position == position)
    event = stream[place].event
    if not isinstance(event, UNDOABLE):
        raise NotUndoable(instead_of(event))
    earlier = [recorded.event for recorded in stream[:place]]
    aggregate: AnyAggregate = USER if stream[place].category == USER.category else MEDIA_REQUEST
    before: Any = fold(aggregate, earlier)
    left = _left(aggregate, stream[place], stream[place + 1 :], fold(aggregate, [event], before))
    if isinstance(before, MediaRequest):
        seasons = before.seasons(left)
        return ReopenRequest(actor=actor, at=at, request_id=before.request_id, seasons=seasons)
    return _of_user(event, before, earlier, {"actor": actor, "at": at, "user_id": stream[place].stream_id})


def _of_user(event: Event, before: User, earlier: Sequence[Event], order: dict[str, Any]) -> Command:
    match event:
        case UserSuspended():
            return user.ReinstateUser(**order)
        case UserReinstated():
            # Without the reason of then: it is its author's, and would outlive them under another name.
            return user.SuspendUser(**order)
        case PermissionGranted(permission=permission):
            return user.RevokePermission(**order, permission=permission)
        case PermissionRevoked(permission=permission):
            return user.GrantPermission(**order, permission=permission)
        case RoleChanged():
            return user.ChangeRole(**order, role=before.role)
        case QuotaSet():
            return user.SetQuota(**order, limits=before.quota)
    names = [one.name for one in earlier if isinstance(one, UserRegistered | UserRenamed)]
    if isinstance(names[-1], Forgotten):
        raise NameForgotten
    return user.RenameUser(**order, name=names[-1])


def _left(aggregate: AnyAggregate, done: Recorded, later: Sequence[Recorded], state: Any) -> frozenset[int]:
    """The parts of the event's effect that have been the case ever since. Raises where there are none."""
    left = _effect(done.event, done.event, state)
    for recorded in later:
        state = aggregate.evolve(state, recorded.event)
        left &= _effect(done.event, recorded.event, state)
        if left:
            continue
        if recorded.causation_id == done.event_id:
            raise AlreadyUndone(f"This has been undone already, at position {recorded.position}.")
        raise OvertakenSince(
            f"What happened at position {recorded.position} has changed this already. "
            "Look at that one: it is the one to undo, if any is."
        )
    return left


def _effect(done: Event, latest: Event, state: Any) -> frozenset[int]:
    """What of the effect of `done` is the case in `state`, which `latest` led to."""
    match done:
        case RequestRejected(seasons=seasons):
            return _parts(state, seasons, "rejected")
        case RequestCancelled(seasons=seasons):
            return _parts(state, seasons, "cancelled")
        case RequestExpired(seasons=seasons):
            return _parts(state, seasons, "expired")
        case UserSuspended():
            is_so = state.is_suspended
        case UserReinstated():
            is_so = not state.is_suspended
        case PermissionGranted(permission=permission):
            is_so = permission in state.permissions
        case PermissionRevoked(permission=permission):
            is_so = permission not in state.permissions
        case RoleChanged(role=role):
            is_so = state.role == role
        case QuotaSet(limits=limits):
            is_so = state.quota == limits
        case _:  # a name, which no state remembers
            is_so = latest is done or not isinstance(latest, UserRenamed)
    return WHOLE if is_so else frozenset()


def _parts(state: MediaRequest, seasons: Sequence[int], status: str) -> frozenset[int]:
    return frozenset(parts_of(state.media_type, seasons)) & frozenset(state.numbers(status))
