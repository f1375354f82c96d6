"""Building views anew, while they are read and written."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from tests.followers import a_projector, eventually, running, world
from tests.integration.projector.building import Batches, a_house, exists, indexes_of

from medianest.adapters.postgres import rebuild as rebuilding
from medianest.adapters.postgres import view_writer as writing
from medianest.adapters.postgres.rebuild import rebuild
from medianest.adapters.postgres.rebuilds import PostgresRebuilds, beside
from medianest.domain.kernel import Recorded
from medianest.ports.failures import LogUnavailable
from medianest.ports.rebuilds import RebuildFailed, RebuildRunning
from medianest.projections.catalog import PROJECTIONS
from medianest.projections.request_board import REQUEST_BOARD

VIEWS = tuple(PROJECTIONS.values())


USUAL = (rebuilding.STEP, rebuilding.REMEMBERED, writing.MANY)


@pytest.fixture(params=[USUAL, (40, 3, 1)], ids=["in one step", "in many, forgetting"])
def steps(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds that a short log reaches, too."""
    step, remembered, many = request.param
    monkeypatch.setattr(writing, "MANY", many)
    monkeypatch.setattr(rebuilding, "STEP", step)
    monkeypatch.setattr(rebuilding, "REMEMBERED", remembered)


@pytest.mark.usefixtures("steps")
async def test_a_rebuild_of_all_views_equals_the_live_ones_row_by_row(database_url: str) -> None:
    async with world(database_url) as here:
        head = await a_house(here)
        live, indexes = await here.tables(), await indexes_of(here)
        assert all(live.values())
        told: list[tuple[int, int]] = []
        log = Batches(here.log, size=15)
        assert await rebuild(VIEWS, log, here.url, on_progress=lambda at, until: told.append((at, until))) == head
        assert await here.tables() == live
        assert await indexes_of(here) == indexes
        assert told[-1] == (head, head)
        (done,) = await PostgresRebuilds(here.database).list()
        assert (done.state, done.position, set(done.views)) == ("completed", head, set(PROJECTIONS))


async def test_a_rebuild_while_the_house_lives_loses_nothing_and_readers_see_no_gap(database_url: str) -> None:
    async with world(database_url) as here, running(a_projector(here).run):
        await here.live(100, seed=5)
        least = 1

        async def rebuild_often() -> None:
            for _ in range(4):
                await rebuild(VIEWS, here.log, here.url)

        async def read() -> None:
            nonlocal least
            while True:
                ((count,),) = await here.rows(f"SELECT count(*) FROM {REQUEST_BOARD.table}")
                assert count >= least
                least = count

        async with running(read):
            work = asyncio.create_task(rebuild_often())
            await here.live(200)
            await work
            await here.views_at(await here.log.head())
        assert least > 10
        live = await here.tables()
        await rebuild(VIEWS, here.log, here.url)
        assert await here.tables() == live


@pytest.mark.usefixtures("steps")
async def test_a_rebuild_that_was_cut_off_leaves_the_view_and_goes_on_where_it_stood(database_url: str) -> None:
    async with world(database_url) as here:
        head = await a_house(here)
        live = await here.tables()
        log = Batches(here.log, size=15, end_at=120)
        with pytest.raises(LogUnavailable):
            await rebuild(VIEWS, log, here.url, on_progress=lambda at, _: log.cut_at(at, here.url))
        assert await here.tables() == live
        (stopped,) = await PostgresRebuilds(here.database).list()
        assert stopped.state == "interrupted"
        log.end_at, log.first = None, None
        assert await rebuild(VIEWS, log, here.url, resume=True) == head
        assert log.first == stopped.position
        assert await here.tables() == live
        (done,) = await PostgresRebuilds(here.database).list()
        assert (done.rebuild_id, done.state) == (stopped.rebuild_id, "completed")


async def test_a_cancelled_rebuild_says_so_and_the_next_one_begins_anew(database_url: str) -> None:
    async with world(database_url) as here:
        await a_house(here)
        live = await here.tables()
        log = Batches(here.log, size=15)
        log.waits = asyncio.Event()
        task = asyncio.create_task(rebuild([REQUEST_BOARD], log, here.url))
        await eventually(log.has_begun)
        with pytest.raises(RebuildRunning):
            await rebuild([REQUEST_BOARD], here.log, here.url)
        register = PostgresRebuilds(here.database)
        assert [one.state for one in await register.list()] == ["running"]
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert [one.state for one in await register.list()] == ["interrupted"]
        await rebuild([REQUEST_BOARD], here.log, here.url)
        assert sorted(one.state for one in await register.list()) == ["completed", "interrupted"]
        assert await here.tables() == live


