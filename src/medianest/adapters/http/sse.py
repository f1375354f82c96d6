"""Server-sent events: streams that stay open, say now and then that they live, and end when their person must go."""

import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Annotated, Any, Final, Protocol, TypeVar

from litestar import Request
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter

from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.caller import Caller, caller_of
from medianest.adapters.http.foundation.flowing import FlowingAnswer
from medianest.adapters.http.foundation.problems import HttpProblem
from medianest.adapters.http.foundation.schema import END, Resource
from medianest.adapters.http.writing import viewer_of
from medianest.application.open_streams import ALL, EACH
from medianest.application.people import permissions_of
from medianest.application.viewer import Viewer

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

HEARTBEAT: Final = 15.0
"""Seconds between signs of life, so that nobody in between takes a quiet stream for a dead one."""

AGAIN_WITHIN: Final = (500, 3000)
"""Milliseconds after which whoever was listening to a server that stops comes back: not all in the same moment."""

RETRY: Final = "30"
"""Seconds after which there may be room."""

EVENT_STREAM: Final = "text/event-stream"

LastEventId = Annotated[
    str | None,
    HeaderParameter(name="Last-Event-ID", pattern=r"^[0-9]{0,18}" + END, description="Go on from this event id."),
]


class StreamText(Resource):
    """Only to describe the stream: `event`, `id` (a log position) and `data` (JSON) of each message."""

    event: str
    id: str
    data: str


DESCRIBED: Final = {
    200: ResponseSpec(StreamText, generate_examples=False, media_type=EVENT_STREAM, description="A stream without end.")
}


class Messages(Protocol[T_co]):
    """What there is to tell a viewer. With `beat` None comes as soon as it listens, and whenever nothing else came for
    so many seconds."""

    def __call__(self, viewer: Viewer, *, beat: float) -> AsyncGenerator[T_co | None, None]: ...


def event_stream(
    request: Request[Any, Any, Any],
    door: FrontDoor,
    messages: Messages[T],
    written: Callable[[Viewer, T], str],
) -> FlowingAnswer:
    """What `messages` brings for the caller, each as `written` says it. Raises HttpProblem where they have too many
    streams open already."""
    caller, viewer = caller_of(request), viewer_of(request)
    if door.streams.of(caller.user_id) >= EACH:
        text = f"You have {EACH} live streams open. Close one of them first."
        raise HttpProblem(429, "too_many_streams", text, headers={"Retry-After": RETRY})
    if len(door.streams) >= ALL:
        text = f"This server has {ALL} live streams open, and no room for another."
        raise HttpProblem(503, "no_room_for_streams", text, headers={"Retry-After": RETRY})
    is_resumed = bool(request.headers.get("last-event-id"))
    heard = messages(viewer, beat=HEARTBEAT)
    return FlowingAnswer(
        iterator=_told(door, caller, viewer, heard, written, is_resumed=is_resumed),
        media_type=EVENT_STREAM,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def event(position: int, kind: str, text: str) -> str:
    """One event; its id is a position in the log."""
    return f"id: {position}\nevent: {kind}\ndata: {text}\n\n"


async def _told(
    door: FrontDoor,
    caller: Caller,
    viewer: Viewer,
    messages: AsyncGenerator[T | None, None],
    written: Callable[[Viewer, T], str],
    *,
    is_resumed: bool,
) -> AsyncGenerator[str, None]:
    # Whoever has heard nothing yet when the line breaks goes on from here.
    start = None if is_resumed else door.live.position
    async with aclosing(messages):
        await anext(messages)  # it listens before anybody is told that it does
        yield ": welcome\nretry: 2000\n" + ("\n" if start is None else f"id: {start}\n\n")
        async for message in messages:
            person = await door.people.admit_wholly(caller.user_id, caller.session_id)
            is_over = caller.is_over(door.clock.now())
            if person is None or is_over or permissions_of(person, caller.scopes) != viewer.permissions:
                return  # whoever comes back is asked who they are and what they may see now
            yield ": still here\n\n" if message is None else written(viewer, message)
    soonest, latest = AGAIN_WITHIN
    yield f": see you soon\nretry: {soonest + secrets.randbelow(latest - soonest)}\n\n"
