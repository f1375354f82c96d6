"""A thing as it was: how long the whole question takes, beside reading its events alone."""

import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from uuid import UUID, uuid4

from benchmarks.report import Table, milliseconds, quantile
from medianest.adapters.eventlog.codec import EventCodec
from medianest.adapters.eventlog.keyring import PostgresKeyring
from medianest.adapters.eventlog.log import PostgresEventLog
from medianest.adapters.eventlog.rows import LOG_CHANNEL
from medianest.adapters.eventlog.signal import Signals
from medianest.adapters.eventlog.snapshots import PostgresSnapshots
from medianest.adapters.eventlog.stream_versions import PostgresStreamVersions
from medianest.adapters.eventlog.writer import AppendWriter
from medianest.adapters.postgres.directory import PostgresUserDirectory
from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.sessions import PostgresSessions
from medianest.adapters.system.surroundings import UtcClock
from medianest.application.people import PeopleBook
from medianest.application.queries.streams import ReadDifferences, ReadStream, StreamDesk
from medianest.application.states import States
from medianest.domain.catalog import EVENT_TYPES
from medianest.domain.kernel import SYSTEM, AnyAggregate, Event, fold
from medianest.domain.media_request import MEDIA_REQUEST
from medianest.domain.media_request.events import RequestCommented, RequestFollowed, RequestSubmitted
from medianest.ports.event_log import Append, Context, EventLog, StreamWrite

LENGTHS = (100, 1_000, 10_000)
ROUNDS = 40
REQUEST: AnyAggregate = MEDIA_REQUEST


async def measure(url: str) -> Table:
    """On a log of its own: what is asked for does not depend on what else is in it."""
    rows: list[list[str]] = []
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(Database(url))
        writer = await stack.enter_async_context(AppendWriter(url))
        signals = await stack.enter_async_context(Signals(url, [LOG_CHANNEL]))
        codec = EventCodec(EVENT_TYPES, PostgresKeyring(pool, bytes(32)))
        log = await stack.enter_async_context(PostgresEventLog(pool, writer, codec, signals))
        snapshots = PostgresSnapshots(pool)
        people = PeopleBook(log, PostgresUserDirectory(pool), PostgresSessions(pool, bytes(32)), UtcClock())
        desk = StreamDesk(log, PostgresStreamVersions(pool), snapshots, people)
        for length in LENGTHS:
            rows += await _rows(log, desk, snapshots, length)
    note = f"The whole question, from call to answer, in a process that remembers nothing of it; {ROUNDS} times each."
    return Table("A thing as it was", note, ("what", "p50", "p99"), rows)


async def _rows(log: EventLog, desk: StreamDesk, snapshots: PostgresSnapshots, length: int) -> list[list[str]]:
    stream_id = uuid4()
    at = await _lived(log, stream_id, length)
    await _snapshot(log, snapshots, stream_id, length)
    then = ReadStream(category=REQUEST.category, stream_id=stream_id, moment=at)
    changes = ReadDifferences(category=REQUEST.category, stream_id=stream_id, from_version=length // 2)
    questions: dict[str, Callable[[], Awaitable[object]]] = {
        "its events read and folded, no more": lambda: _bare(log, stream_id, length - 1),
        "as it was at a time, one event ago": lambda: desk.read(then),
        "what changed in its second half": lambda: desk.compare(changes),
        "as it is, for a command": lambda: States(log, snapshots).load(REQUEST, stream_id),
    }
    rows = []
    for what, ask in questions.items():
        times = await _times(ask)
        rows.append([f"{length:,} events: {what}", *(milliseconds(quantile(times, q)) for q in (0.5, 0.99))])
    return rows


async def _times(ask: Callable[[], Awaitable[object]]) -> list[float]:
    await ask()
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await ask()
        times.append(time.perf_counter() - began)
    return times


async def _bare(log: EventLog, stream_id: UUID, until: int) -> None:
    events = await log.read_stream(REQUEST.category, stream_id, until=until)
    fold(REQUEST, (recorded.event for recorded in events))


async def _lived(log: EventLog, stream_id: UUID, length: int) -> datetime:
    """A request that is much spoken of; the moment of its last event but one."""
    await _append(log, stream_id, 0, [_submitted(stream_id)])
    said: list[Event] = [_said(stream_id, number) for number in range(length - 2)]
    recorded_at = await _append(log, stream_id, 1, said)
    await _append(log, stream_id, length - 1, [RequestFollowed(request_id=stream_id, user_id=uuid4())])
    return recorded_at


async def _append(log: EventLog, stream_id: UUID, expected: int, events: list[Event]) -> datetime:
    write = StreamWrite(category=REQUEST.category, stream_id=stream_id, expected=expected, events=events)
    context = Context(correlation_id="benchmark")
    append = Append(command_id=uuid4(), actor=SYSTEM, occurred_at=datetime.now(UTC), context=context, writes=[write])
    return (await log.append(append))[-1].recorded_at


async def _snapshot(log: EventLog, snapshots: PostgresSnapshots, stream_id: UUID, length: int) -> None:
    """The newest that a command would have left behind: of the last hundred."""
    until = length - length % 100
    events = await log.read_stream(REQUEST.category, stream_id, until=until)
    await snapshots.save(MEDIA_REQUEST, stream_id, fold(REQUEST, (one.event for one in events)), until)


def _submitted(stream_id: UUID) -> Event:
    return RequestSubmitted(
        request_id=stream_id,
        requested_by=SYSTEM,
        media_type="movie",
        tmdb_id=1,
        is_4k=False,
        title="The Long Winter",
        year=1999,
        poster_path=None,
        seasons=(),
        note=None,
    )


def _said(stream_id: UUID, number: int) -> Event:
    return RequestCommented(
        request_id=stream_id, comment_id=UUID(int=number % 20), author=SYSTEM, text="Is it there yet?"
    )
