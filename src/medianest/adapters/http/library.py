"""`/admin/library`: the libraries of the media servers, their scans, and what may be called gone."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from medianest.adapters.http.acting import WITHOUT_VERSION, Acting
from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.problems import NotFound
from medianest.adapters.http.foundation.schema import Body, Moment, Resource
from medianest.adapters.http.resources import encode
from medianest.application.library.orders import scan_job
from medianest.application.library.reading import ScanProgress
from medianest.application.queries.library import LibraryLine, ListLibraries
from medianest.ports.front_door import Answer, Decided
from medianest.ports.library import LibraryKind, Trouble

MANAGE_SERVICES: Final = {"access": Access.permission("manage_services")}

Uuid = Annotated[str, Meta(min_length=1, max_length=200)]


class HeldRemovalsResource(Resource):
    """`leaving` of `held` titles are missing: say whether they were deleted."""

    leaving: int
    held: int


class LibraryResource(Resource):
    """`uuid` stays when the library is renamed. `scannedAt` is when its last scan ended, after `seconds` and with
    `items` films or seasons seen; `trouble` is why that says nothing about what is missing, and `healthyAt` when one
    last did. `titles` are held, of which `missing` are gone unless the next scans see them."""

    server: str
    uuid: str
    kind: LibraryKind
    title: str
    scanned_at: Moment | None
    healthy_at: Moment | None
    trouble: Trouble | None
    items: int
    seconds: float
    titles: int
    missing: int
    held_removals: HeldRemovalsResource | None


class LibraryList(Resource):
    items: Sequence[LibraryResource]


class ScanOrder(Body, kw_only=True):
    """Without a server, all libraries; without a library's `uuid`, all of that server."""

    server: Annotated[str, Meta(min_length=1, max_length=32)] | None = None
    library: Uuid | None = None


class ScanAsked(Resource):
    server: str | None
    library: str | None


class ScanProgressResource(Resource):
    """`done` of `total` items of a library that is being scanned; `total` grows with what is found. When it `isOver`,
    `trouble` says why it says nothing about what is missing, if so."""

    server: str
    library: str
    title: str
    done: int
    total: int
    is_over: bool
    trouble: Trouble | None


class RemovalsDecision(Body, kw_only=True):
    """`allow`: they were deleted indeed. `decline`: they were not, and are waited for."""

    decision: Literal["allow", "decline"]


@get("/", opt=MANAGE_SERVICES, summary="The libraries, their last scans, and what waits for a decision")
async def list_libraries(door: NamedDependency[FrontDoor]) -> LibraryList:
    return LibraryList(items=[_library(line) for line in await door.queries.ask(ListLibraries())])


@post("/scan", status_code=202, opt=MANAGE_SERVICES, summary="Scan the libraries now")
async def scan_library(data: JSONBody[ScanOrder], door: NamedDependency[FrontDoor]) -> ScanAsked:
    """Watch it as the events `scan` of the live stream. One that is scanned already is not scanned twice."""
    if data.library is not None and data.server is None:
        lines = await door.queries.ask(ListLibraries())
        server = next((line.library.server for line in lines if line.library.uuid == data.library), None)
        if server is None:
            raise NotFound("There is no such library.")
    else:
        server = data.server
    if server is not None and server not in await door.servers.slugs():
        raise NotFound("There is no such media server.")
    await door.jobs.defer([scan_job(server, data.library)])
    return ScanAsked(server=server, library=data.library)


@post(
    "/{server:str}/{library_uuid:str}/removals",
    status_code=200,
    opt=MANAGE_SERVICES,
    dependencies=WITHOUT_VERSION,
    summary="Say whether what is missing was deleted",
)
async def decide_on_removals(
    server: FromPath[str],
    library_uuid: FromPath[str],
    data: JSONBody[RemovalsDecision],
    acting: NamedDependency[Acting],
) -> Response[RemovalsDecision]:
    """While that is not said, nothing of the library is called gone. It is carried out by itself."""
    door = acting.door

    async def wording(_decided: Decided) -> Answer:
        return Answer(status=200, body=encode(data))

    return await acting.answer(
        lambda context, idempotency: door.removals.decide(
            acting.caller.user_id,
            server,
            library_uuid,
            context,
            is_allowed=data.decision == "allow",
            wording=wording,
            idempotency=idempotency,
        ),
        views=(),
    )


def progress_resource(progress: ScanProgress) -> ScanProgressResource:
    return ScanProgressResource(
        server=progress.server,
        library=progress.uuid,
        title=progress.title,
        done=progress.done,
        total=progress.total,
        is_over=progress.is_over,
        trouble=progress.trouble,
    )


def _library(line: LibraryLine) -> LibraryResource:
    it, question = line.library, line.question
    return LibraryResource(
        server=it.server,
        uuid=it.uuid,
        kind=it.kind,
        title=it.title,
        scanned_at=it.scanned_at,
        healthy_at=it.healthy_at,
        trouble=it.trouble,
        items=it.items,
        seconds=round(it.seconds, 3),
        titles=it.held,
        missing=it.missing,
        held_removals=HeldRemovalsResource(leaving=question.leaving, held=question.held) if question else None,
    )


library_router = Router(
    path="/admin/library",
    route_handlers=[list_libraries, scan_library, decide_on_removals],
    tags=["Libraries"],
)
