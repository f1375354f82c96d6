"""`/admin/audit/{position}/undo`: taking back what an event did."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter

from medianest.adapters.http.acting import WITHOUT_VERSION, Acting
from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.caller import caller_of
from medianest.adapters.http.foundation.schema import Resource
from medianest.adapters.http.resources import encode
from medianest.adapters.http.writing import context_of
from medianest.application.sentences import told
from medianest.application.undoing import UndoOffer
from medianest.ports.front_door import Answer, Decided

ADMIN = {"access": Access.ADMIN}
VIEWS = ("request_board", "user_directory")

Position = Annotated[int, PathParameter(ge=1, le=10**18, description="The event's position in the log.")]


class UndoResource(Resource):
    """What undoing the event would do. `explanation` and `command` are null where nothing undoes it; `code` and
    `reason` say why it is not possible and what to do instead, and are null where it is."""

    position: int
    action: str
    sentence: str
    explanation: str | None
    command: str | None
    is_possible: bool
    code: str | None
    reason: str | None


class UndoneEvent(Resource):
    category: str
    stream: UUID
    version: int
    action: str
    sentence: str


class Undone(Resource):
    """What was offered, and the events that came of it: they name the undone event as their cause."""

    undo: UndoResource
    events: Sequence[UndoneEvent]


@get("/", opt=ADMIN, summary="What undoing this event would do, and whether it can be done")
async def explain_undo(
    position: Position, request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> UndoResource:
    actor = caller_of(request).user_id
    return _resource(await door.undoing.explain(position, actor=actor, context=context_of(request)))


@post(
    "/",
    status_code=200,
    opt={**ADMIN, "fresh": True},
    dependencies=WITHOUT_VERSION,
    summary="Take back what this event did",
)
async def undo_event(
    position: Position, request: Request[Any, Any, Any], acting: NamedDependency[Acting]
) -> Response[Undone]:
    """Nothing leaves the log: new events take the effect back. 409 with the reason where that cannot be."""
    undoing, actor = acting.door.undoing, acting.caller.user_id
    offer = await undoing.explain(position, actor=actor, context=context_of(request))

    async def wording(decided: Decided) -> Answer:
        names = acting.door.people.name
        events = [
            UndoneEvent(
                category=recorded.category,
                stream=recorded.stream_id,
                version=recorded.version,
                action=recorded.event.tag,
                sentence=told(recorded, names),
            )
            for recorded in decided.decided
        ]
        return Answer(status=200, body=encode(Undone(undo=_resource(offer), events=events)))

    answer: Response[Any] = await acting.answer(
        lambda context, idempotency: undoing.undo(
            position, actor=actor, context=context, wording=wording, idempotency=idempotency
        ),
        views=VIEWS,
    )
    return answer


def _resource(offer: UndoOffer) -> UndoResource:
    return UndoResource(
        position=offer.position,
        action=offer.action,
        sentence=offer.sentence,
        explanation=offer.explanation,
        command=offer.command,
        is_possible=offer.is_possible,
        code=offer.code,
        reason=offer.reason,
    )


undo_router = Router(
    path="/admin/audit/{position:int}/undo", route_handlers=[explain_undo, undo_event], tags=["History"]
)
