"""`/admin/projections`, `/admin/rebuilds`: how the views stand, and building them anew."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from medianest.adapters.http.acting import WITHOUT_VERSION, Acting
from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.problems import NotFound
from medianest.adapters.http.foundation.schema import Moment, Resource
from medianest.adapters.http.resources import encode
from medianest.application.queries.views import FindRebuild, ListRebuilds, ListViews, ViewLine
from medianest.domain.upkeep import AskForRebuild
from medianest.ports.front_door import Answer, Decided
from medianest.ports.rebuilds import UNDER_WAY, RebuildRunning, RebuildState, RebuildStatus, ViewCheck
from medianest.projections.catalog import PROJECTIONS

SETTINGS = {"access": Access.permission("manage_settings")}


class RowDifferenceResource(Resource):
    """`extra`: only in the view. `missing`: only in what the log tells. `different`: in these columns."""

    key: str
    kind: Literal["extra", "missing", "different"]
    columns: Sequence[str]


class ViewCheckResource(Resource):
    """What the last comparison with the log found. `differences` names the first of `differing` rows."""

    position: int
    compared: int
    differing: int
    differences: Sequence[RowDifferenceResource]
    checked_at: Moment


class ProjectionResource(Resource):
    """`lag` in events of the log; `error` is why a view stands still. One that `isBuilt` not cannot be read yet."""

    name: str
    is_built: bool
    position: int
    lag: int
    updated_at: Moment | None
    error: str | None
    check: ViewCheckResource | None


class Projections(Resource):
    items: Sequence[ProjectionResource]


class RebuildResource(Resource):
    """`position` is how far it is, `head` where the log stood then. `interrupted`: it goes on by itself when the worker
    is back, or with `medianest projections rebuild --resume`."""

    id: UUID
    views: Sequence[str]
    state: RebuildState
    position: int
    head: int
    asked_by: UUID | None
    asked_at: Moment
    finished_at: Moment | None
    error: str | None


class Rebuilds(Resource):
    items: Sequence[RebuildResource]


@get("/projections", opt=SETTINGS, summary="How far the views are, and whether they are what the log says")
async def list_projections(door: NamedDependency[FrontDoor]) -> Projections:
    return Projections(items=[_projection(line) for line in await door.queries.ask(ListViews())])


@post(
    "/projections/{name:str}/rebuild",
    status_code=202,
    opt=SETTINGS,
    dependencies=WITHOUT_VERSION,
    summary="Build a view anew from the log",
)
async def rebuild_projection(name: FromPath[str], acting: NamedDependency[Acting]) -> Response[RebuildResource]:
    """The view is read and kept current meanwhile. Where it is being built already, that rebuild is the answer. Watch
    it at `/admin/rebuilds/{id}`, or as the events `rebuild` of the live stream."""
    door = acting.door
    if name not in PROJECTIONS:
        raise NotFound("There is no such view.")
    rebuild_id = door.ids.new()
    order = acting.order(AskForRebuild, rebuild_id=rebuild_id, views=(name,))

    async def wording(_decided: Decided) -> Answer:
        # Before the event that asks for it, so that whoever reads that finds it.
        await door.rebuilds.queue(rebuild_id, [name], acting.caller.user_id)
        status = await door.queries.ask(FindRebuild(rebuild_id=rebuild_id))
        return Answer(status=202, body=encode(rebuild_resource(status)))

    try:
        return await acting.answer(
            lambda context, idempotency: door.commands.run([order], context, wording=wording, idempotency=idempotency),
            views=(),
        )
    except RebuildRunning:
        for status in await door.queries.ask(ListRebuilds()):
            if name in status.views and status.state in UNDER_WAY:
                return Response(rebuild_resource(status), status_code=202)
        raise


@get("/rebuilds", opt=SETTINGS, summary="The rebuilds of the last 30 days, the latest first")
async def list_rebuilds(door: NamedDependency[FrontDoor]) -> Rebuilds:
    return Rebuilds(items=[rebuild_resource(status) for status in await door.queries.ask(ListRebuilds())])


@get("/rebuilds/{rebuild_id:uuid}", opt=SETTINGS, summary="How far a rebuild is")
async def get_rebuild(rebuild_id: FromPath[UUID], door: NamedDependency[FrontDoor]) -> RebuildResource:
    return rebuild_resource(await door.queries.ask(FindRebuild(rebuild_id=rebuild_id)))


def rebuild_resource(status: RebuildStatus) -> RebuildResource:
    return RebuildResource(
        id=status.rebuild_id,
        views=status.views,
        state=status.state,
        position=status.position,
        head=status.head,
        asked_by=status.asked_by,
        asked_at=status.asked_at,
        finished_at=status.finished_at,
        error=status.error,
    )


def _projection(line: ViewLine) -> ProjectionResource:
    state = line.state
    return ProjectionResource(
        name=state.name,
        is_built=state.is_built,
        position=state.position,
        lag=state.lag,
        updated_at=state.updated_at,
        error=state.error,
        check=_check(line.check) if line.check is not None else None,
    )


def _check(check: ViewCheck) -> ViewCheckResource:
    return ViewCheckResource(
        position=check.position,
        compared=check.compared,
        differing=check.differing,
        differences=[
            RowDifferenceResource(key=one.key, kind=one.kind, columns=one.columns) for one in check.differences
        ],
        checked_at=check.checked_at,
    )


projections_router = Router(
    path="/admin",
    route_handlers=[list_projections, rebuild_projection, list_rebuilds, get_rebuild],
    tags=["History"],
)
