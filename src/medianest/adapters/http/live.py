"""`/live`: what happens, as it happens (server-sent events)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter
from litestar.response import Stream

from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.caller import Caller, caller_of
from medianest.adapters.http.foundation.problems import HttpProblem
from medianest.adapters.http.foundation.schema import Resource
from medianest.adapters.http.resources import encode, notification_resource, request_resource
from medianest.adapters.http.writing import viewer_of
from medianest.application.live import Message
from medianest.application.people import permissions_of
from medianest.application.queries.notifications import News
from medianest.application.sentences import news
from medianest.application.tasks import end
from medianest.application.viewer import Viewer
from medianest.ports.identity import Session

HEARTBEAT: Final = 15.0
"""Seconds between signs of life, so that nobody in between takes a quiet stream for a dead one."""

STREAMS: Final = 20
"""Live streams that one person may have open in one process: many tabs on many devices, and no more."""

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


@get(
    "/live",
    opt={"access": Access.SIGNED_IN},
    tags=["Notifications"],
    summary="New notifications and changes of requests, as they happen",
    media_type="text/event-stream",
    responses={
        200: ResponseSpec(
            StreamText, generate_examples=False, media_type="text/event-stream", description="A stream without end."
        )
    },
)
async def live(
    request: Request[Any, Any, Any], door: NamedDependency[FrontDoor], last_event_id: LastEventId = None
) -> Stream:
    """Events `notification` and `request` carry the resource as `GET` would; `reset` says that too much happened in
    between: read the lists again. The event id is the position in the log; `Last-Event-ID` goes on from it."""
    if door.live.listeners_of(caller_of(request).user_id) >= STREAMS:
        raise HttpProblem(429, "too_many_streams", f"You have {STREAMS} live streams open. Close one of them first.")
    after = int(last_event_id) if last_event_id else None
    stream = _stream(door, caller_of(request), viewer_of(request), after)
    return Stream(
        stream, media_type="text/event-stream", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )


async def _stream(door: FrontDoor, caller: Caller, viewer: Viewer, after: int | None) -> AsyncIterator[str]:
    session = Session(session_id=caller.session_id, user_id=caller.user_id)
    messages = door.live.listen(viewer, after=after)
    waiting: asyncio.Task[Message] | None = asyncio.ensure_future(anext(messages))
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
            yield f"id: {message.position}\nevent: {message.kind}\ndata: {_text(door, viewer, message)}\n\n"
    finally:
        if waiting is not None:
            await end(waiting)
        await messages.aclose()


def _text(door: FrontDoor, viewer: Viewer, message: Message) -> str:
    resource: Any = {}
    if message.item is not None:
        sentence = news(message.item, door.people.name)
        resource = notification_resource(News(item=message.item, sentence=sentence))
    elif message.card is not None:
        resource = request_resource(door.board.seen(message.card, viewer))
    return encode(resource).decode()
