"""What every keeper of trace steps promises; and that the real one neither delays nor forgets what it was told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.traces import PostgresTraces
from medianest.ports.failures import LogUnavailable
from medianest.ports.traces import Traces, TraceStep
from tests.fakes.traces import FakeTraces
from tests.followers import eventually

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class FickleDatabase:
    """A database that is away while `is_away`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.is_away = False
        self.asked = 0

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        self.asked += 1
        if self.is_away:
            raise LogUnavailable
        async with self._database.connection() as connection:
            yield connection


def a_step(story: str, second: float = 0, **fields: Any) -> TraceStep:
    began = NOON + timedelta(seconds=second)
    usual: dict[str, Any] = {"kind": "request", "name": "POST /media/request", "outcome": "201"}
    return TraceStep(
        **usual
        | {"step_id": uuid4(), "correlation_id": story, "parent_id": None, "causation_id": None}
        | {"began_at": began, "ended_at": began + timedelta(milliseconds=7)}
        | fields
    )


@pytest.fixture
def story() -> str:
    """A correlation id that no other test knows."""
    return uuid4().hex


@pytest.fixture
async def database(shared_database_url: str) -> AsyncIterator[FickleDatabase]:
    async with Database(shared_database_url, max_size=2) as opened:
        yield FickleDatabase(opened)


@pytest.fixture(params=["fake", "postgres"])
async def traces(request: pytest.FixtureRequest, database: FickleDatabase) -> AsyncIterator[Traces]:
    async with PostgresTraces(database) as kept:
        yield FakeTraces() if request.param == "fake" else kept


async def known(traces: Traces, story: str, number: int) -> list[TraceStep]:
    async def enough() -> list[TraceStep] | None:
        found = list(await traces.of(story, limit=100))
        return found if len(found) >= number else None

    return await eventually(enough) or []


async def test_the_steps_of_a_click_come_back_whole_in_the_order_in_which_they_began(
    traces: Traces, story: str
) -> None:
    call = a_step(story, 2, kind="call", name="overseerr POST /api/v1/request", parent_id=uuid4())
    job = a_step(story, 1, kind="job", name="hand_on", outcome="failed:Boom", causation_id=uuid4())
    click = a_step(story)
    for step in (call, a_step(f"{story}-another"), job, click):
        traces.record(step)
    assert await known(traces, story, 3) == [click, job, call]
    assert list(await traces.of(story, limit=2)) == [click, job]
    assert list(await traces.of("nobody's", limit=2)) == []


async def test_steps_that_are_old_are_swept(traces: Traces, story: str) -> None:
    old, new = a_step(story), a_step(story, 60)
    traces.record(old)
    traces.record(new)
    await known(traces, story, 2)
    await traces.sweep(NOON + timedelta(seconds=60))
    assert await known(traces, story, 1) == [new]


async def test_what_is_recorded_during_an_outage_is_written_after_it(database: FickleDatabase, story: str) -> None:
    async with PostgresTraces(database, back_off=0.01) as traces:
        database.is_away = True
        steps = [a_step(story, number) for number in range(3)]
        traces.record(steps[0])
        await eventually(lambda: asyncio.sleep(0, database.asked > 1))
        for step in steps[1:]:
            traces.record(step)
        database.is_away = False
        assert await known(traces, story, 3) == steps
        assert traces.dropped == 0


async def test_during_a_long_outage_the_oldest_are_dropped_and_counted(database: FickleDatabase, story: str) -> None:
    async with PostgresTraces(database, room=2, back_off=0.01) as traces:
        database.is_away = True
        steps = [a_step(story, number) for number in range(5)]
        for step in steps[:3]:
            traces.record(step)
        await eventually(lambda: asyncio.sleep(0, database.asked > 1))
        for step in steps[3:]:
            traces.record(step)
        await eventually(lambda: asyncio.sleep(0, traces.dropped == 3))
        database.is_away = False
        assert await known(traces, story, 2) == steps[3:]


async def test_what_cannot_be_written_does_not_stand_in_the_way(database: FickleDatabase, story: str) -> None:
    with capture_logs() as said:
        async with PostgresTraces(database) as traces:
            traces.record(a_step(story, name="no text holds \0"))
            await eventually(lambda: asyncio.sleep(0, traces.dropped == 1))
            good = a_step(story)
            traces.record(good)
            assert await known(traces, story, 1) == [good]
    assert [line["event"] for line in said] == ["traces_lost"]


async def test_the_end_writes_what_waits_still_and_does_not_wait_for_a_database_that_is_away(
    database: FickleDatabase, story: str
) -> None:
    last = a_step(story)
    async with PostgresTraces(database) as traces:
        traces.record(last)
    assert list(await traces.of(story, limit=1)) == [last]
    async with PostgresTraces(database) as away:
        database.is_away = True
        away.record(a_step(story))
    database.is_away = False
    assert list(await traces.of(story, limit=2)) == [last]
