"""Jobs as a part of the story they began in, on a real Postgres."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.fakes.clock import FakeClock
from tests.fakes.ids import SeededIds
from tests.fakes.traces import FakeTraces
from tests.followers import eventually, running
from tests.integration.jobs.test_jobs import Boom, a_job, a_worker, figures

from medianest.adapters.jobs.defer import ProcrastinateJobs
from medianest.adapters.jobs.retrying import TRIES
from medianest.adapters.postgres.pool import Database
from medianest.application.tracing import Tracer
from medianest.domain.kernel import Refused
from medianest.ports.failures import GatewayUnavailable

CAUSE = UUID(int=7)
ORIGIN = {"correlation_id": "a-click", "causation_id": str(CAUSE)}


async def test_every_attempt_at_a_job_of_a_click_leaves_a_step(database_url: str) -> None:
    traces = FakeTraces()
    given: list[Any] = []

    async def withdraw(request_id: str) -> None:
        given.append(request_id)
        if len(given) == 1:
            raise GatewayUnavailable(retry_after=0.0)
        if len(given) == 2:
            raise Refused

    async def look_again(**args: Any) -> None:
        given.append(args)

    worker = a_worker(
        database_url,
        {"withdraw": withdraw, "look_again": look_again},
        tracer=Tracer(traces, FakeClock(), SeededIds()),
    )
    async with Database(database_url) as database, running(worker.run):
        jobs = ProcrastinateJobs(database)
        await jobs.defer([a_job("withdraw", request_id="1", **ORIGIN)])
        await eventually(lambda: asyncio.sleep(0, len(traces.steps) == 2))
        await jobs.defer([a_job("look_again", correlation_id="a-click", causation_id=None)])
        await jobs.defer([a_job("look_again", tmdb_id=3)])
        await eventually(lambda: asyncio.sleep(0, len(given) == 4))
        await figures(database)
    assert given[:2] == ["1", "1"], "who does not ask where a job comes from is not told"
    assert {"correlation_id": "a-click", "causation_id": None} in given[2:]
    assert {"tmdb_id": 3} in given[2:], "nobody's click"
    assert [(step.kind, step.name, step.outcome, step.causation_id) for step in traces.steps] == [
        ("job", "withdraw", "failed:GatewayUnavailable", CAUSE),
        ("job", "withdraw", "refused:refused", CAUSE),
        ("job", "look_again", "ok", None),
    ]
    assert {step.correlation_id for step in traces.steps} == {"a-click"}


async def test_jobs_that_wait_run_or_have_failed_are_found_by_their_click(database_url: str) -> None:
    is_begun, may_end = asyncio.Event(), asyncio.Event()

    async def hang(**_: Any) -> None:
        is_begun.set()
        await may_end.wait()

    async def fail(**_: Any) -> None:
        raise Boom

    async with Database(database_url) as database:
        jobs = ProcrastinateJobs(database)
        await jobs.defer([a_job("hang", **ORIGIN), a_job("fail", **ORIGIN), a_job("hang", correlation_id="another")])
        before = datetime.now(UTC)
        waiting = await jobs.of_correlation("a-click", limit=10)
        assert [(job.name, job.status, job.attempts, job.due_at, job.causation_id) for job in waiting] == [
            ("hang", "waiting", 0, None, CAUSE),
            ("fail", "waiting", 0, None, CAUSE),
        ]
        assert all(abs(job.since - before) < timedelta(seconds=5) for job in waiting)
        assert len(await jobs.of_correlation("a-click", limit=1)) == 1
        async with running(a_worker(database_url, {"hang": hang, "fail": fail}).run):
            await figures(database, running=2, failed=1)
            found = {job.name: job for job in await jobs.of_correlation("a-click", limit=10)}
            assert (found["hang"].status, found["fail"].status) == ("running", "failed")
            assert found["fail"].attempts == TRIES
            may_end.set()
            await figures(database, failed=1)
        assert [job.name for job in await jobs.of_correlation("a-click", limit=10)] == ["fail"]