async def test_a_fold_that_raises_ends_the_rebuild_and_changes_nothing(database_url: str) -> None:
    def choosy(row: Any, recorded: Recorded) -> Any:
        if recorded.position > 60:
            raise ValueError("Ada's secret note")
        return REQUEST_BOARD.apply(row, recorded)

    async with world(database_url) as here:
        await a_house(here)
        live = await here.tables()
        with pytest.raises(RebuildFailed, match="request_board: ValueError between") as raised:
            await rebuild([replace(REQUEST_BOARD, apply=choosy)], here.log, here.url)
        assert "secret" not in str(raised.value)
        assert await here.tables() == live
        assert not await exists(here, beside(REQUEST_BOARD))
        (failed,) = await PostgresRebuilds(here.database).list()
        assert (failed.state, failed.error) == ("failed", str(raised.value))


async def test_a_reader_that_takes_long_holds_up_the_exchange_and_nothing_is_counted_twice(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "LOCK_PATIENCE", "20ms")
    monkeypatch.setattr(rebuilding, "PAUSE", 0.02)
    async with world(database_url) as here, running(a_projector(here).run):
        await here.views_at(await here.live(120, seed=2))
        async with here.database.connection() as connection, connection.transaction():
            await connection.execute("SELECT count(*) FROM dashboard_v1")
            task = asyncio.create_task(rebuild(VIEWS, here.log, here.url))
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'"
            for _ in range(3):
                await eventually(lambda: here.rows(f"{waiting} HAVING count(*) > 0"))
                await here.live(5)
            assert not task.done()
        await task
        head = await here.log.head()
        await here.views_at(head)
        live = await here.tables()
        await rebuild(VIEWS, here.log, here.url)
        assert await here.tables() == live


async def test_a_job_that_is_run_again_goes_on_with_its_own_rebuild(database_url: str) -> None:
    async with world(database_url) as here:
        await a_house(here)
        register = PostgresRebuilds(here.database)
        mine = uuid4()
        await register.queue(mine, ["request_board"], uuid4())
        for _ in range(2):
            await rebuild([REQUEST_BOARD], here.log, here.url, rebuild_id=mine)
        assert [(one.rebuild_id, one.state) for one in await register.list()] == [(mine, "completed")]


async def test_of_many_who_ask_for_a_view_at_once_one_is_put_down(database_url: str) -> None:
    async with world(database_url) as here:
        register = PostgresRebuilds(here.database)
        asked = [(uuid4(), view.name) for view in VIEWS for _ in range(5)]
        said = await asyncio.gather(*(register.queue(one, [name], one) for one, name in asked), return_exceptions=True)
        assert [answer for answer in said if answer is not None and not isinstance(answer, RebuildRunning)] == []
        queued = await register.list()
        assert sorted(one.views for one in queued) == sorted((view.name,) for view in VIEWS)
        for one in queued:
            await register.queue(one.rebuild_id, one.views, one.rebuild_id)


async def test_a_rebuild_that_no_worker_has_begun_stands_in_nobodys_way_for_ever(database_url: str) -> None:
    async with world(database_url) as here:
        register = PostgresRebuilds(here.database)
        first, second = uuid4(), uuid4()
        await register.queue(first, ["inbox"], uuid4())
        with pytest.raises(RebuildRunning):
            await register.queue(second, ["inbox"], uuid4())
        async with here.database.connection() as connection:
            await connection.execute("UPDATE rebuilds SET asked_at = asked_at - interval '61 minutes'")
        await register.queue(second, ["inbox"], uuid4())
        assert [(one.rebuild_id, one.state) for one in await register.list()] == [(second, "queued"), (first, "failed")]


async def test_a_job_that_is_run_twice_at_once_does_not_call_its_rebuild_failed(database_url: str) -> None:
    async with world(database_url) as here:
        await a_house(here)
        register, mine, other = PostgresRebuilds(here.database), uuid4(), uuid4()
        log = Batches(here.log, size=15)
        log.waits = asyncio.Event()
        first = asyncio.create_task(rebuild([REQUEST_BOARD], log, here.url, rebuild_id=mine))
        await eventually(log.has_begun)
        async with here.database.connection() as connection:
            await connection.execute(
                "INSERT INTO rebuilds (rebuild_id, views, state) VALUES (%s, %s, 'queued')", (other, ["request_board"])
            )
        with pytest.raises(RebuildRunning):
            await rebuild([REQUEST_BOARD], here.log, here.url, rebuild_id=other)
        # Whoever has it may have died a moment ago, so this is tried again.
        with pytest.raises(LogUnavailable):
            await rebuild([REQUEST_BOARD], here.log, here.url, rebuild_id=mine)
        assert {one.rebuild_id: one.state for one in await register.list()} == {mine: "running", other: "failed"}
        log.waits.set()
        position = await first
        later = Batches(here.log, size=15)
        assert await rebuild([REQUEST_BOARD], later, here.url, rebuild_id=mine) == position
        assert later.first is None, "it is done, and not done again"
