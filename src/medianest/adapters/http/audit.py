"""`/admin/audit`: who did what, when and why; as pages, in figures, as a file, and as it happens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request, Router, get
from litestar.di import NamedDependency, Provide
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import OpenAPIResponse, Operation
from litestar.params import QueryParameter
from litestar.response import Stream

from medianest.adapters.http.audit_export import CSV, NDJSON, exported
from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.caller import caller_of
from medianest.adapters.http.foundation.flowing import FlowingAnswer
from medianest.adapters.http.foundation.parameters import aware
from medianest.adapters.http.foundation.problems import FieldError, InvalidParameter
from medianest.adapters.http.foundation.schema import CursorText, Limit, Page, Resource
from medianest.adapters.http.resources import EventResource, Somebody, encode, event_resource
from medianest.adapters.http.sse import DESCRIBED, EVENT_STREAM, LastEventId, event, event_stream
from medianest.application.audit_tail import Heard
from medianest.application.narrowing import UnknownName, tags_of_action, tags_of_category
from medianest.application.people import permissions_of
from medianest.application.phrase import LONGEST
from medianest.application.queries.audit import CountAudit, ListAudit, ReadPhrase
from medianest.application.viewer import Viewer
from medianest.ports.audit import AuditFilter

VIEW_AUDIT = {"access": Access.permission("view_audit")}
EXAMPLE = 'actor:anna action:media_request.* -category:user created:>2026-01-01 "dune"'
PhraseText = Annotated[
    str | None, QueryParameter(max_length=LONGEST, description=f"In the grammar of docs/history.md: {EXAMPLE}")
]
ActionName = Annotated[
    str | None,
    QueryParameter(min_length=1, max_length=100, description="A stored name; `*` stands for any part of it."),
]
Word = Annotated[str | None, QueryParameter(min_length=1, max_length=100)]
Id = Annotated[UUID | None, QueryParameter()]


class Count(Resource):
    name: str
    count: int


class ActorCount(Resource):
    actor: Somebody
    count: int


class FacetsResource(Resource):
    """How many of the newest `counted` events that fit are of each kind. `isAll`: there are no older ones."""

    categories: Sequence[Count]
    actions: Sequence[Count]
    actors: Sequence[ActorCount]
    counted: int
    is_all: bool


@dataclass
class ExportOperation(Operation):
    """Litestar's description of an answer has room for one media type."""

    def __post_init__(self) -> None:
        for response in (self.responses or {}).values():
            if isinstance(response, OpenAPIResponse) and response.content and NDJSON in response.content:
                response.content["text/csv"] = response.content[NDJSON]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`words` is what was asked, as it was asked: what a text means may change while somebody turns pages."""

    question: ReadPhrase
    words: tuple[object, ...]


async def provide_asked(
    request: Request[Any, Any, Any],
    *,
    actor: Id = None,
    action: ActionName = None,
    category: Word = None,
    stream: Id = None,
    correlation: Word = None,
    causation: Id = None,
    since: Annotated[datetime | None, QueryParameter(description="Recorded from this moment on.")] = None,
    until: Annotated[datetime | None, QueryParameter(description="Recorded before this moment.")] = None,
    phrase: PhraseText = None,
) -> Asked:
    """What all routes of the audit trail are asked with; the parts narrow one another."""
    criteria = AuditFilter(
        actors=None if actor is None else frozenset({actor}),
        tags=_tags(action, category),
        streams=None if stream is None else frozenset({stream}),
        correlation=correlation,
        causation=causation,
        since=aware("since", since),
        until=aware("until", until),
    )
    return Asked(
        question=ReadPhrase(phrase=phrase or "", me=caller_of(request).user_id, criteria=criteria),
        words=(actor, action, category, stream, correlation, causation, since, until, phrase),
    )


@get("/", opt=VIEW_AUDIT, summary="Who did what, the latest first")
async def list_audit(
    door: NamedDependency[FrontDoor], asked: NamedDependency[Asked], limit: Limit = 20, cursor: CursorText = None
) -> Page[EventResource]:
    """`phrase` narrows what the other parameters ask for; its grammar is in docs/history.md."""
    query = ("audit", asked.words)
    key = door.cursors.read(query, cursor)
    criteria = await door.queries.ask(asked.question)
    page = await door.queries.ask(ListAudit(criteria=criteria, limit=limit, before=int(key[0]) if key else None))
    return Page(
        items=[event_resource(line) for line in page.items], next_cursor=door.cursors.write(query, page.next_key)
    )


@get("/facets", opt=VIEW_AUDIT, summary="How many there are of each category, action and person")
async def audit_facets(door: NamedDependency[FrontDoor], asked: NamedDependency[Asked]) -> FacetsResource:
    facets = await door.queries.ask(CountAudit(criteria=await door.queries.ask(asked.question)))
    return FacetsResource(
        categories=[Count(name=name, count=count) for name, count in facets.categories.items()],
        actions=[Count(name=name, count=count) for name, count in facets.actions.items()],
        actors=[
            ActorCount(actor=Somebody(id=actor, name=door.people.name(actor)), count=count)
            for actor, count in facets.actors.items()
        ],
        counted=facets.counted,
        is_all=facets.is_all,
    )


@get(
    "/export",
    opt=VIEW_AUDIT,
    summary="All of it as a file, the oldest first",
    responses={200: ResponseSpec(str, generate_examples=False, media_type=NDJSON, description="One event a line.")},
    operation_class=ExportOperation,
)
async def export_audit(
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
    asked: NamedDependency[Asked],
    format_: Annotated[Literal["ndjson", "csv"], QueryParameter(name="format")] = "ndjson",
) -> Stream:
    """What was recorded until now. `ndjson`: the events as the list shows them, one a line. `csv` (text/csv): a table
    with a line of heads; cells that a spreadsheet would take for a formula begin with an apostrophe. A file that ends
    early is cut off, not finished; where it was cut because you may no longer read it, its last line says so."""
    until = await door.tail.reach(asked.question)
    criteria = await door.queries.ask(asked.question)
    caller = caller_of(request)

    async def is_welcome() -> bool:
        person = await door.people.admit_wholly(caller.user_id, caller.session_id)
        is_over = caller.is_over(door.clock.now())
        return person is not None and not is_over and "view_audit" in permissions_of(person)

    name = f"medianest-audit-{door.clock.now():%Y-%m-%d}.{format_}"
    return Stream(
        exported(door.queries, criteria, format_, until=until, is_welcome=is_welcome),
        media_type=NDJSON if format_ == "ndjson" else CSV,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@get(
    "/tail",
    opt=VIEW_AUDIT,
    summary="What fits, as it happens",
    media_type=EVENT_STREAM,
    responses=DESCRIBED,
)
async def tail_audit(
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
    asked: NamedDependency[Asked],
    last_event_id: LastEventId = None,
) -> FlowingAnswer:
    """Events `event` carry what the list would show; `reset` says that the position to go on from is not of this log:
    read the list again. The event id is the position in the log; `Last-Event-ID` goes on from it."""
    await door.queries.ask(asked.question)
    after = int(last_event_id) if last_event_id else await door.tail.reach(asked.question)

    def written(_: Viewer, heard: Heard) -> str:
        if heard.line is None:
            return event(heard.position, "reset", "{}")
        return event(heard.position, "event", encode(event_resource(heard.line)).decode())

    return event_stream(request, door, partial(door.tail.follow, asked=asked.question, after=after), written)


def _tags(action: str | None, category: str | None) -> frozenset[str] | None:
    """Raises InvalidParameter."""
    tags: frozenset[str] | None = None
    for name, value, tags_of in (("action", action, tags_of_action), ("category", category, tags_of_category)):
        if value is None:
            continue
        try:
            found = tags_of(value)
        except UnknownName as error:
            message = str(error)
            errors = [FieldError(field=name, message=message)]
            raise InvalidParameter(f"{name}: {message}", errors, code="unknown_name") from None
        tags = found if tags is None else tags & found
    return tags


audit_router = Router(
    path="/admin/audit",
    route_handlers=[list_audit, audit_facets, export_audit, tail_audit],
    dependencies={"asked": Provide(provide_asked)},
    tags=["History"],
)
