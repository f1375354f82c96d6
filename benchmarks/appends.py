"""Our writer beside what a user would pick instead: one event an append, same server, full durability."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final
from uuid import uuid4

import msgspec

from benchmarks.recorders import EMMETT, THREADS, Recorder, bare_insert, emmett_store, stock_recorder
from benchmarks.report import GOAL_COLUMNS, Goal, Table, judged, rate
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

CALLERS: Final = (1, 16, 32, 128)
GOALS: Final = {32: Goal(5.0), 128: Goal(6.0)}
"""Times the stock recorder. That of one lone caller is one lone caller of the stock recorder."""
ROUNDS: Final = 5
SECONDS: Final = 1.2
OURS, STOCK, BARE, OTHER = "our writer", "stock recorder", "bare insert", "Emmett"

Rates = dict[tuple[str, int], list[float]]


class OurWriter:
    def __init__(self, log: EventLog) -> None:
        self._log = log

    async def rate(self, callers: int, seconds: float) -> float:
        began = time.perf_counter()
        done = 0

        async def call() -> None:
            nonlocal done
            while time.perf_counter() < began + seconds:
                await self._append()
                done += 1

        await asyncio.gather(*(call() for _ in range(callers)))
        return done / (time.perf_counter() - began)

    async def _append(self) -> None:
        stream_id = uuid4()
        event = RequestFollowed(request_id=stream_id, user_id=stream_id)
        await self._log.append(
            Append(
                command_id=uuid4(),
                actor=SYSTEM,
                occurred_at=datetime.now(UTC),
                context=Context(correlation_id="benchmark"),
                writes=(StreamWrite(category="media_request", stream_id=stream_id, expected=0, events=(event,)),),
            )
        )


async def measure(url: str, directory: Path, *, seconds: float = SECONDS) -> Table:
    """On the migrated, empty database at `url`; `directory` takes what has to be installed. Rounds in turn, so that a
    busy moment of the machine meets everybody."""
    left_out = ""
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(Database(url))
        writer = await stack.enter_async_context(AppendWriter(url))
        signals = await stack.enter_async_context(Signals(url, [LOG_CHANNEL]))
        codec = EventCodec(EVENT_TYPES, PostgresKeyring(pool, bytes(32)))
        log = await stack.enter_async_context(PostgresEventLog(pool, writer, codec, signals))
        recorders: list[tuple[str, Recorder, Sequence[int]]] = [
            (STOCK, stack.enter_context(stock_recorder(url)), (THREADS, 1)),
            (BARE, await stack.enter_async_context(bare_insert(url)), CALLERS),
            (OURS, OurWriter(log), CALLERS),
        ]
        other = await stack.enter_async_context(emmett_store(url, directory))
        if isinstance(other, str):
            left_out = f" {other}"
        else:
            recorders.insert(1, (OTHER, other, CALLERS))
            await other.rate(CALLERS[-1], seconds / 2)  # until what it compiles is compiled
        rates: Rates = {(name, callers): [] for name, _, numbers in recorders for callers in numbers}
        for _ in range(ROUNDS):
            for name, recorder, numbers in recorders:
                for callers in numbers:
                    rates[name, callers].append(await recorder.rate(callers, seconds))
    return _table(rates, seconds, left_out)


def _table(rates: Rates, seconds: float, left_out: str) -> Table:
    lone = _beside(rates, (STOCK, 1), (STOCK, THREADS))
    rows = []
    for name, callers in rates:
        times = _beside(rates, (name, callers), (STOCK, THREADS))
        share = f"{_beside(rates, (name, callers), (BARE, callers)):.2f}" if name == OURS else ""
        goal = {1: Goal(lone), **GOALS}.get(callers) if name == OURS else None
        cells = judged(times, goal, "{:.2f}".format)
        rows.append([_shown(name, callers), rate(median(rates[name, callers])), f"{times:.2f}", share, *cells])
    versions = msgspec.json.decode((EMMETT / "package.json").read_bytes())["dependencies"]
    note = (
        f"One event an append, each to a stream of its own; {ROUNDS} rounds in turn of {seconds:g} s, medians; fsync "
        "on. Ours also writes actor, correlation, time and the audit's indexes. The stock recorder is the "
        f"eventsourcing library's; Emmett is emmett-postgresql {versions['@event-driven-io/emmett-postgresql']} with "
        "the pool that it has by itself. The bare insert is one statement a commit on one connection, with as many "
        "rows as there are callers, into our columns and indexes, without lock, trigger or version: the bound. The "
        f"lone caller's goal is the stock recorder's lone caller.{left_out}"
    )
    columns = ("who appends", "events/s", "of the stock recorder", "of the bare insert", *GOAL_COLUMNS)
    return Table("Appending", note, columns, rows)


def _beside(rates: Rates, one: tuple[str, int], other: tuple[str, int]) -> float:
    """Round by round."""
    return median(rate / reference for rate, reference in zip(rates[one], rates[other], strict=True))


def _shown(name: str, callers: int) -> str:
    units = {STOCK: ("thread", "threads"), BARE: ("row", "rows")}.get(name, ("caller", "callers"))
    return f"{name}, {callers} {units[callers > 1]}"
