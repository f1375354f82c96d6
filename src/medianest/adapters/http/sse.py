"""Server-sent events: streams that stay open, say now and then that they live, and end when their person must go."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Annotated, Any, Final, TypeVar

from litestar import Request
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter
from litestar.response import Stream

from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.caller import Caller, caller_of
from medianest.adapters.http.foundation.problems import HttpProblem
from medianest.adapters.http.foundation.schema import Resource
from medianest.adapters.http.writing import viewer_of
from medianest.application.people import permissions_of
from medianest.application.tasks import end
from medianest.application.viewer import Viewer
from medianest.ports.identity import Session

T = TypeVar("T")

HEARTBEAT: Final = 15.0
"""Seconds between signs of life, so that nobody in between takes a quiet stream for a dead one."""

STREAMS: Final = 20
"""Live streams that one person may have open in one process: many tabs on many devices, and no more."""

EVENT_STREAM: Final = "text/event-stream"

LastEventId = Annotated[
    str | None,
    HeaderParameter(
        name="Last-Event-ID", max_length=20, pattern=r"^[0-9]{0,18}$", description="Go on from this event id."
    ),
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
    if door.streams.of(caller.user_id) >= STREAMS:
        raise HttpProblem(429, "too_many_streams", f"You have {STREAMS} live streams open. Close one of them first.")
    return Stream(
        _told(door, caller, viewer, messages(viewer), written),
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
) -> AsyncIterator[str]:
    session = Session(session_id=caller.session_id, user_id=caller.user_id)
    waiting: asyncio.Task[T] | None = asyncio.ensure_future(anext(messages))
    await asyncio.sleep(0)  # so that it listens before anybody is told that it does
    yield ": welcome\nretry: 2000\n\n"
    try:
        while True:
            waiting = waiting or asyncio.ensure_future(anext(messages))
            done, _ = await asyncio.wait([waiting], timeout=HEARTBEAT)
            person = await door.people.admit(session)
            if person is None or permissions_of(person) != viewer.permissions:
                return  # whoever comes back is asked who they are and what they may see now
            if not done:
                yield ": still here\n\n"
                continue
            try:
                message = waiting.result()
            except StopAsyncIteration:
                return
            waiting = None
            yield written(viewer, message)
    finally:
        if waiting is not None:
            await end(waiting)
        await messages.aclose()
