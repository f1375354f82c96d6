"""The audit trail of a log in memory: every event is held against the filter, one after the other. For tests."""

from collections import Counter
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from medianest.adapters.eventlog.found import Kind, facets_of, page_of
from medianest.domain.kernel import Recorded
from medianest.ports.audit import AuditFilter, Facets
from medianest.ports.event_log import EventLog
from medianest.ports.views import Page

EVERYTHING: Final = 1_000_000


class MemoryAuditTrail:
    """Implements AuditTrail."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    async def latest(self, criteria: AuditFilter, *, limit: int, before: int | None) -> Page[Recorded]:
        until = None if before is None else before - 1
        found = await self._matches(criteria, after=0, until=until)
        return page_of(found[::-1][: limit + 1], limit)

    async def onward(self, criteria: AuditFilter, *, after: int, until: int | None, limit: int) -> Sequence[Recorded]:
        return (await self._matches(criteria, after=after, until=until))[:limit]

    async def streams(self, criteria: AuditFilter, *, at_most: int) -> frozenset[UUID]:
        found = await self._matches(criteria, after=0, until=None)
        return frozenset(one.stream_id for one in found[::-1][:at_most])

    async def facets(self, criteria: AuditFilter, *, at_most: int) -> Facets:
        found = await self._matches(criteria, after=0, until=None)
        kinds = [Kind(one.category, one.event.tag, one.actor) for one in found[::-1][:at_most]]
        return facets_of(Counter(kinds).items(), is_all=len(found) <= at_most)

    async def _matches(self, criteria: AuditFilter, *, after: int, until: int | None) -> Sequence[Recorded]:
        everything = await self._log.read(after=after, until=until, limit=EVERYTHING, is_lenient=True)
        return [recorded for recorded in everything if fits(criteria, recorded)]


def fits(criteria: AuditFilter, recorded: Recorded) -> bool:
    """Whether `recorded` is wanted."""
    named = (
        (criteria.actors, recorded.actor),
        (criteria.tags, recorded.event.tag),
        (criteria.streams, recorded.stream_id),
    )
    equal = (
        (criteria.correlation, recorded.correlation_id),
        (criteria.causation, recorded.causation_id),
        (criteria.session, recorded.session_id),
    )
    return (
        all(wanted is None or value in wanted for wanted, value in named)
        and all(wanted is None or value == wanted for wanted, value in equal)
        and all(recorded.stream_id in ids or recorded.actor in ids for ids in criteria.about)
        and recorded.actor not in criteria.without_actors
        and recorded.stream_id not in criteria.without_streams
        and (criteria.since is None or recorded.recorded_at >= criteria.since)
        and (criteria.until is None or recorded.recorded_at < criteria.until)
    )
