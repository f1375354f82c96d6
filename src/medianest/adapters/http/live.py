"""`/live`: what happens, as it happens (server-sent events)."""

from functools import partial
from typing import Any

from litestar import Request, get
from litestar.di import NamedDependency

from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.flowing import FlowingAnswer
from medianest.adapters.http.library import progress_resource
from medianest.adapters.http.projections import rebuild_resource
from medianest.adapters.http.resources import encode, notification_resource, request_resource
from medianest.adapters.http.sse import DESCRIBED, EVENT_STREAM, LastEventId, event, event_stream
from medianest.application.live import Message
from medianest.application.queries.notifications import News
from medianest.application.sentences import news
from medianest.application.viewer import Viewer


@get(
    "/live",
    opt={"access": Access.SIGNED_IN},
    tags=["Notifications"],
    summary="New notifications and changes of requests, as they happen",
    media_type=EVENT_STREAM,
    responses=DESCRIBED,
)
async def live(
    request: Request[Any, Any, Any], door: NamedDependency[FrontDoor], last_event_id: LastEventId = None
) -> FlowingAnswer:
    """Events `notification`, `request` and `rebuild` carry the resource as `GET` would, and `scan` how far the scan of
    a library is; `reset` says that too much happened in between: read the lists again. The event id is the position in
    the log; `Last-Event-ID` goes on from it."""
    after = int(last_event_id) if last_event_id else None
    return event_stream(request, door, partial(door.live.listen, after=after), partial(_written, door))


def _written(door: FrontDoor, viewer: Viewer, message: Message) -> str:
    resource: Any = {}
    if message.item is not None:
        sentence = news(message.item, door.people.name)
        resource = notification_resource(News(item=message.item, sentence=sentence))
    elif message.card is not None:
        resource = request_resource(door.board.seen(message.card, viewer))
    elif message.rebuild is not None:
        resource = rebuild_resource(message.rebuild)
    elif message.scan is not None:
        resource = progress_resource(message.scan)
    return event(message.position, message.kind, encode(resource).decode())
