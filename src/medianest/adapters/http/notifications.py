"""`/notifications`: what you were told."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from medianest.adapters.http.acting import WITHOUT_VERSION, Acting
from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.caller import caller_of
from medianest.adapters.http.foundation.schema import CursorText, Limit, Page
from medianest.adapters.http.resources import NotificationResource, notification_resource
from medianest.application.queries.notifications import ListNews, UnreadNews
from medianest.domain.kernel import Command
from medianest.domain.notification import Archive, MarkRead
from medianest.ports.event_log import Context
from medianest.ports.front_door import Answer, Decided, Idempotency, Outcome

SIGNED_IN = {"access": Access.SIGNED_IN}
VIEWS = ("inbox",)
BATCH = 100


class NotificationPage(Page[NotificationResource]):
    """`unread` counts all that is unread, on this page or not."""

    unread: int = 0


@get("/", opt=SIGNED_IN, summary="Your notifications, the newest first")
async def list_notifications(
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
    unread: Annotated[bool | None, QueryParameter(description="true: only unread ones; false: only read ones.")] = None,
    limit: Limit = 20,
    cursor: CursorText = None,
) -> NotificationPage:
    recipient = caller_of(request).user_id
    query = ("notifications", recipient, unread)
    found = await door.queries.ask(
        ListNews(recipient=recipient, is_unread=unread, limit=limit, after=door.cursors.read(query, cursor))
    )
    return NotificationPage(
        items=[notification_resource(news) for news in found.page.items],
        next_cursor=door.cursors.write(query, found.page.next_key),
        unread=found.unread,
    )


@post(
    "/{notification_id:uuid}/read",
    status_code=204,
    opt=SIGNED_IN,
    dependencies=WITHOUT_VERSION,
    summary="You have read it",
)
async def read_notification(notification_id: FromPath[UUID], acting: NamedDependency[Acting]) -> Response[None]:
    return await _run(acting, [acting.order(MarkRead, notification_id=notification_id)])


@post(
    "/{notification_id:uuid}/archive",
    status_code=204,
    opt=SIGNED_IN,
    dependencies=WITHOUT_VERSION,
    summary="Put it away",
)
async def archive_notification(notification_id: FromPath[UUID], acting: NamedDependency[Acting]) -> Response[None]:
    return await _run(acting, [acting.order(Archive, notification_id=notification_id)])


@post("/read-all", status_code=204, opt=SIGNED_IN, dependencies=WITHOUT_VERSION, summary="You have read them all")
async def read_all_notifications(acting: NamedDependency[Acting]) -> Response[None]:
    """Those that there are now, in batches, each an append of its own."""
    unread = await acting.door.queries.ask(UnreadNews(recipient=acting.caller.user_id))
    return await _run(acting, [acting.order(MarkRead, notification_id=each) for each in unread])


async def _run(acting: Acting, orders: Sequence[Command]) -> Response[Any]:
    """Without a version: two people never change one notification, and it exists for its recipient alone. What was
    answered is kept with the last batch, so that a change that broke off goes on when it is sent again."""

    async def run(context: Context, idempotency: Idempotency | None) -> Outcome:
        outcome = Outcome(answer=None, recorded=(), position=None)
        for start in range(0, len(orders), BATCH):
            outcome = await acting.door.commands.run(
                orders[start : start + BATCH],
                context,
                wording=_done if start + BATCH >= len(orders) else None,
                idempotency=idempotency,
            )
            if outcome.is_repeat:
                break
        return outcome

    return await acting.answer(run, views=VIEWS)


async def _done(_decided: Decided) -> Answer:
    return Answer(status=204, body=b"")


notifications_router = Router(
    path="/notifications",
    route_handlers=[list_notifications, read_notification, archive_notification, read_all_notifications],
    tags=["Notifications"],
)
