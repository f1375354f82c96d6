"""The connection breaks after the commit and before its answer: the writer looks before it speaks."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import pytest
from psycopg.conninfo import conninfo_to_dict
from tests.contract.event_log.logs import a_receipt, an_append, memory_log, postgres_log, write

from medianest.adapters.eventlog.rows import placed
from medianest.adapters.eventlog.transaction import Accepted, Repeated
from medianest.adapters.eventlog.writer import AppendWriter
from medianest.ports.event_log import Append

COMMITTED = re.compile(rb"COMMIT\0|SELECT [0-9]+\0Z\0\0\0\x05I")
"""It is done; or what was asked for is, and the server is ready, in no transaction (PostgreSQL, message formats)."""


class CutWire:
    """Between the writer and Postgres; the answer to the next commit gets lost, and the connection with it."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._connections: set[asyncio.Task[None]] = set()
        self.loses_next_commit = False
        self.lost = 0

    async def carry(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_unix_connection(self._target)

        async def ask() -> None:
            while chunk := await client.read(65536):
                to_server.write(chunk)

        async def answer() -> None:
            while chunk := await server.read(65536):
                if self.loses_next_commit and COMMITTED.search(chunk):
                    self.loses_next_commit = False
                    self.lost += 1
                    return
                to_client.write(chunk)

        tasks = {asyncio.create_task(ask()), asyncio.create_task(answer())}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            for side in (to_client, to_server):
                side.close()


@asynccontextmanager
async def cut_wire(directory: Path, url: str) -> AsyncIterator[tuple[CutWire, str]]:
    parts = conninfo_to_dict(url)
    wire = CutWire(f"{parts['host']}/.s.PGSQL.{parts['port']}")
    server = await asyncio.start_unix_server(wire.carry, directory / ".s.PGSQL.5432")
    try:
        yield wire, f"postgresql://{parts['user']}@/{parts['dbname']}?host={quote(str(directory), safe='')}&port=5432"
    finally:
        server.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(server.wait_closed(), 1)


async def record(writer: AppendWriter, append: Append) -> Accepted | Repeated:
    async with memory_log() as parts:
        encoder = parts.log._codec  # type: ignore[attr-defined]
        encoded = await encoder.encode([event for one in append.writes for event in one.events])
    return await writer.write(append, placed(append, encoded))


@pytest.mark.parametrize("with_receipt", [False, True])
async def test_an_append_whose_commit_got_lost_is_answered_as_recorded_once(
    database_url: str, tmp_path: Path, with_receipt: bool
) -> None:
    stream = uuid4()
    append = an_append(write(stream, 0, count=2), receipt=a_receipt() if with_receipt else None)
    async with cut_wire(tmp_path, database_url) as (wire, url), AppendWriter(url) as writer:
        await record(writer, an_append(write(uuid4(), 0, count=1)))
        wire.loses_next_commit = True
        outcome = await record(writer, append)
        assert wire.lost == 1
    assert isinstance(outcome, Repeated)
    async with postgres_log(database_url) as parts:
        recorded = await parts.log.read_stream("media_request", stream)
    assert [one.event_id for one in recorded] == [row.event_id for row in outcome.rows]
    assert len(recorded) == 2


async def test_a_receipt_whose_commit_got_lost_is_not_mistaken_for_another_request(
    database_url: str, tmp_path: Path
) -> None:
    async with cut_wire(tmp_path, database_url) as (wire, url), AppendWriter(url) as writer:
        await record(writer, an_append(write(uuid4(), 0, count=1)))
        wire.loses_next_commit = True
        outcome = await record(writer, an_append(receipt=a_receipt()))
        assert (wire.lost, outcome) == (1, Accepted(()))
    async with postgres_log(database_url) as parts:
        assert await parts.receipts.find(a_receipt().actor, a_receipt().key) == a_receipt()
