"""The parts of a request as views hold them, and how an event moves them."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from medianest.domain.limits import MediaType
from medianest.domain.media_request.events import (
    RequestApproved,
    RequestCancelled,
    RequestCompleted,
    RequestEvent,
    RequestExpired,
    RequestFailed,
    RequestHandedOn,
    RequestRejected,
    RequestReopened,
    RequestRetried,
    RequestSubmitted,
    SeasonsAdded,
    TitleLeft,
)
from medianest.domain.media_request.vocabulary import PartStatus, RequestStatus, parts_of, status_of


class PartCard(msgspec.Struct, frozen=True, kw_only=True):
    """A film (number 0) or one season."""

    number: int
    status: PartStatus
    is_gone: bool = False
    """It had come, and is no longer in the library."""


_MOVES: Final[Mapping[type[RequestEvent], PartStatus]] = {
    RequestSubmitted: "pending",
    SeasonsAdded: "pending",
    RequestApproved: "approved",
    RequestRetried: "approved",
    RequestHandedOn: "handed_on",
    RequestFailed: "failed",
    RequestRejected: "rejected",
    RequestCancelled: "cancelled",
    RequestExpired: "expired",
    RequestReopened: "pending",
    RequestCompleted: "available",
}

MOVING: Final = (*_MOVES, TitleLeft)
"""The events that move parts."""


def parts_after(parts: Sequence[PartCard], media_type: MediaType, event: RequestEvent) -> tuple[PartCard, ...]:
    """`parts` in order of their numbers, after `event`."""
    spoken_of = parts_of(media_type, getattr(event, "seasons", ()))
    if isinstance(event, TitleLeft):
        return tuple(replace(part, is_gone=True) if part.number in spoken_of else part for part in parts)
    status = _MOVES.get(type(event))
    if status is None:
        return tuple(parts)
    after = {part.number: part for part in parts}
    # Only asking makes a part: all other events speak of parts that there are.
    makes = isinstance(event, RequestSubmitted | SeasonsAdded)
    after |= {n: PartCard(number=n, status=status) for n in spoken_of if makes or n in after}
    return tuple(after[n] for n in sorted(after))


def status_after(parts: Sequence[PartCard]) -> RequestStatus:
    return status_of([part.status for part in parts])


def has(parts: Sequence[PartCard], status: PartStatus) -> bool:
    """Whether some part is in this status."""
    return any(part.status == status for part in parts)
