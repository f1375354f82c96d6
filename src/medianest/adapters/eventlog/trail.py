"""The audit trail, read from the log on Postgres."""

from collections.abc import Collection, Sequence
from operator import itemgetter
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from medianest.adapters.eventlog.asking import Stretch, counts_asked, events_asked, streams_asked
from medianest.adapters.eventlog.codec import EventCodec
from medianest.adapters.eventlog.connection import event_cursor
from medianest.adapters.eventlog.found import Kind, facets_of, page_of
from medianest.adapters.eventlog.rows import StoredRow
from medianest.domain.kernel import Recorded
from medianest.ports.audit import AuditFilter, Facets
from medianest.ports.views import Page


class PostgresAuditTrail:
    """Implements AuditTrail. `tags` are the stored names of all events there are; `pool` raises LogUnavailable."""

    def __init__(
        self, pool: AsyncConnectionPool[AsyncConnection[Any]], codec: EventCodec, tags: Collection[str]
    ) -> None:
        self._pool = pool
        self._codec = codec
        self._tags = tuple(tags)

    async def latest(self, criteria: AuditFilter, *, limit: int, before: int | None) -> Page[Recorded]:
        until = None if before is None else before - 1
        stretch = Stretch(limit=limit + 1, is_newest_first=True, until=until)
        return page_of(await self._events(criteria, stretch), limit)

    async def onward(self, criteria: AuditFilter, *, after: int, until: int | None, limit: int) -> Sequence[Recorded]:
        stretch = Stretch(limit=limit, is_newest_first=False, after=after, until=until)
        return await self._events(criteria, stretch)

    async def streams(self, criteria: AuditFilter, *, at_most: int) -> frozenset[UUID]:
        query, parameters = streams_asked(criteria, Stretch(limit=at_most, is_newest_first=True), self._tags)
        async with self._pool.connection() as connection:
            rows = await connection.execute(query.encode(), parameters, prepare=False)
            return frozenset([stream_id async for (stream_id,) in rows])

    async def facets(self, criteria: AuditFilter, *, at_most: int) -> Facets:
        query, parameters = counts_asked(criteria, Stretch(limit=at_most + 1, is_newest_first=True), self._tags)
        async with self._pool.connection() as connection:
            cursor = await connection.execute(query.encode(), parameters, prepare=False)
            groups = sorted(await cursor.fetchall(), key=itemgetter(4))
        counts = [(Kind(category, tag, actor), number) for category, tag, actor, number, _ in groups]
        if is_cut := sum(number for _, number in counts) > at_most:
            oldest, number = counts[0]
            counts[0] = (oldest, number - 1)  # the one too many, which only shows that there are more
        return facets_of(counts, is_all=not is_cut)

    async def _events(self, criteria: AuditFilter, stretch: Stretch) -> Sequence[Recorded]:
        query, parameters = events_asked(criteria, stretch, self._tags)
        async with self._pool.connection() as connection:
            cursor = event_cursor(connection)
            # Planned each time: one plan for whatever values would be the plan for the worst of them.
            await cursor.execute(query.encode(), parameters, prepare=False)
            rows = [StoredRow(*row) for row in await cursor.fetchall()]
        return await self._codec.decode(rows, is_lenient=True)
