"""Jobs on a real Postgres."""

import asyncio
from collections.abc import Mapping
from typing import Any

import psycopg
from tests.followers import cut_connections, eventually, running
from tests.processes import program

from medianest.adapters.jobs.defer import ProcrastinateJobs, defer_jobs
from medianest.adapters.jobs.retrying import TRIES
from medianest.adapters.jobs.worker import Handler, JobWorker, build_worker
from medianest.adapters.postgres.pool import Database
from medianest.domain.kernel import Refused
from medianest.ports.failures import GatewayUnavailable
from medianest.ports.work import Job


class Boom(Exception):
    pass


def a_job(name: str = "work", lock: str | None = None, **args: Any) -> Job:
    return Job(name=name, args=args, lock=lock)


def a_worker(url: str, handlers: Mapping[str, Handler], **options: Any) -> JobWorker:
    return build_worker(url, handlers, **{"retry_unit": 0.01, "poll": 0.05, "rescue_every": 0.1, **options})


async def figures(database: Database, **expected: int) -> None:
    """Wait until the figures are these, and none else."""
    whole = {"waiting": 0, "running": 0, "failed": 0, **expected}

    async def are_so() -> bool:
        return await ProcrastinateJobs(database).figures() == whole

    await eventually(are_so)


async def test_a_job_runs_with_its_arguments_and_leaves_nothing_behind(database_url: str) -> None:
    given: list[Mapping[str, Any]] = []

    async def work(**args: Any) -> None:
        given.append(args)

    async with Database(database_url) as database, running(a_worker(database_url, {"work": work}).run):
        await ProcrastinateJobs(database).defer([a_job(title="Élan \\ {x}", season=None, number=3, is_4k=True)])
        await eventually(lambda: asyncio.sleep(0, given))
        assert given == [{"title": "Élan \\ {x}", "season": None, "number": 3, "is_4k": True}]
        await figures(database)


async def test_a_job_deferred_in_a_transaction_that_is_rolled_back_is_none(database_url: str) -> None:
    async with Database(database_url) as database:
        async with database.connection() as connection, connection.transaction() as transaction:
            await defer_jobs(connection, [a_job()])
            raise psycopg.Rollback(transaction)
        await figures(database)
        async with database.connection() as connection:
            await defer_jobs(connection, [a_job(), a_job()])
        await figures(database, waiting=2)


async def test_while_a_job_waits_another_one_under_its_lock_is_not_added(database_url: str) -> None:
    async with Database(database_url) as database:
        jobs = ProcrastinateJobs(database)
        await jobs.defer([a_job(lock="a"), a_job(lock="b"), a_job(lock="a"), a_job()])
        await jobs.defer([a_job(lock="b"), a_job()])
        await figures(database, waiting=4)


async def test_what_is_unavailable_is_tried_again_until_it_is_back(database_url: str) -> None:
    tries = 0

    async def work() -> None:
        nonlocal tries
        tries += 1
        if tries <= TRIES + 1:
            raise GatewayUnavailable(retry_after=0.0)

    async with Database(database_url) as database, running(a_worker(database_url, {"work": work}).run):
        await ProcrastinateJobs(database).defer([a_job()])
        await eventually(lambda: asyncio.sleep(0, tries == TRIES + 2), within=20.0)
        await figures(database)


async def test_a_bug_is_tried_five_times_and_then_shown(database_url: str) -> None:
    tries = 0

    async def work() -> None:
        nonlocal tries
        tries += 1
        raise Boom

    async with Database(database_url) as database, running(a_worker(database_url, {"work": work}).run):
        await ProcrastinateJobs(database).defer([a_job()])
        await figures(database, failed=1)
        assert tries == TRIES


async def test_a_refusal_is_not_tried_again(database_url: str) -> None:
    tries = 0

    async def work() -> None:
        nonlocal tries
        tries += 1
        raise Refused

    async with Database(database_url) as database, running(a_worker(database_url, {"work": work}).run):
        await ProcrastinateJobs(database).defer([a_job()])
        await eventually(lambda: asyncio.sleep(0, tries))
        await figures(database)
        assert tries == 1


async def test_a_job_that_fails_while_its_twin_waits_leaves_the_work_to_it(database_url: str) -> None:
    is_twin_there = asyncio.Event()
    tries = 0

    async def work() -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            await is_twin_there.wait()
            raise GatewayUnavailable(retry_after=0.0)

    async with Database(database_url) as database, running(a_worker(database_url, {"work": work}).run):
        await ProcrastinateJobs(database).defer([a_job(lock="one")])
        await figures(database, running=1)
        await ProcrastinateJobs(database).defer([a_job(lock="one"), a_job(lock="one")])
        await figures(database, running=1, waiting=1)
        is_twin_there.set()
        await figures(database)
        assert tries == 2


async def test_the_job_of_a_killed_worker_runs_elsewhere(database_url: str) -> None:
    done = asyncio.Event()

    async def work() -> None:
        done.set()

    async with Database(database_url) as database:
        await ProcrastinateJobs(database).defer([a_job(lock="one")])
        with program("job_worker", database_url) as victim:
            assert victim.stdout is not None
            while "begun" not in await asyncio.to_thread(victim.stdout.readline):
                assert victim.poll() is None
            victim.kill()
        await figures(database, running=1)
        async with running(a_worker(database_url, {"work": work}, stalled=0.5).run):
            await asyncio.wait_for(done.wait(), 10.0)
            await figures(database)


async def test_a_worker_that_ends_lets_its_jobs_finish(database_url: str) -> None:
    has_begun, may_end = asyncio.Event(), asyncio.Event()
    done = False

    async def work() -> None:
        nonlocal done
        has_begun.set()
        await may_end.wait()
        done = True

    async with Database(database_url) as database:
        await ProcrastinateJobs(database).defer([a_job()])
        async with running(a_worker(database_url, {"work": work}).run) as worker:
            await asyncio.wait_for(has_begun.wait(), 10.0)
            worker.cancel()
            asyncio.get_running_loop().call_later(0.1, may_end.set)
        assert done
        await figures(database)


async def test_a_worker_goes_on_after_its_connections_were_cut(database_url: str) -> None:
    done: list[int] = []

    async def work(number: int) -> None:
        done.append(number)
        await cut_connections(database_url, "medianest jobs")

    async with Database(database_url) as database, running(a_worker(database_url, {"work": work}, stalled=1.0).run):
        await ProcrastinateJobs(database).defer([a_job(number=n, lock=str(n)) for n in (1, 2)])
        await eventually(lambda: asyncio.sleep(0, set(done) == {1, 2}))


async def test_a_worker_that_cannot_sign_off_ends_all_the_same(database_url: str) -> None:
    async with Database(database_url) as database:

        async def is_registered() -> bool:
            async with database.connection() as connection:
                return bool((await connection.execute("SELECT FROM procrastinate_workers")).rowcount)

        async with running(a_worker(database_url, {}).run) as worker:
            await eventually(is_registered)
            async with database.connection() as connection:
                await connection.execute("DROP FUNCTION procrastinate_unregister_worker_v1")
            worker.cancel()
            _, unfinished = await asyncio.wait([worker], timeout=10.0)
            assert not unfinished


async def test_a_periodic_job_runs_by_itself(database_url: str) -> None:
    ran = asyncio.Event()

    async def tick() -> None:
        ran.set()

    async with running(a_worker(database_url, {"tick": tick}, periodic=[("* * * * * *", "tick")]).run):
        await asyncio.wait_for(ran.wait(), 10.0)
