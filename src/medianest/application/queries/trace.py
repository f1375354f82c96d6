"""From a click to its last effect: all that one correlation id holds together, as a tree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from medianest.application.causes import Notice, TraceNode, tree_of
from medianest.application.people import PeopleBook
from medianest.application.queries.bus import Answering
from medianest.application.reaction import Reaction
from medianest.application.sentences import called, news, told
from medianest.domain.kernel import Recorded, Refused
from medianest.domain.notification import NotificationDelivered, NotificationQueued
from medianest.ports.audit import AuditFilter, AuditTrail
from medianest.ports.front_door import Query
from medianest.ports.traces import Traces, TraceStep
from medianest.ports.views import Inbox
from medianest.ports.work import Jobs
from medianest.projections.inbox import InboxItem

LARGEST: Final = 1000
"""Events and steps, the earliest, that one answer tells of."""


class TraceNotFound(Refused):
    code, kind = "trace_not_found", "missing"
    text = (
        "Nothing is known of this correlation id. Every answer carries one in X-Correlation-Id, but what was only read "
        "leaves no trace, and what led to no event is forgotten after 30 days."
    )


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """`roots` are the beginnings: the click, or several under one id. `ended_at` is the end of the last effect so far.
    `is_cut`: there are more events and steps than the earliest, which are here."""

    correlation_id: str
    started_at: datetime
    ended_at: datetime
    is_cut: bool
    roots: Sequence[TraceNode]


@dataclass(frozen=True, slots=True)
class ReadTrace(Query[Trace]):
    correlation_id: str


class TraceDesk:
    """`largest` bounds an answer."""

    def __init__(
        self,
        *,
        trail: AuditTrail,
        traces: Traces,
        jobs: Jobs,
        inbox: Inbox,
        people: PeopleBook,
        reactions: Sequence[Reaction],
        largest: int = LARGEST,
    ) -> None:
        self._trail = trail
        self._traces = traces
        self._jobs = jobs
        self._inbox = inbox
        self._people = people
        self._reactions = reactions
        self._largest = largest

    def answering(self) -> Answering:
        return {ReadTrace: self.read}

    async def read(self, query: ReadTrace) -> Trace:
        """Raises TraceNotFound."""
        known, most = query.correlation_id, self._largest + 1
        # Jobs first: one that ends meanwhile is seen twice rather than not at all.
        jobs = await self._jobs.of_correlation(known, limit=self._largest)
        steps = await self._traces.of(known, limit=most)
        events = await self._trail.onward(AuditFilter(correlation=known), after=0, until=None, limit=most)
        is_cut = len(events) + len(steps) > self._largest
        if is_cut:
            events, steps = earliest(events, steps, self._largest)
        roots = tree_of(events, steps, jobs, self._reactions)
        nodes = list(every(roots))
        if not nodes:
            raise TraceNotFound
        await self._put_into_words(nodes)
        return Trace(
            correlation_id=known,
            started_at=min(node.started_at for node in nodes),
            ended_at=max(node.ended_at or node.started_at for node in nodes),
            is_cut=is_cut,
            roots=roots,
        )

    async def _put_into_words(self, nodes: Sequence[TraceNode]) -> None:
        events = [node.recorded for node in nodes if node.recorded is not None]
        queued = [recorded.stream_id for recorded in events if isinstance(recorded.event, NotificationQueued)]
        items = {item.notification_id: item for item in (await self._inbox.find(queued) if queued else ())}
        delivered = {r.stream_id: r.recorded_at for r in events if isinstance(r.event, NotificationDelivered)}
        name = self._people.name
        for node in nodes:
            if (recorded := node.recorded) is None:
                continue
            node.actor_name = name(recorded.actor)
            node.sentence = told(recorded, name)
            if isinstance(recorded.event, NotificationQueued):
                at = delivered.get(recorded.stream_id)
                node.notice = self._notice(recorded.event.recipient, items.get(recorded.stream_id), at)
                if node.notice.text is not None:
                    node.sentence = f"{called(recorded.event.recipient, name)} is told: {node.notice.text}"

    def _notice(self, recipient: UUID, item: InboxItem | None, delivered_at: datetime | None) -> Notice:
        name = self._people.name
        return Notice(
            recipient=recipient,
            recipient_name=name(recipient),
            text=None if item is None else news(item, name),
            delivered_at=delivered_at,
            read_at=None if item is None else item.read_at,
        )


def earliest(
    events: Sequence[Recorded], steps: Sequence[TraceStep], number: int
) -> tuple[Sequence[Recorded], Sequence[TraceStep]]:
    """The first `number` of both together."""
    moments = sorted([recorded.recorded_at for recorded in events] + [step.began_at for step in steps])
    last = moments[number - 1]
    kept = [step for step in steps if step.began_at <= last][:number]
    return [recorded for recorded in events if recorded.recorded_at <= last][: number - len(kept)], kept


def every(roots: Sequence[TraceNode]) -> Iterator[TraceNode]:
    """All nodes of a tree, parents first."""
    waiting = list(reversed(roots))
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.children))
