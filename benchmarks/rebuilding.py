"""How fast views are built from the log, and what readers notice of it; beside one transaction an event."""

import asyncio
import sys
import time
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from benchmarks.databases import log_of
from benchmarks.report import Table, milliseconds, quantile
from medianest.adapters.postgres.board import PostgresRequestBoard
from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.projector import BATCH, Projector
from medianest.adapters.postgres.rebuild import rebuild
from medianest.adapters.postgres.view_builder import ViewBuilder
from medianest.adapters.postgres.view_checks import verify
from medianest.adapters.postgres.view_schema import completion, creation
from medianest.application.tasks import end
from medianest.ports.event_log import EventLog
from medianest.ports.views import BoardFilter
from medianest.projections.catalog import PROJECTIONS
from medianest.projections.kernel import AnyProjection
from medianest.projections.request_board import REQUEST_BOARD

ALONE: Final = 2000
"""Events that are applied in a transaction each; more would only take longer."""
READERS: Final = 4
SECONDS: Final = 3.0
VIEWS: Final = tuple(PROJECTIONS.values())


async def measure(url: str, key: bytes) -> Table:
    """On the log at `url`, which holds some events and whose views nobody follows meanwhile."""
    async with log_of(url, key) as log, Database(url) as database:
        await ViewBuilder(log, url, VIEWS).build_missing()
        events = await _events(database)
        alone = await _followed(log, url, database, replace(REQUEST_BOARD, shape=901), batch=1, until=ALONE)
        head = await log.head()
        live = await _followed(log, url, database, replace(REQUEST_BOARD, shape=902), until=head)
        whole = await _timed(rebuild(VIEWS, log, url))
        one = await _timed(rebuild([REQUEST_BOARD], log, url))
        checked = await _timed(verify(REQUEST_BOARD, log, url))
        before = await _read(database, SECONDS)
        # In a process of its own, as the worker's is.
        building = await asyncio.create_subprocess_exec(sys.executable, "-m", "benchmarks.rebuilding", url, key.hex())
        during = await _read(database, 2 * SECONDS)
        building.terminate()
        await building.wait()
    baseline = ALONE / alone
    rows = [
        _row("one view, a transaction an event", ALONE / alone, baseline),
        _row("one view, caught up by the projector", events / live, baseline),
        _row("one view, built anew and put in place", events / one, baseline),
        _row("all views, built anew in one pass and put in place", events / whole, baseline),
        _row("one view, compared with the log", events / checked, baseline),
    ]
    rates = [len(before) / SECONDS, len(during) / (2 * SECONDS)]
    worst = [milliseconds(quantile(times, 0.999)) for times in (before, during)]
    note = (
        f"{events:,} events, indexes included. The first line is what the eventsourcing library's own runner does, one "
        "event a transaction, on our view. "
        f"Meanwhile {READERS} readers of a page of the board made {rates[1]:,.0f} reads a second, "
        f"{rates[1] / rates[0]:.2f} of what they made alone ({rates[0]:,.0f}); p99.9 {worst[1]} against {worst[0]}."
    )
    return Table("Building views", note, ("what", "events/s", "ratio"), rows)


def _row(what: str, rate: float, baseline: float) -> list[str]:
    return [what, f"{rate:,.0f}", f"{rate / baseline:.0f}"]


async def _events(database: Database) -> int:
    async with database.connection() as connection:
        ((count,),) = await (await connection.execute("SELECT count(*) FROM events")).fetchall()
    return int(count)


async def _followed(
    log: EventLog, url: str, database: Database, view: AnyProjection, *, until: int, batch: int = BATCH
) -> float:
    """Seconds that a projector takes from the beginning to `until`, with all indexes there from the beginning."""
    async with database.connection() as connection:
        for statement in (*creation(view, view.table), *completion(view, view.table)):
            await connection.execute(statement)
        await connection.execute(
            "INSERT INTO checkpoints (name, shape, position) VALUES (%s, %s, 0)", (view.name, view.shape)
        )
        began = time.perf_counter()
        projecting = asyncio.create_task(Projector(log, url, [view], batch=batch).run())
        try:
            while True:
                cursor = await connection.execute("SELECT position FROM checkpoints WHERE shape = %s", (view.shape,))
                if (row := await cursor.fetchone()) and row[0] >= until:
                    return time.perf_counter() - began
                await asyncio.sleep(0.02)
        finally:
            await end(projecting)
            await connection.execute(f"DROP TABLE {view.table}")
            await connection.execute("DELETE FROM checkpoints WHERE shape = %s", (view.shape,))


async def _timed(work: Coroutine[object, object, object]) -> float:
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


async def _again_and_again(url: str, key: bytes) -> None:
    async with log_of(url, key) as log:
        while True:
            await rebuild(VIEWS, log, url)


async def _read(database: Database, seconds: float) -> Sequence[float]:
    """How long each page took, of all that some readers read one after the other."""
    board = PostgresRequestBoard(database)
    times: list[float] = []

    async def read() -> None:
        while True:
            began = time.perf_counter()
            await board.list(BoardFilter(), sort="newest", limit=20, after=None)
            times.append(time.perf_counter() - began)

    readers = [asyncio.create_task(read()) for _ in range(READERS)]
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.gather(*readers), seconds)
    return times


if __name__ == "__main__":
    asyncio.run(_again_and_again(sys.argv[1], bytes.fromhex(sys.argv[2])))
