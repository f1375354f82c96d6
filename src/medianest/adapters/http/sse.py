"""Server-sent events: streams that stay open, say now and then that they live, and end when their person must go."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Annotated, Any, Final, TypeVar

from litestar import Request
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter
from litestar.response import Stream

from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.caller import Caller, caller_of
from medianest.adapters.http.foundation.problems import HttpProblem
from medianest.adapters.http.foundation.schema import END, Resource
from medianest.adapters.http.writing import viewer_of
from medianest.application.open_streams import ALL, EACH
from medianest.application.people import permissions_of
from medianest.application.tasks import end
from medianest.application.viewer import Viewer

T = TypeVar("T")

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


def event_stream(
    request: Request[Any, Any, Any],
    door: FrontDoor,
    messages: Callable[[Viewer], AsyncGenerator[T, None]],
    written: Callable[[Viewer, T], str],
) -> Stream:
    """What `messages` brings for the caller, each as `written` says it. Raises HttpProblem where they have too many
    streams open already."""
    caller, viewer = caller_of(request), viewer_of(request)
    if door.streams.of(caller.user_id) >= EACH:
        text = f"You have {EACH} live streams open. Close one of them first."
        raise HttpProblem(429, "too_many_streams", text, headers={"Retry-After": RETRY})
    if len(door.streams) >= ALL:
        text = f"This server has {ALL} live streams open, and no room for another."
        raise HttpProblem(503, "no_room_for_streams", text, headers={"Retry-After": RETRY})
    return Stream(
        _told(door, caller, viewer, messages(viewer), written, is_resumed=bool(request.headers.get("last-event-id"))),
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
    messages: AsyncGenerator[T, None],
    written: Callable[[Viewer, T], str],
    *,
    is_resumed: bool,
) -> AsyncIterator[str]:
    # Whoever has heard nothing yet when the line breaks goes on from here.
    start = None if is_resumed else door.live.position
    waiting: asyncio.Task[T] | None = asyncio.ensure_future(anext(messages))
    await asyncio.sleep(0)  # so that it listens before anybody is told that it does
    yield ": welcome\nretry: 2000\n" + ("\n" if start is None else f"id: {start}\n\n")
    try:
        while True:
            waiting = waiting or asyncio.ensure_future(anext(messages))
            done, _ = await asyncio.wait([waiting], timeout=HEARTBEAT)
            person = await door.people.admit_wholly(caller.user_id, caller.session_id)
            is_over = caller.is_over(door.clock.now())
            if person is None or is_over or permissions_of(person, caller.scopes) != viewer.permissions:
                return  # whoever comes back is asked who they are and what they may see now
            if not done:
                yield ": still here\n\n"
                continue
            try:
                message = waiting.result()
            except StopAsyncIteration:
                soonest, latest = AGAIN_WITHIN
                yield f": see you soon\nretry: {soonest + secrets.randbelow(latest - soonest)}\n\n"
                return
            waiting = None
            yield written(viewer, message)
    finally:
        if waiting is not None:
            await end(waiting)
        await messages.aclose()
