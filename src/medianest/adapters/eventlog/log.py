"""The event log on Postgres: the writer appends, the pool reads, NOTIFY wakes those who wait."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from medianest.adapters.eventlog.codec import EventCodec
from medianest.adapters.eventlog.connection import event_cursor
from medianest.adapters.eventlog.rows import COLUMNS, LOG_CHANNEL, Placed, placed
from medianest.adapters.eventlog.signal import HeadWatch, Signals
from medianest.adapters.eventlog.transaction import Accepted
from medianest.adapters.eventlog.writer import AppendWriter
from medianest.application.tasks import end
from medianest.application.together import Together
from medianest.domain.kernel import Event, Recorded
from medianest.ports.event_log import Append
from medianest.ports.failures import LogUnavailable

POLL: Final = 1.0
"""Seconds between looks at the head, since a wake-up can be lost."""

# `number` says which of those that were asked for a row belongs to.
STREAMS: Final = f"""
SELECT found.*, wanted.number
FROM unnest(%b::text[], %b::uuid[], %b::bigint[], %b::bigint[]) WITH ORDINALITY
  AS wanted(category, stream_id, after, until, number)
CROSS JOIN LATERAL (
  SELECT {COLUMNS} FROM events
  WHERE stream_id = wanted.stream_id AND version > wanted.after AND version <= wanted.until
    AND category = wanted.category ORDER BY version
) AS found ORDER BY wanted.number, found.version"""
ALL: Final = f"SELECT {COLUMNS} FROM events WHERE position > %s AND position <= %s ORDER BY position LIMIT %s"
# One index scan per category, merged: a condition on several categories at once would scan past all the others.
OF_CATEGORIES: Final = f"""
SELECT {COLUMNS} FROM unnest(%s::text[]) AS wanted(name) CROSS JOIN LATERAL (
  SELECT {COLUMNS} FROM events WHERE category = wanted.name AND position > %s AND position <= %s
  ORDER BY position LIMIT %s) AS found
ORDER BY position LIMIT %s"""
AT: Final = f"SELECT {COLUMNS} FROM events WHERE position = ANY(%s) ORDER BY position"
HEAD: Final = "SELECT coalesce(max(position), 0) FROM events"
END: Final = 2**63 - 1

PAGE: Final = 500
"""Rows that are fetched at one go where many are wanted: few enough that they, their parts and their events are still
in the processor's cache when they are let go. Half as quick again as pages of 2,000."""

_Stretch = tuple[str, UUID, int, int]
"""Of a stream: its category and id, after which version, and until which."""

STRETCH: Final = 2000
"""Events that are decoded at one go: some twenty milliseconds."""


