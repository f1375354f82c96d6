"""Jobs that wait for their next attempt, and what is asked or happens meanwhile, on a real Postgres."""

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
from tests.followers import eventually, running
from tests.integration.jobs.test_jobs import a_job, a_worker, figures

from medianest.adapters.jobs.defer import ProcrastinateJobs
from medianest.adapters.postgres.pool import Database
from medianest.ports.failures import GatewayUnavailable


async def test_an_urgent_job_takes_the_place_of_one_that_waits_for_its_next_attempt(database_url: str) -> None:
    tries: list[str] = []

    async def work(title: str, asked: str) -> None:
        tries.append(f"{title}, {asked}")
        if len(tries) <= 2:
            raise GatewayUnavailable(retry_after=600.0)

    async with Database(database_url) as database, running(a_worker(database_url, {"work": work}).run):
        jobs = ProcrastinateJobs(database)
        await jobs.defer([a_job(lock=title, title=title, asked="at noon") for title in ("put off", "in a hurry")])
        await eventually(lambda: asyncio.sleep(0, len(tries) == 2))
        await figures(database, waiting=2)
        later = [a_job(lock=title, title=title, asked="later") for title in ("put off", "in a hurry")]
        await jobs.defer([later[0], msgspec.structs.replace(later[1], is_urgent=True)])
        await figures(database, waiting=1)
        assert sorted(tries) == ["in a hurry, at noon", "in a hurry, later", "put off, at noon"]


async def test_an_urgent_job_waits_behind_its_twin_that_runs_and_is_no_part_of_it(database_url: str) -> None:
    may_end = asyncio.Event()
    tries: list[str] = []

    async def work(asked: str) -> None:
        tries.append(asked)
        if len(tries) == 1:
            await may_end.wait()
            raise GatewayUnavailable(retry_after=600.0)

    async with Database(database_url) as database, running(a_worker(database_url, {"work": work}).run):
        jobs = ProcrastinateJobs(database)
        for asked in ("at noon", "later"):
            await jobs.defer([msgspec.structs.replace(a_job(lock="one", asked=asked), is_urgent=True)])
            await eventually(lambda: asyncio.sleep(0, tries))
        await figures(database, running=1, waiting=1)
        may_end.set()
        await figures(database)
        assert tries == ["at noon", "later"]


async def test_of_jobs_that_are_added_together_under_one_lock_the_last_urgent_one_counts(database_url: str) -> None:
    given: list[int] = []

    async def work(number: int) -> None:
        given.append(number)

    async with Database(database_url) as database:
        asked = [a_job(lock="one", number=number) for number in range(4)]
        asked[1:3] = [msgspec.structs.replace(job, is_urgent=True) for job in asked[1:3]]
        await ProcrastinateJobs(database).defer(asked)
        async with running(a_worker(database_url, {"work": work}).run):
            await figures(database)
        assert given == [2]


async def test_a_server_that_asks_for_a_day_is_tried_again_within_ten_minutes(database_url: str) -> None:
    async def work(correlation_id: str) -> None:
        raise GatewayUnavailable(retry_after=86_400.0)

    async with Database(database_url) as database, running(a_worker(database_url, {"work": work}).run):
        jobs = ProcrastinateJobs(database)
        await jobs.defer([a_job(correlation_id="a-click")])

        async def put_off() -> datetime | None:
            return (await jobs.of_correlation("a-click", limit=1))[0].due_at

        due_at = await eventually(put_off)
        assert due_at is not None
        assert timedelta(minutes=9) < due_at - datetime.now(UTC) <= timedelta(minutes=10)
