"""People who are forgotten while views are built, and words in views that saw nobody go."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.followers import World, a_projector, eventually, running, world
from tests.histories import BEGINNING, Happening
from tests.integration.projector.building import Batches, a_house

from medianest.adapters.postgres import rebuild as rebuilding
from medianest.adapters.postgres.eraser import PostgresEraser
from medianest.adapters.postgres.rebuild import rebuild
from medianest.adapters.postgres.view_checks import verify
from medianest.domain.kernel import Recorded
from medianest.domain.media_request.commands import RejectRequest
from medianest.domain.user.commands import DeleteUser
from medianest.ports.failures import LogUnavailable
from medianest.projections.api_keys import API_KEYS
from medianest.projections.catalog import PROJECTIONS
from medianest.projections.invitations import INVITATIONS
from medianest.projections.linked_accounts import LINKED_ACCOUNTS
from medianest.projections.request_board import REQUEST_BOARD
from medianest.projections.user_directory import USER_DIRECTORY

VIEWS = tuple(PROJECTIONS.values())
LATER = BEGINNING + timedelta(days=90)
WORDS = """
SELECT name FROM {people}{suffix} WHERE user_id = %(who)s AND (name IS NOT NULL OR email IS NOT NULL)
UNION ALL SELECT note FROM {board}{suffix} WHERE note_by = %(who)s
UNION ALL SELECT reason FROM {board}{suffix} WHERE reason_by = %(who)s"""

PERSONAL = {
    (USER_DIRECTORY.table, "name"),
    (USER_DIRECTORY.table, "email"),
    (REQUEST_BOARD.table, "note"),
    (REQUEST_BOARD.table, "reason"),
    (INVITATIONS.table, "note"),
    (API_KEYS.table, "name"),
    (LINKED_ACCOUNTS.table, "name"),
}
OF_NOBODY = {
    (USER_DIRECTORY.table, "role"),
    *((REQUEST_BOARD.table, column) for column in ("title", "note_by", "reason_by")),
    (INVITATIONS.table, "created_by"),
    (API_KEYS.table, "user_id"),
    (LINKED_ACCOUNTS.table, "user_id"),
}


class Halfway:
    """The log, whose readers have read all there was and are then held up until `goes_on`."""

    def __init__(self, log: Any) -> None:
        self._log = log
        self.is_read, self.goes_on = asyncio.Event(), asyncio.Event()
        self.read, self.head, self.wait = log.read, log.head, log.wait

    async def scan(self, *, after: int, until: int, batch: int = 500) -> AsyncIterator[Sequence[Recorded]]:
        async for found in self._log.scan(after=after, until=until, batch=batch):
            yield found
        self.is_read.set()
        await self.goes_on.wait()


async def test_who_is_deleted_while_views_are_built_has_neither_name_nor_words_in_them(database_url: str) -> None:
    async with world(database_url) as here, running(a_projector(here).run):
        await here.views_at(await here.live(150, seed=2))
        author = await an_author(here)
        assert len(await words_of(here, author)) > 1
        halfway = Halfway(here.log)
        building = asyncio.create_task(rebuild(VIEWS, halfway, here.url))
        await halfway.is_read.wait()
        deleted = await here.record(deletion(here, author))
        await here.views_at(deleted)
        halfway.goes_on.set()
        assert await building >= deleted
        assert await words_of(here, author) == []
        assert [(await verify(view, here.log, here.url)).differing for view in VIEWS] == [0] * len(VIEWS)


async def test_words_that_arrive_after_their_author_was_deleted_are_erased(database_url: str) -> None:
    async with world(database_url) as here, running(a_projector(here).run):
        await here.views_at(await here.live(150, seed=2))
        author = await an_author(here)
        # Was under way when its author was deleted, and is read by somebody who still has the key.
        orders = (
            RejectRequest(actor=author, at=LATER, request_id=each, reason="No room.") for each in here.house.requests
        )
        rejected = next(happening for order in orders if (happening := here.house.do(order)))
        await here.log.append(deletion(here, author).append())
        await here.views_at(await here.record(rejected))
        assert await words_of(here, author) == [("No room.",)]
        await here.keyring.destroy(author)
        assert (await verify(REQUEST_BOARD, here.log, here.url)).differing == 1
        assert await PostgresEraser(here.database, VIEWS).erase() == 1
        assert await words_of(here, author) == []
        assert (await verify(REQUEST_BOARD, here.log, here.url)).differing == 0


async def test_words_whose_key_is_destroyed_while_they_are_compared_are_no_difference(database_url: str) -> None:
    async with world(database_url) as here:
        await a_house(here)
        author = await an_author(here)
        log = Batches(here.log, size=15)
        log.waits = asyncio.Event()
        checking = asyncio.create_task(verify(REQUEST_BOARD, log, here.url))
        await eventually(log.has_begun)
        await here.keyring.destroy(author)
        log.waits.set()
        check = await checking
        assert (check.differing, check.differences) == (0, ())
        assert (await verify(REQUEST_BOARD, here.log, here.url)).differing > 0, "nobody has erased them yet"


async def test_what_a_build_left_that_broke_off_is_erased_and_the_build_goes_on(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "STEP", 40)
    async with world(database_url) as here:
        head = await a_house(here)
        author = await an_author(here)
        log = Batches(here.log, size=15, end_at=head - 20)
        with pytest.raises(LogUnavailable):
            await rebuild(VIEWS, log, here.url, on_progress=lambda at, _: log.cut_at(at, here.url))
        assert await words_of(here, author, "__next") != []
        async with running(a_projector(here).run):
            await here.views_at(await here.record(deletion(here, author)))
        live = await here.tables()
        async with here.database.connection() as busy, busy.transaction():
            await busy.execute(f"SELECT FROM {USER_DIRECTORY.table}__next WHERE user_id = %s FOR UPDATE", (author,))
            await PostgresEraser(here.database, VIEWS).erase()  # leaves that table for another time
        assert len(await words_of(here, author, "__next")) == 1
        await PostgresEraser(here.database, VIEWS).erase()
        assert await words_of(here, author, "__next") == []
        log.end_at = None
        await rebuild(VIEWS, log, here.url, resume=True)
        assert await here.tables() == live


async def test_the_planner_notes_down_nothing_that_is_personal(database_url: str) -> None:
    async with world(database_url) as here:
        await a_house(here)
        async with here.database.connection() as connection:
            await connection.execute("ANALYZE")
        noted = set(
            await here.rows("SELECT tablename::text, attname::text FROM pg_stats WHERE tablename ~ '_v[0-9]+$'")
        )
        assert {(view.table, view.key) for view in VIEWS} <= noted
        assert noted >= OF_NOBODY
        assert not PERSONAL & noted
        marked = {(view.table, column, each.of) for view in VIEWS for each in view.personal for column in each.columns}
        assert {(table, column) for table, column, of in marked if column != of} == PERSONAL


def deletion(here: World, person: UUID) -> Happening:
    actor = next(other for other in here.house.people if other != person)
    happening = here.house.do(DeleteUser(actor=actor, at=LATER, user_id=person))
    assert happening is not None
    return happening


async def an_author(here: World) -> UUID:
    """Somebody who wrote a note with what they asked for first."""
    ((author,), *_) = await here.rows(
        f"SELECT note_by FROM {REQUEST_BOARD.table} WHERE note_by IS NOT NULL ORDER BY created_at, request_id LIMIT 1"
    )
    return UUID(str(author))


async def words_of(here: World, person: UUID, suffix: str = "") -> Sequence[tuple[Any, ...]]:
    async with here.database.connection() as connection:
        return await (
            await connection.execute(
                WORDS.format(people=USER_DIRECTORY.table, board=REQUEST_BOARD.table, suffix=suffix), {"who": person}
            )
        ).fetchall()
