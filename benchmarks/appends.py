"""Our writer against the eventsourcing library's own recorder: one event an append, same server, full durability."""

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from statistics import median
from uuid import uuid4

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from benchmarks.report import Table
from medianest.adapters.eventlog.codec import EventCodec
from medianest.adapters.eventlog.keyring import PostgresKeyring
from medianest.adapters.eventlog.log import PostgresEventLog
from medianest.adapters.eventlog.rows import LOG_CHANNEL
from medianest.adapters.eventlog.signal import Signals
from medianest.adapters.eventlog.writer import AppendWriter
from medianest.adapters.postgres.pool import Database
from medianest.domain.catalog import EVENT_TYPES
from medianest.domain.kernel import SYSTEM
from medianest.domain.media_request.events import RequestFollowed
from medianest.ports.event_log import Append, Context, EventLog, StreamWrite

THREADS = 4
"""More make the stock recorder slower."""
CALLERS = (1, 16, 32, 128)
ROUNDS = 3
SECONDS = 1.2
BODY = b'{"request_id":"00000000-0000-0000-0000-000000000000","user_id":"00000000-0000-0000-0000-000000000000"}'


async def measure(url: str) -> Table:
    """Rounds in turn, so that a busy moment of the machine meets everybody."""
    rates: dict[int, list[float]] = {callers: [] for callers in (0, *CALLERS)}
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(Database(url))
        writer = await stack.enter_async_context(AppendWriter(url))
        signals = await stack.enter_async_context(Signals(url, [LOG_CHANNEL]))
        codec = EventCodec(EVENT_TYPES, PostgresKeyring(pool, bytes(32)))
        log = await stack.enter_async_context(PostgresEventLog(pool, writer, codec, signals))
        stock = stack.enter_context(_datastore(url))
        recorder = PostgresApplicationRecorder(stock, events_table_name="stock_events")
        recorder.create_table()
        for _ in range(ROUNDS):
            rates[0].append(await asyncio.to_thread(_stock_rate, recorder))
            for callers in CALLERS:
                rates[callers].append(await _our_rate(log, callers))
    baseline = median(rates[0])
    rows = [[f"stock recorder, {THREADS} threads", f"{baseline:,.0f}", "1.0"]]
    for callers in CALLERS:
        ratios = [ours / stock_rate for ours, stock_rate in zip(rates[callers], rates[0], strict=True)]
        rows.append([f"our writer, {callers} callers", f"{median(rates[callers]):,.0f}", f"{median(ratios):.1f}"])
    note = (
        f"One event an append, each to a stream of its own; {ROUNDS} rounds in turn of {SECONDS} s, medians; fsync on. "
        "Ours also writes actor, correlation, time and the audit's indexes."
    )
    return Table("Appending", note, ("who appends", "events/s", "ratio"), rows)


async def _our_rate(log: EventLog, callers: int) -> float:
    end = time.perf_counter() + SECONDS
    done = 0

    async def call() -> None:
        nonlocal done
        while time.perf_counter() < end:
            stream_id = uuid4()
            event = RequestFollowed(request_id=stream_id, user_id=stream_id)
            write = StreamWrite(category="media_request", stream_id=stream_id, expected=0, events=(event,))
            await log.append(
                Append(
                    command_id=uuid4(),
                    actor=SYSTEM,
                    occurred_at=datetime.now(UTC),
                    context=Context(correlation_id="benchmark"),
                    writes=(write,),
                )
            )
            done += 1

    began = time.perf_counter()
    await asyncio.gather(*(call() for _ in range(callers)))
    return done / (time.perf_counter() - began)


def _stock_rate(recorder: PostgresApplicationRecorder) -> float:
    end = time.perf_counter() + SECONDS
    counts = [0] * THREADS

    def insert(number: int) -> None:
        while time.perf_counter() < end:
            recorder.insert_events([StoredEvent(uuid4(), 1, "media_request.followed", BODY)])
            counts[number] += 1

    return _timed(insert, counts)


def _timed(insert: Callable[[int], None], counts: list[int]) -> float:
    threads = [threading.Thread(target=insert, args=(number,)) for number in range(THREADS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - began)


def _datastore(url: str) -> PostgresDatastore:
    parts = conninfo_to_dict(url)
    return PostgresDatastore(
        dbname=str(parts["dbname"]),
        host=str(parts["host"]),
        port=str(parts["port"]),
        user=str(parts["user"]),
        password="",
        pool_size=THREADS,
        max_overflow=0,
        connect_timeout=30,
    )
