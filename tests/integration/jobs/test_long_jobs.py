"""Jobs that may last for hours, and all others beside them, on a real Postgres."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.followers import eventually, running
from tests.integration.jobs.test_jobs import a_job, a_worker, figures

from medianest.adapters.jobs.defer import ProcrastinateJobs
from medianest.adapters.jobs.worker import CONCURRENCY, LONG_CONCURRENCY
from medianest.adapters.postgres.pool import Database
from medianest.application.library.orders import scan_job

SERVERS = [f"server-{n}" for n in range(CONCURRENCY + LONG_CONCURRENCY)]


class House:
    """Its scans do not end before they are told to."""

    def __init__(self, url: str, database: Database) -> None:
        self.database, self.jobs = database, ProcrastinateJobs(database)
        self.scanned: list[str] = []
        self.may_end, self.is_sent = asyncio.Event(), asyncio.Event()
        self.worker = a_worker(url, {"scan_libraries": self.scan_libraries, "send_reset": self.send_reset})

    async def scan_libraries(self, server: str, library: str | None) -> None:
        self.scanned.append(server)
        await self.may_end.wait()

    async def send_reset(self) -> None:
        self.is_sent.set()

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """As many scans run as may, and all others wait."""
        async with running(self.worker.run):
            await figures(self.database, running=LONG_CONCURRENCY, waiting=len(SERVERS) - LONG_CONCURRENCY)
            yield
            self.may_end.set()
            await figures(self.database)
        assert sorted(self.scanned) == SERVERS

    async def sends_a_letter_at_once(self) -> None:
        await self.jobs.defer([a_job("send_reset")])
        await asyncio.wait_for(self.is_sent.wait(), 10.0)


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with Database(database_url) as database:
        house = House(database_url, database)
        await house.jobs.defer([scan_job(server, None) for server in SERVERS])
        yield house


async def test_scans_without_end_leave_room_for_all_other_jobs(house: House) -> None:
    async with house.working():
        await house.sends_a_letter_at_once()


@pytest.mark.parametrize("status", ["todo", "doing"])
async def test_long_jobs_of_an_older_release_are_taken_and_leave_room_as_well(house: House, status: str) -> None:
    """That had one queue; what ran when it ended is put back."""
    async with house.database.connection() as connection:
        await connection.execute(
            "UPDATE procrastinate_jobs SET queue_name = 'default', status = %s::procrastinate_job_status", (status,)
        )
    async with house.working():
        await house.sends_a_letter_at_once()


async def test_where_one_half_of_a_worker_fails_both_begin_anew(database_url: str) -> None:
    async with Database(database_url) as database:

        async def registered() -> list[int]:
            async with database.connection() as connection:
                found = await (await connection.execute("SELECT id FROM procrastinate_workers ORDER BY id")).fetchall()
            return [worker_id for (worker_id,) in found]

        async def both(after: int = 0) -> list[int]:
            found = await registered()
            return found if len(found) == 2 and found[0] > after else []

        async def work() -> None: ...

        never = [("0 0 1 1 *", name) for name in ("work", "rebuild")]
        worker = a_worker(database_url, dict.fromkeys(("work", "rebuild"), work), periodic=never, stalled=0.5)
        async with running(worker.run):
            first = await eventually(both)
            async with database.connection() as connection:
                await connection.execute(
                    "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no heartbeat'; END$$"
                )
                await connection.execute(
                    "CREATE TRIGGER fails BEFORE UPDATE ON procrastinate_workers "
                    f"FOR EACH ROW WHEN (OLD.id = {first[1]}) EXECUTE FUNCTION fail()"
                )
            await eventually(lambda: both(after=first[1]))
