"""How many requests there are of each kind and status."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from medianest.domain.kernel import Recorded
from medianest.domain.limits import MediaType
from medianest.domain.media_request.events import RequestEvent, RequestSubmitted
from medianest.projections.kernel import Projection, Touch
from medianest.projections.request_parts import MOVING, PartCard, has, parts_after, status_after


class RequestTally(msgspec.Struct, frozen=True, kw_only=True):
    """What must be known of a request to count it."""

    request_id: UUID
    media_type: MediaType
    parts: tuple[PartCard, ...]


def touches(recorded: Recorded) -> Sequence[Touch]:
    return (Touch("request_id", recorded.stream_id),)


def apply(tally: RequestTally | None, recorded: Recorded) -> RequestTally | None:
    event = recorded.event
    if isinstance(event, RequestSubmitted):
        parts = parts_after((), event.media_type, event)
        return RequestTally(request_id=event.request_id, media_type=event.media_type, parts=parts)
    if tally is None or not isinstance(event, RequestEvent):
        return tally
    return replace(tally, parts=parts_after(tally.parts, tally.media_type, event))


def counters(tally: RequestTally) -> Sequence[str]:
    """`total`, the media type, the status, and `needs_approval` if some part waits for an answer."""
    names = ["total", tally.media_type, status_after(tally.parts)]
    if has(tally.parts, "pending"):
        names.append("needs_approval")
    return names


DASHBOARD: Final[Projection[RequestTally]] = Projection(
    name="dashboard",
    shape=1,
    row=RequestTally,
    key="request_id",
    events=MOVING,
    touches=touches,
    apply=apply,
    counters=counters,
)
