"""`/auth/me/activity`: who did what to me, and what I did."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.schema import CursorText, Limit, Moment, Page, Resource
from medianest.adapters.http.resources import Somebody
from medianest.adapters.http.writing import viewer_of
from medianest.application.queries.activity import Activity, By, ListActivity


class ActivityResource(Resource):
    """`title` is that of the request it happened to, whose id is `stream`; null where it happened to no request."""

    position: int
    at: Moment
    actor: Somebody
    action: str
    category: str
    stream: UUID
    title: str | None
    sentence: str


@get(
    "/auth/me/activity",
    opt={"access": Access.SIGNED_IN},
    tags=["Signing in"],
    summary="What concerned you: your account, what you asked for or follow, and what you did; the latest first",
)
async def list_activity(
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
    *,
    by: Annotated[By | None, QueryParameter(description="Only what others did, or only what you did.")] = None,
    limit: Limit = 20,
    cursor: CursorText = None,
) -> Page[ActivityResource]:
    viewer = viewer_of(request)
    query = ("activity", viewer.user_id, by)
    key = door.cursors.read(query, cursor)
    page = await door.queries.ask(ListActivity(viewer=viewer, by=by, limit=limit, before=int(key[0]) if key else None))
    return Page(
        items=[_resource(activity) for activity in page.items], next_cursor=door.cursors.write(query, page.next_key)
    )


def _resource(activity: Activity) -> ActivityResource:
    recorded = activity.recorded
    return ActivityResource(
        position=recorded.position,
        at=recorded.occurred_at,
        actor=Somebody(id=recorded.actor, name=activity.actor_name),
        action=recorded.event.tag,
        category=recorded.category,
        stream=recorded.stream_id,
        title=activity.title,
        sentence=activity.sentence,
    )