class PostgresEventLog:
    """Implements EventLog. `async with` it, inside the `async with` of its parts: it follows the head meanwhile.

    `pool` raises LogUnavailable when the database is away; `signals` listens on `LOG_CHANNEL`.
    """

    def __init__(
        self,
        pool: AsyncConnectionPool[AsyncConnection[Any]],
        writer: AppendWriter,
        codec: EventCodec,
        signals: Signals,
    ) -> None:
        self._pool = pool
        self._writer = writer
        self._codec = codec
        self._signals = signals
        self._watch = HeadWatch()
        self._streams = Together(self._fetch_streams)
        self._follower: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "PostgresEventLog":
        self._follower = asyncio.create_task(self._follow(), name="event log head")
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._follower is not None:
            await end(self._follower)
            self._follower = None

    async def append(self, append: Append) -> Sequence[Recorded]:
        events = [event for write in append.writes for event in write.events]
        places = placed(append, await self._codec.encode(events))
        outcome = await self._writer.write(append, places)
        if not isinstance(outcome, Accepted):
            return await self._codec.decode(outcome.rows)
        recorded = _recorded(append, events, places, outcome)
        if recorded:
            self._watch.advance(recorded[-1].position)
        return recorded

    async def read_stream(
        self, category: str, stream_id: UUID, *, after: int = 0, until: int | None = None
    ) -> Sequence[Recorded]:
        wanted = (category, stream_id, after, END if until is None else until)
        return await self._decoded(await self._streams.find(wanted) or ())

    async def read(
        self,
        *,
        after: int,
        limit: int,
        until: int | None = None,
        categories: Sequence[str] | None = None,
        is_lenient: bool = False,
    ) -> Sequence[Recorded]:
        last = END if until is None else until
        if categories is None:
            return await self._pages(after, last, limit, is_lenient=is_lenient)
        rows = await self._rows(OF_CATEGORIES, sorted(set(categories)), after, last, limit, limit)
        return await self._decoded(rows, is_lenient=is_lenient)

    async def scan(self, *, after: int, until: int, batch: int = 500) -> AsyncIterator[Sequence[Recorded]]:
        upcoming = asyncio.create_task(self._rows(ALL, after, until, batch))
        try:
            while rows := await upcoming:
                upcoming = asyncio.create_task(self._rows(ALL, rows[-1][0], until, batch))
                await asyncio.sleep(0)  # the question is on its way, and the server works while we do
                yield await self._codec.decode(rows)
        finally:
            await end(upcoming)

    async def read_positions(self, positions: Sequence[int]) -> Sequence[Recorded]:
        return await self._decoded(await self._rows(AT, list(positions)))

    async def head(self) -> int:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(HEAD, prepare=True)
            row = await cursor.fetchone()
        return int(row[0]) if row else 0

    async def wait(self, *, after: int, timeout: float) -> None:
        await self._watch.wait(after=after, timeout=timeout)

    async def _pages(self, after: int, until: int, limit: int, *, is_lenient: bool) -> Sequence[Recorded]:
        found: list[Recorded] = []
        while True:
            wanted = min(PAGE, limit - len(found))
            rows = await self._rows(ALL, after, until, wanted)
            found += await self._codec.decode(rows, is_lenient=is_lenient)
            if len(rows) < wanted or len(found) == limit:
                return found
            after = rows[-1][0]

    async def _fetch_streams(self, wanted: Collection[_Stretch]) -> Mapping[_Stretch, Sequence[tuple[Any, ...]]]:
        """What those who decide at the same moment want to read, in one round trip."""
        asked = list(wanted)
        found: dict[_Stretch, list[tuple[Any, ...]]] = {}
        for row in await self._rows(STREAMS, *map(list, zip(*asked, strict=True))):
            found.setdefault(asked[row[-1] - 1], []).append(row)
        return found

    async def _decoded(self, rows: Sequence[tuple[Any, ...]], *, is_lenient: bool = False) -> Sequence[Recorded]:
        recorded = await self._codec.decode(rows[:STRETCH], is_lenient=is_lenient)
        for start in range(STRETCH, len(rows), STRETCH):
            await asyncio.sleep(0)  # a long stream must not hold up whoever asks for something short
            recorded += await self._codec.decode(rows[start : start + STRETCH], is_lenient=is_lenient)
        return recorded

    async def _rows(self, query: str, *values: object) -> Sequence[tuple[Any, ...]]:
        async with self._pool.connection() as connection:
            cursor = event_cursor(connection)
            await cursor.execute(query.encode(), values, prepare=True)
            return await cursor.fetchall()

    async def _follow(self) -> None:
        heard = self._signals.subscribe(LOG_CHANNEL)
        try:
            while True:
                payloads = await heard.wait(POLL)
                # A script that writes through the library says no position.
                if payloads and payloads[-1].isdigit():
                    self._watch.advance(int(payloads[-1]))
                    continue
                with suppress(LogUnavailable):
                    self._watch.advance(await self.head())
        finally:
            self._signals.unsubscribe(LOG_CHANNEL, heard)


def _recorded(
    append: Append, events: Sequence[Event], places: Sequence[Placed], outcome: Accepted
) -> Sequence[Recorded]:
    return [
        Recorded(
            position=position,
            category=place.category,
            stream_id=place.stream_id,
            version=place.version,
            event=event,
            event_id=place.event_id,
            actor=append.actor,
            session_id=append.context.session_id,
            correlation_id=append.context.correlation_id,
            causation_id=append.context.causation_id,
            occurred_at=append.occurred_at,
            recorded_at=recorded_at,
        )
        for event, place, (position, recorded_at) in zip(events, places, outcome.places, strict=True)
    ]
