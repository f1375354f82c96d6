"""`/admin/parked`: events that a reaction could not handle, and what is to become of them."""

import re
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter

from medianest.adapters.http.acting import WITHOUT_VERSION, Acting
from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.problems import NotFound
from medianest.adapters.http.foundation.schema import Body, CursorText, Limit, Moment, Page, Reason, Resource
from medianest.adapters.http.resources import encode
from medianest.application.queries.parked import FindParked, ListParked, ParkedLine
from medianest.application.unparking import TryParkedAgain
from medianest.domain.kernel import Command
from medianest.domain.upkeep import SkipParked
from medianest.ports.front_door import Answer, Decided

SETTINGS = {"access": Access.permission("manage_settings")}
ID: Final = re.compile(r"([a-z_]{1,60}):([0-9]{1,18})", re.ASCII)

ParkedId = Annotated[
    str, PathParameter(description="The reaction and the position of the event: `tell_people:1042`.", max_length=80)
]


class ParkedResource(Resource):
    """`error` is the kind of the last failure and `stack` where it came from; `waiting` later events of the stream
    wait behind it. A reaction is what MediaNest does whenever something happens: `tell_people`, `hand_on`, ..."""

    id: str
    reaction: str
    position: int
    category: str
    stream: UUID
    action: str
    sentence: str
    error: str
    stack: str
    attempts: int
    waiting: int
    parked_at: Moment


class SkipBody(Body):
    reason: Reason


def parked_resource(line: ParkedLine) -> ParkedResource:
    parked, recorded = line.parked, line.event.recorded
    return ParkedResource(
        id=f"{parked.reaction}:{parked.position}",
        reaction=parked.reaction,
        position=parked.position,
        category=recorded.category,
        stream=parked.stream_id,
        action=recorded.event.tag,
        sentence=line.event.sentence,
        error=parked.error,
        stack=parked.stack,
        attempts=parked.attempts,
        waiting=parked.waiting,
        parked_at=parked.parked_at,
    )


@get("/", opt=SETTINGS, summary="Events that could not be handled, the first of each stream")
async def list_parked(
    door: NamedDependency[FrontDoor], limit: Limit = 20, cursor: CursorText = None
) -> Page[ParkedResource]:
    found = await door.queries.ask(ListParked(limit=limit, after=door.cursors.read(("parked",), cursor)))
    return Page(
        items=[parked_resource(line) for line in found.items],
        next_cursor=door.cursors.write(("parked",), found.next_key),
    )


@post(
    "/{parked_id:str}/retry",
    status_code=202,
    opt=SETTINGS,
    dependencies=WITHOUT_VERSION,
    summary="Try it again, and then what waits behind it",
)
async def retry_parked(parked_id: ParkedId, acting: NamedDependency[Acting]) -> Response[ParkedResource]:
    """The worker reads this in the log and tries within a second or so."""
    reaction, position = _read(parked_id)
    return await _run(acting, acting.order(TryParkedAgain, reaction=reaction, position=position), reaction, position)


@post(
    "/{parked_id:str}/skip",
    status_code=202,
    opt=SETTINGS,
    dependencies=WITHOUT_VERSION,
    summary="Go on without it: it will never be handled",
)
async def skip_parked(
    parked_id: ParkedId, data: JSONBody[SkipBody], acting: NamedDependency[Acting]
) -> Response[ParkedResource]:
    reaction, position = _read(parked_id)
    order = acting.order(SkipParked, reaction=reaction, position=position, reason=data.reason)
    return await _run(acting, order, reaction, position)


async def _run(acting: Acting, order: Command, reaction: str, position: int) -> Response[Any]:
    async def wording(_decided: Decided) -> Answer:
        line = await acting.door.queries.ask(FindParked(reaction=reaction, position=position))
        return Answer(status=202, body=encode(parked_resource(line)))

    return await acting.answer(
        lambda context, idempotency: acting.door.commands.run(
            [order], context, wording=wording, idempotency=idempotency
        ),
        views=(),
    )


def _read(parked_id: str) -> tuple[str, int]:
    """Raises NotFound for what cannot be one."""
    read = ID.fullmatch(parked_id)
    if read is None:
        raise NotFound("No such event is parked.")
    return read.group(1), int(read.group(2))


parked_router = Router(path="/admin/parked", route_handlers=[list_parked, retry_parked, skip_parked], tags=["History"])
