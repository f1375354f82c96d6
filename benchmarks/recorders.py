"""Whom our writer is measured beside: what a user would pick instead, and the least that has to be done."""

import asyncio
import shutil
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import uuid4

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict

THREADS: Final = 4
"""More make the stock recorder slower."""
BODY: Final = b'{"request_id":"00000000-0000-0000-0000-000000000000","user_id":"00000000-0000-0000-0000-000000000000"}'
EMMETT: Final = Path(__file__).with_name("emmett")
INSERT: Final = """
INSERT INTO bare_events (
  category, stream_id, version, tag, schema, event_id, actor, correlation_id, occurred_at, recorded_at, body
)
SELECT 'media_request', stream_id, 1, 'media_request.followed', 1, event_id, stream_id, 'benchmark', now(), now(),
  body::json
FROM unnest(%s::uuid[], %s::uuid[], %s::text[]) AS given(stream_id, event_id, body)"""


class Recorder(Protocol):
    async def rate(self, callers: int, seconds: float) -> float:
        """Events a second that so many appended, one event an append, each to a stream of its own."""


class StockRecorder:
    """The eventsourcing library's, which is synchronous: a caller is a thread."""

    def __init__(self, recorder: PostgresApplicationRecorder) -> None:
        self._recorder = recorder

    async def rate(self, callers: int, seconds: float) -> float:
        return await asyncio.to_thread(self._rate, callers, seconds)

    def _rate(self, callers: int, seconds: float) -> float:
        end = time.perf_counter() + seconds
        counts = [0] * callers

        def insert(number: int) -> None:
            while time.perf_counter() < end:
                self._recorder.insert_events([StoredEvent(uuid4(), 1, "media_request.followed", BODY)])
                counts[number] += 1

        return _timed(insert, counts)


class BareInsert:
    """As many rows a statement as there would be callers, committed each, into a table with our columns and indexes;
    no lock, no trigger, no version looked up, nobody to answer. Our writer can hardly be quicker."""

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        self._connection = connection

    async def rate(self, callers: int, seconds: float) -> float:
        began = time.perf_counter()
        done = 0
        while time.perf_counter() < began + seconds:
            streams, events = ([uuid4() for _ in range(callers)] for _ in range(2))
            await self._connection.execute(INSERT, (streams, events, [BODY.decode()] * callers))
            done += callers
        return done / (time.perf_counter() - began)


class EmmettStore:
    """`@event-driven-io/emmett-postgresql` in a Node of its own, with the pool that it has by itself."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def rate(self, callers: int, seconds: float) -> float:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{callers} {seconds}\n".encode())
        said = await self._process.stdout.readline()
        if not said:
            raise RuntimeError("Emmett broke off: see above")
        return float(said)


@contextmanager
def stock_recorder(url: str) -> Iterator[StockRecorder]:
    parts = conninfo_to_dict(url)
    datastore = PostgresDatastore(
        dbname=str(parts["dbname"]),
        host=str(parts["host"]),
        port=str(parts["port"]),
        user=str(parts["user"]),
        password="",
        pool_size=THREADS,
        max_overflow=0,
        connect_timeout=30,
    )
    with datastore:
        recorder = PostgresApplicationRecorder(datastore, events_table_name="stock_events")
        recorder.create_table()
        yield StockRecorder(recorder)


@asynccontextmanager
async def bare_insert(url: str) -> AsyncIterator[BareInsert]:
    async with await AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute("CREATE TABLE bare_events (LIKE events INCLUDING ALL)")
        yield BareInsert(connection)


@asynccontextmanager
async def emmett_store(url: str, directory: Path) -> AsyncIterator[EmmettStore | str]:
    """Installed below `directory`; or why there is none."""
    if missing := [name for name in ("node", "npm") if shutil.which(name) is None]:
        yield f"Emmett is left out: {missing[0]} is not there (Debian, Ubuntu: `apt install nodejs npm`)."
        return
    place = shutil.copytree(EMMETT, directory / "emmett", ignore=shutil.ignore_patterns("node_modules"))
    line = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    installed = await asyncio.to_thread(
        subprocess.run, line, cwd=place, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=120
    )
    if installed.returncode != 0:
        yield "Emmett is left out: `npm ci` could not install it."
        return
    process = await asyncio.create_subprocess_exec(
        *("node", "append.mjs", url), cwd=place, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield EmmettStore(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()


def _timed(insert: Callable[[int], None], counts: list[int]) -> float:
    threads = [threading.Thread(target=insert, args=(number,)) for number in range(len(counts))]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - began)
