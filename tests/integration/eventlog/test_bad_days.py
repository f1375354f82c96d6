"""The database goes away, comes back, and runs full: nothing that was acknowledged is lost."""

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from tests.contract.event_log.logs import LogParts, a_receipt, an_append, postgres_log, write
from tests.places import scratch

from medianest.adapters.embedded.postgres import EmbeddedPostgres
from medianest.adapters.eventlog import room
from medianest.adapters.postgres.migrations import migrate
from medianest.ports.event_log import Conflict, LogFull
from medianest.ports.failures import LogUnavailable


class KilledServer(EmbeddedPostgres):
    """A durable server of this module's own, and its address."""

    url = ""


@pytest.fixture(scope="module")
def server() -> Iterator[KilledServer]:
    directory = Path(tempfile.mkdtemp(prefix="medianest-bad-days-", dir=scratch()))
    directory.chmod(0o755)  # as root, the server runs as another account
    running = KilledServer(directory / "postgres")
    try:
        running.url = running.start(60)
        migrate(running.url)
        yield running
    finally:
        running.stop(0)
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
async def parts(server: KilledServer) -> AsyncIterator[LogParts]:
    async with postgres_log(server.url, patience=3.0) as made:
        yield made


async def _eventually(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


async def test_nothing_acknowledged_is_lost_when_postgres_is_killed(server: KilledServer, parts: LogParts) -> None:
    acknowledged: list[UUID] = []
    stop = asyncio.Event()

    async def produce() -> None:
        while not stop.is_set():
            try:
                recorded = await parts.log.append(an_append(write(uuid4(), 0, count=2)))
            except LogUnavailable:
                continue
            acknowledged.extend(event.event_id for event in recorded)

    producers = [asyncio.create_task(produce()) for _ in range(8)]
    await _eventually(lambda: len(acknowledged) > 200)
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    await _eventually(lambda: not server.alive)
    before = len(acknowledged)
    await asyncio.to_thread(server.start, 60)
    await _eventually(lambda: len(acknowledged) > before + 100)
    stop.set()
    await asyncio.gather(*producers)
    stored: list[UUID] = []
    position = 0
    while page := await _read_patiently(parts, position):
        position = page[-1][0]
        stored += [event_id for _, event_id in page]
    assert len(stored) == len(set(stored))
    assert set(acknowledged) <= set(stored)


async def _read_patiently(parts: LogParts, after: int) -> list[tuple[int, UUID]]:
    async with asyncio.timeout(20):
        while True:
            try:
                return [(one.position, one.event_id) for one in await parts.log.read(after=after, limit=1000)]
            except LogUnavailable:
                await asyncio.sleep(0.05)


async def test_while_postgres_is_away_callers_are_told_within_seconds(server: KilledServer, parts: LogParts) -> None:
    await asyncio.to_thread(server.stop)
    begun = time.monotonic()
    outcomes = await asyncio.gather(
        parts.log.append(an_append(write(uuid4(), 0, count=1))),
        parts.log.append(an_append(write(uuid4(), 0, count=1), receipt=a_receipt(str(uuid4())))),
        parts.log.read(after=0, limit=1),
        parts.log.head(),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [LogUnavailable] * 4
    assert time.monotonic() - begun < 4
    await asyncio.to_thread(server.start, 60)
    assert await parts.log.append(an_append(write(uuid4(), 0, count=1)))
    assert await _read_patiently(parts, 0)


async def test_a_writer_whose_connection_is_cut_goes_on_without_a_word(server: KilledServer, parts: LogParts) -> None:
    await parts.log.append(an_append(write(uuid4(), 0, count=1)))
    with psycopg.connect(server.url, autocommit=True) as admin:
        for _ in range(3):
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%writer'"
            )
            receipt = a_receipt(str(uuid4()))
            assert await parts.log.append(an_append(receipt=receipt)) == []
            assert await parts.log.append(an_append(write(uuid4(), 0, count=1)))


async def test_a_full_disk_is_said_and_passes_by_itself(server: KilledServer, parts: LogParts) -> None:
    """Postgres itself says so, by a trigger with the error code of a full disk."""
    with psycopg.connect(server.url, autocommit=True) as admin:
        admin.execute(
            "CREATE FUNCTION run_full() RETURNS trigger LANGUAGE plpgsql AS"
            " $$BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END$$"
        )
        admin.execute("CREATE TRIGGER run_full BEFORE INSERT ON events EXECUTE FUNCTION run_full()")
        try:
            appends = [an_append(write(uuid4(), 0, count=1)) for _ in range(3)]
            outcomes = await asyncio.gather(*map(parts.log.append, appends), return_exceptions=True)
        finally:
            admin.execute("DROP FUNCTION run_full CASCADE")
    assert [type(outcome) for outcome in outcomes] == [LogFull] * 3
    assert await parts.log.append(appends[0])


async def test_that_there_is_no_room_is_known_until_there_is_some_though_nobody_writes(
    server: KilledServer, parts: LogParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Postgres itself says so of every file that has to grow."""
    monkeypatch.setattr(room, "EVERY", 0.0)
    assert parts.room is not None
    stream = uuid4()
    repeated = an_append(write(stream, 0, count=1))
    await parts.log.append(repeated)
    with psycopg.connect(server.url, autocommit=True) as admin:
        admin.execute(
            "CREATE FUNCTION run_full() RETURNS trigger LANGUAGE plpgsql AS"
            " $$BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END$$"
        )
        admin.execute(
            "CREATE FUNCTION grow_not() RETURNS event_trigger LANGUAGE plpgsql AS"
            " $$BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END$$"
        )
        admin.execute("CREATE TRIGGER run_full BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION run_full()")
        admin.execute("CREATE EVENT TRIGGER grow_not ON ddl_command_start EXECUTE FUNCTION grow_not()")
        try:
            assert await parts.room.is_there(), "nobody was refused yet"
            with pytest.raises(LogFull):
                await parts.log.append(an_append(write(uuid4(), 0, count=1)))
            assert [await parts.room.is_there() for _ in range(2)] == [False, False]
            with pytest.raises(Conflict):
                await parts.log.append(an_append(write(stream, 7, count=1)))
            assert await parts.log.append(repeated)
            assert await parts.log.append(an_append(receipt=a_receipt(str(uuid4())))) == []
            assert not await parts.room.is_there(), "what was answered without an event being written says nothing"
        finally:
            admin.execute("DROP EVENT TRIGGER grow_not")
            admin.execute("DROP FUNCTION run_full CASCADE; DROP FUNCTION grow_not")
    assert await parts.room.is_there()


async def test_room_on_a_disk_for_what_is_passing_is_no_room_for_the_log(
    server: KilledServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Postgres itself says which file has to grow where: none can on the disk that the log is on."""
    monkeypatch.setattr(room, "EVERY", 0.0)
    with psycopg.connect(server.url, autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{admin.info.dbname}" SET temp_tablespaces = pg_default')
        admin.execute(
            "CREATE FUNCTION grow_elsewhere() RETURNS event_trigger LANGUAGE plpgsql AS"
            " $$BEGIN IF current_setting('temp_tablespaces') <> 'pg_default' THEN"
            " RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END IF; END$$"
        )
        admin.execute("CREATE EVENT TRIGGER grow_elsewhere ON ddl_command_start EXECUTE FUNCTION grow_elsewhere()")
        try:
            async with postgres_log(server.url) as parts:
                assert parts.room is not None
                parts.room.met(is_missing=True)
                assert not await parts.room.is_there()
        finally:
            admin.execute("DROP EVENT TRIGGER grow_elsewhere")
            admin.execute("DROP FUNCTION grow_elsewhere")
            admin.execute(f'ALTER DATABASE "{admin.info.dbname}" RESET temp_tablespaces')


async def test_leaving_records_what_still_waits(server: KilledServer) -> None:
    async with postgres_log(server.url) as parts:
        tasks = [asyncio.create_task(parts.log.append(an_append(write(uuid4(), 0, count=1)))) for _ in range(50)]
        await asyncio.sleep(0)
    assert len([await task for task in tasks]) == 50
    with pytest.raises(LogUnavailable):
        await parts.log.append(an_append(write(uuid4(), 0, count=1)))
