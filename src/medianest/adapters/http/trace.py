"""`/admin/trace`: all that followed from one click, as a tree."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import PathParameter

from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.schema import Moment, Resource
from medianest.adapters.http.resources import Somebody
from medianest.application.causes import Notice, TraceNode
from medianest.application.queries.trace import ReadTrace, Trace

CorrelationId = Annotated[str, PathParameter(description="`X-Correlation-Id` of the answer to the click.")]


class EventOfTrace(Resource):
    position: int
    category: str
    stream: UUID
    version: int
    action: str
    actor: Somebody


class NoticeOfTrace(Resource):
    """`text` is null while the inbox is behind, the times are null until it was delivered and read."""

    recipient: Somebody
    text: str | None
    delivered_at: Moment | None
    read_at: Moment | None


class NodeOfTrace(Resource):
    """`name` is a route, an event's action, a reaction's name, a job's, or a call to another server. `endedAt` is null
    for an instant and for what goes on. `outcome` is the status of an answer; `ok`, `refused:<code>`,
    `failed:<failure>` or `interrupted`; for a job that has not succeeded `waiting`, `running` or `failed`, with
    `attempts` so far and the time at which it is `dueAt` if that is not now. `told` is there where somebody was
    notified."""

    kind: Literal["request", "event", "reaction", "job", "call"]
    name: str
    sentence: str | None
    started_at: Moment
    ended_at: Moment | None
    outcome: str | None
    attempts: int | None
    due_at: Moment | None
    event: EventOfTrace | None
    told: NoticeOfTrace | None
    children: Sequence["NodeOfTrace"]


class TraceResource(Resource):
    """`roots` are the beginnings: the click, or several under one id. `endedAt` is the end of the last effect so far.
    `isCut` says that there is more than the earliest 1000 events and steps, which are here."""

    correlation_id: str
    started_at: Moment
    ended_at: Moment
    is_cut: bool
    roots: Sequence[NodeOfTrace]


@get(
    "/trace/{correlation_id:str}",
    opt={"access": Access.permission("view_audit")},
    summary="All that followed from one click, as a tree of causes",
)
async def get_trace(correlation_id: CorrelationId, door: NamedDependency[FrontDoor]) -> TraceResource:
    """Requests that changed something, events, reactions, jobs and calls to other servers, each under its cause.
    Requests, runs of jobs and calls are kept for 30 days, events for ever."""
    return trace_resource(await door.queries.ask(ReadTrace(correlation_id)))


def trace_resource(trace: Trace) -> TraceResource:
    return TraceResource(
        correlation_id=trace.correlation_id,
        started_at=trace.started_at,
        ended_at=trace.ended_at,
        is_cut=trace.is_cut,
        roots=[_node(root) for root in trace.roots],
    )


def _node(node: TraceNode) -> NodeOfTrace:
    return NodeOfTrace(
        kind=node.kind,
        name=node.name,
        sentence=node.sentence,
        started_at=node.started_at,
        ended_at=node.ended_at,
        outcome=node.outcome,
        attempts=node.open_job.attempts if node.open_job else None,
        due_at=node.open_job.due_at if node.open_job else None,
        event=_event(node),
        told=_told(node.notice) if node.notice else None,
        children=[_node(child) for child in node.children],
    )


def _event(node: TraceNode) -> EventOfTrace | None:
    if (recorded := node.recorded) is None:
        return None
    return EventOfTrace(
        position=recorded.position,
        category=recorded.category,
        stream=recorded.stream_id,
        version=recorded.version,
        action=recorded.event.tag,
        actor=Somebody(id=recorded.actor, name=node.actor_name),
    )


def _told(notice: Notice) -> NoticeOfTrace:
    return NoticeOfTrace(
        recipient=Somebody(id=notice.recipient, name=notice.recipient_name),
        text=notice.text,
        delivered_at=notice.delivered_at,
        read_at=notice.read_at,
    )


trace_router = Router(path="/admin", route_handlers=[get_trace], tags=["History"])
