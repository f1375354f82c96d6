"""`/admin/audit`, `/admin/streams`, `/admin/projections`: who did what, and how the views stand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.problems import FieldError, InvalidParameter, NotFound
from medianest.adapters.http.foundation.schema import CursorText, Limit, Moment, Page, Resource
from medianest.adapters.http.resources import EventResource, event_resource
from medianest.application.queries.audit import ListAudit, ListViews, ReadStream
from medianest.ports.views import AuditFilter
from medianest.ports.work import Job
from medianest.projections.catalog import PROJECTIONS

VIEW_AUDIT = {"access": Access.permission("view_audit")}
ADMIN = {"access": Access.ADMIN}
Word = Annotated[str | None, QueryParameter(min_length=1, max_length=100)]


class StreamResource(Resource):
    """The stream as it was at `version`: its events so far, and the state that they fold to."""

    category: str
    id: UUID
    version: int
    latest_version: int
    events: Sequence[EventResource]
    state: dict[str, Any] | None


class ProjectionResource(Resource):
    """`lag` in events of the log; `error` is why a view stands still."""

    name: str
    position: int
    lag: int
    updated_at: Moment | None
    error: str | None


class Projections(Resource):
    items: Sequence[ProjectionResource]


class RebuildStarted(Resource):
    name: str
    status: str


@get("/audit", opt=VIEW_AUDIT, summary="Who did what, the latest first")
async def list_audit(
    door: NamedDependency[FrontDoor],
    *,
    actor: Annotated[UUID | None, QueryParameter()] = None,
    action: Word = None,
    category: Word = None,
    stream: Annotated[UUID | None, QueryParameter()] = None,
    correlation: Word = None,
    since: Annotated[datetime | None, QueryParameter(description="From this moment on.")] = None,
    until: Annotated[datetime | None, QueryParameter(description="Before this moment.")] = None,
    limit: Limit = 20,
    cursor: CursorText = None,
) -> Page[EventResource]:
    criteria = AuditFilter(
        actor=actor,
        action=action,
        category=category,
        stream=stream,
        correlation=correlation,
        since=_aware("since", since),
        until=_aware("until", until),
    )
    query = ("audit", criteria)
    key = door.cursors.read(query, cursor)
    page = await door.queries.ask(ListAudit(criteria=criteria, limit=limit, before=int(key[0]) if key else None))
    return Page(
        items=[event_resource(line) for line in page.items], next_cursor=door.cursors.write(query, page.next_key)
    )


@get("/streams/{category:str}/{stream_id:uuid}", opt=VIEW_AUDIT, summary="One thing as it was at any version")
async def get_stream(
    category: FromPath[str],
    stream_id: FromPath[UUID],
    door: NamedDependency[FrontDoor],
    version: Annotated[int | None, QueryParameter(ge=1, le=2**31 - 1)] = None,
) -> StreamResource:
    then = await door.queries.ask(ReadStream(category=category, stream_id=stream_id, version=version))
    return StreamResource(
        category=then.category,
        id=then.stream_id,
        version=then.version,
        latest_version=then.latest_version,
        events=[event_resource(line) for line in then.events],
        state=then.state,
    )


@get("/projections", opt=ADMIN, summary="How far the views are")
async def list_projections(door: NamedDependency[FrontDoor]) -> Projections:
    states = await door.queries.ask(ListViews())
    return Projections(
        items=[
            ProjectionResource(
                name=state.name,
                position=state.position,
                lag=state.lag,
                updated_at=state.updated_at,
                error=state.error,
            )
            for state in states
        ]
    )


@post("/projections/{name:str}/rebuild", status_code=202, opt=ADMIN, summary="Make a view anew from the log")
async def rebuild_projection(name: FromPath[str], door: NamedDependency[FrontDoor]) -> Response[RebuildStarted]:
    if name not in PROJECTIONS:
        raise NotFound("There is no such view.")
    await door.jobs.defer([Job(name="rebuild", args={"name": name}, lock=f"rebuild:{name}")])
    return Response(RebuildStarted(name=name, status="queued"), status_code=202)


def _aware(name: str, moment: datetime | None) -> datetime | None:
    if moment is not None and moment.tzinfo is None:
        message = "Say which time zone is meant: 2026-11-22T08:00:00Z."
        raise InvalidParameter(message, [FieldError(field=name, message=message)])
    return moment


audit_router = Router(
    path="/admin",
    route_handlers=[list_audit, get_stream, list_projections, rebuild_projection],
    tags=["History"],
)
