"""The projector on a real Postgres."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tests.followers import a_projector, cut_connections, eventually, running, world
from tests.histories import recorded_history
from tests.unit.projections.views import counted, folded

from medianest.adapters.postgres.election import FOLLOWING
from medianest.adapters.postgres.projector import Projector
from medianest.adapters.postgres.view_schema import counters_of
from medianest.application.tasks import end
from medianest.domain.catalog import EVENT_TYPES
from medianest.domain.kernel import Recorded
from medianest.ports.event_log import EventLog
from medianest.projections.catalog import PROJECTIONS
from medianest.projections.inbox import INBOX
from medianest.projections.request_board import REQUEST_BOARD
from medianest.projections.user_directory import USER_DIRECTORY

SEED = 6
"""A history in which people are deleted and requests change hands (the last test says so)."""


async def test_the_views_follow_the_log_and_equal_a_fold_event_by_event(database_url: str) -> None:
    async with world(database_url) as here, running(a_projector(here, batch=7).run):
        await here.views_at(await here.live(250, seed=SEED))
        history = await here.log.read(after=0, limit=10_000)
        for projection in PROJECTIONS.values():
            rows = folded(projection, history)
            stored = await here.rows(f"SELECT {projection.key} FROM {projection.table}")
            assert {key for (key,) in stored} == rows.keys()
        cards = folded(REQUEST_BOARD, history)
        statuses = dict(await here.rows(f"SELECT request_id, status || note_by::text FROM {REQUEST_BOARD.table}"))
        assert statuses == {
            key: card.status + str(card.note_by) if card.note_by else None for key, card in cards.items()
        }
        dashboard = PROJECTIONS["dashboard"]
        stored_counters = dict(await here.rows(f"SELECT counter, value FROM {counters_of(dashboard.table)}"))
        assert stored_counters == counted(dashboard, folded(dashboard, history))


async def test_a_view_that_cannot_apply_an_event_stops_alone_in_front_of_it(database_url: str) -> None:
    is_broken = True

    def choosy(row: Any, recorded: Recorded) -> Any:
        if is_broken and recorded.position == 30:
            raise ValueError("cannot")
        return INBOX.apply(row, recorded)

    broken = replace(INBOX, apply=choosy, events=tuple(EVENT_TYPES.values()))
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
            assert {one.error for one in await here.progress.states()} == {None}


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
        self.scan = log.scan

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
            assert await here.rows(leaders, FOLLOWING) == [(len(PROJECTIONS),)]
            await end(leader)
            await here.views_at(await here.live(30))


async def test_the_projector_goes_on_after_its_connections_were_cut(database_url: str) -> None:
    async with world(database_url) as here, running(a_projector(here).run):
        await here.views_at(await here.live(30))
        assert await cut_connections(here.url, "medianest follower") == 1
        await here.views_at(await here.live(10))
        assert await cut_connections(here.url, "medianest") > 0
        await here.database.check()
        await here.views_at(await here.live(10))
        assert [one["event"] for one in here.said if one["log_level"] == "error"] == []


async def test_a_projector_goes_on_from_where_somebody_else_has_moved_a_checkpoint(database_url: str) -> None:
    async with world(database_url) as here, running(a_projector(here).run):
        head = await here.live(40)
        await here.views_at(head)
        async with here.database.connection() as connection:
            whole = await here.tables()
            await connection.execute(f"DELETE FROM {USER_DIRECTORY.table}")
            await connection.execute("UPDATE checkpoints SET position = 0 WHERE name = 'user_directory'")

        async def is_whole() -> bool:
            return await here.tables() == whole

        await eventually(is_whole)


def test_a_history_of_the_generator_reaches_what_these_tests_speak_of() -> None:
    house, history = recorded_history(SEED, 250)
    tags = {recorded.event.tag for recorded in history}
    assert house.deleted
    requests = {f"media_request.{did}" for did in ("rejected", "expired", "reopened", "owner_changed")}
    assert {"user.deleted", "notification.archived", *requests} <= tags
