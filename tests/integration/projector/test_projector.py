"""The projector on a real Postgres."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from tests.followers import a_projector, cut_connections, eventually, running, world
from tests.histories import recorded_history
from tests.unit.projections.views import counted, folded

from medianest.adapters.postgres.election import CLASS
from medianest.adapters.postgres.projector import Projector
from medianest.adapters.postgres.rebuild import rebuild
from medianest.application.tasks import end
from medianest.domain.kernel import Recorded
from medianest.ports.event_log import EventLog
from medianest.projections.catalog import PROJECTIONS
from medianest.projections.inbox import INBOX
from medianest.projections.request_board import REQUEST_BOARD

SEED = 2
"""A history in which people are deleted and requests change hands (the last test says so)."""


async def test_the_views_follow_the_log_and_equal_a_fold_event_by_event(database_url: str) -> None:
    async with world(database_url) as here, running(a_projector(here, batch=7).run):
        await here.views_at(await here.live(250, seed=SEED))
        history = await here.log.read(after=0, limit=10_000)
        for name, projection in PROJECTIONS.items():
            rows = folded(projection, history)
            stored = await here.rows(f"SELECT {projection.key} FROM {name}")
            assert {key for (key,) in stored} == rows.keys()
        cards = folded(REQUEST_BOARD, history)
        statuses = dict(await here.rows("SELECT request_id, status || note_by::text FROM request_board"))
        assert statuses == {
            key: card.status + str(card.note_by) if card.note_by else None for key, card in cards.items()
        }
        dashboard = PROJECTIONS["dashboard"]
        stored_counters = dict(await here.rows("SELECT counter, value FROM dashboard_counters"))
        assert stored_counters == counted(dashboard, folded(dashboard, history))


@pytest.mark.parametrize("seed", [4, SEED])
async def test_a_rebuild_equals_the_live_views_row_by_row(database_url: str, seed: int) -> None:
    async with world(database_url) as here:
        async with running(a_projector(here, batch=5).run):
            head = await here.live(250, seed=seed)
            await here.views_at(head)
        live = await here.tables()
        assert all(live.values())
        told: list[tuple[int, int]] = []
        for projection in PROJECTIONS.values():
            reached = await rebuild(
                projection, here.log, here.url, lambda position, until: told.append((position, until))
            )
            assert reached == head
        assert await here.tables() == live
        assert told[-1] == (head, head)


async def test_a_rebuild_while_the_house_lives_loses_nothing(database_url: str) -> None:
    async with world(database_url) as here, running(a_projector(here).run):
        await here.live(100, seed=5)

        async def rebuild_often() -> None:
            for _ in range(5):
                await rebuild(REQUEST_BOARD, here.log, here.url)

        rebuilding = asyncio.create_task(rebuild_often())
        await here.live(200)
        await rebuilding
        await here.views_at(await here.log.head())
        live = await here.tables()
        await rebuild(REQUEST_BOARD, here.log, here.url)
        assert await here.tables() == live


async def test_a_view_that_cannot_apply_an_event_stops_alone_in_front_of_it(database_url: str) -> None:
    is_broken = True

    def choosy(row: Any, recorded: Recorded) -> Any:
        if is_broken and recorded.position == 30:
            raise ValueError("cannot")
        return INBOX.apply(row, recorded)

    broken = replace(INBOX, apply=choosy, events=None)
    async with world(database_url) as here:
        head = await here.live(150)
        async with running(a_projector(here, broken, REQUEST_BOARD, retry_stopped=0.2).run):
            await here.views_at(head, ["request_board"])

            async def stopped() -> bool:
                (state,) = [one for one in await here.progress.states() if one.name == "inbox"]
                return state.position == 29 and state.lag == head - 29 and state.error is not None

            await eventually(stopped)
            (state,) = [one for one in await here.progress.states() if one.name == "inbox"]
            assert state.error is not None
            assert state.error.startswith("ValueError at event 30")
            assert "cannot" not in state.error
            is_broken = False
            await here.views_at(head, ["inbox"])
            assert [one.error for one in await here.progress.states()] == [None, None]


async def test_all_views_stop_in_front_of_an_event_that_cannot_be_read(database_url: str) -> None:
    async with world(database_url) as here:
        head = await here.live(120)
        log = LogWithHole(here.log, hole=30)
        quick = {"back_off": 0.05, "poll": 0.05, "retry_stopped": 0.2}
        async with running(Projector(log, here.url, tuple(PROJECTIONS.values()), **quick).run):

            async def stand_still() -> bool:
                states = await here.progress.states()
                return bool(states) and all(one.position == 29 and one.error is not None for one in states)

            await eventually(stand_still)
            reads = log.reads
            await asyncio.sleep(0.5)
            assert log.reads - reads < 100, "it must not spin"
            log.hole = 0
            await here.views_at(head)
            assert {one.error for one in await here.progress.states()} == {None}


class LogWithHole:
    """The log, one event of which nobody can read."""

    def __init__(self, log: EventLog, hole: int) -> None:
        self._log = log
        self.hole = hole
        self.reads = 0
        self.wait = log.wait
        self.head = log.head
        self.append = log.append
        self.read_stream = log.read_stream

    async def read(
        self, *, after: int, limit: int, until: int | None = None, categories: Sequence[str] | None = None
    ) -> Sequence[Recorded]:
        self.reads += 1
        found = await self._log.read(after=after, limit=limit, until=until, categories=categories)
        if any(recorded.position == self.hole for recorded in found):
            raise LookupError("no such tag")
        return found


async def test_only_one_of_two_projectors_works_and_the_other_takes_over(database_url: str) -> None:
    async with world(database_url) as here, running(a_projector(here).run) as leader:
        await here.views_at(await here.live(30))
        async with running(a_projector(here).run):
            leaders = (
                "SELECT count(*) FILTER (WHERE granted) FROM pg_locks JOIN pg_database ON database = pg_database.oid "
                "WHERE datname = current_database() AND locktype = 'advisory' AND classid = %s"
            )
            assert await here.rows(leaders, CLASS) == [(1,)]
            await end(leader)
            await here.views_at(await here.live(30))
            assert len((await here.tables())["audit"]) == await here.log.head()


async def test_the_projector_goes_on_after_its_connections_were_cut(database_url: str) -> None:
    async with world(database_url) as here, running(a_projector(here).run):
        await here.views_at(await here.live(30))
        assert await cut_connections(here.url, "medianest follower") == 1
        await here.views_at(await here.live(10))
        assert await cut_connections(here.url, "medianest") > 0
        await here.database.check()
        await here.views_at(await here.live(10))
        assert [one["event"] for one in here.said if one["log_level"] == "error"] == []


async def test_a_view_of_another_shape_is_folded_anew(database_url: str) -> None:
    async with world(database_url) as here:
        head = await here.live(60)
        async with running(a_projector(here, REQUEST_BOARD).run):
            await here.views_at(head, ["request_board"])
        whole = await here.tables()
        async with here.database.connection() as connection:
            await connection.execute("UPDATE request_board SET title = 'of an older release'")
        newer = replace(REQUEST_BOARD, shape=2)
        async with running(a_projector(here, newer).run):

            async def is_whole() -> bool:
                return await here.tables() == whole

            await eventually(is_whole)


async def test_a_projector_whose_checkpoint_was_moved_steps_down_and_begins_there(database_url: str) -> None:
    async with world(database_url) as here, running(a_projector(here).run):
        head = await here.live(40)
        await here.views_at(head)
        async with here.database.connection() as connection:
            await connection.execute("DELETE FROM audit WHERE position > 10")
            await connection.execute("UPDATE checkpoints SET position = 10 WHERE name = 'audit'")

        async def is_whole() -> bool:
            return (await here.rows("SELECT count(*) FROM audit"))[0][0] == head

        await eventually(is_whole)


def test_a_history_of_the_generator_reaches_what_these_tests_speak_of() -> None:
    house, history = recorded_history(SEED, 250)
    tags = {recorded.event.tag for recorded in history}
    assert house.deleted
    requests = {"media_request.rejected", "media_request.expired", "media_request.owner_changed"}
    assert {"user.deleted", "notification.archived", *requests} <= tags
