"""Rebuilds on bad days: killed in the middle of the exchange, and a disk without room."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.followers import World, a_projector, running, world
from tests.integration.projector.building import a_house, exists, indexes_of

from medianest.adapters.postgres.rebuild import rebuild
from medianest.adapters.postgres.rebuilds import PostgresRebuilds, beside
from medianest.ports.event_log import LogFull
from medianest.ports.failures import LogUnavailable
from medianest.projections.catalog import PROJECTIONS
from medianest.projections.request_board import REQUEST_BOARD

VIEWS = tuple(PROJECTIONS.values())


@asynccontextmanager
async def fault_at(here: World, command: str, fault: str) -> AsyncIterator[None]:
    """Whoever runs this command of the data definition language meets `fault` once it has run."""
    async with here.database.connection() as connection:
        await connection.execute(
            f"CREATE FUNCTION fault() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN {fault}; END $$"
        )
        await connection.execute(
            f"CREATE EVENT TRIGGER fault ON ddl_command_end WHEN TAG IN ('{command}') EXECUTE FUNCTION fault()"
        )
        try:
            yield
        finally:
            await connection.execute("DROP EVENT TRIGGER fault")
            await connection.execute("DROP FUNCTION fault")


async def test_whoever_is_killed_in_the_middle_of_the_exchange_leaves_all_views_as_they_were(
    database_url: str,
) -> None:
    async with world(database_url) as here, running(a_projector(here).run):
        await here.views_at(await here.live(150, seed=2))
        live, indexes = await here.tables(), await indexes_of(here)
        # What is renamed has its new name by then; what is being built is altered as well.
        is_exchanged = "SELECT FROM pg_event_trigger_ddl_commands() WHERE object_identity NOT LIKE '%\\_\\_next%'"
        fault = f"IF EXISTS ({is_exchanged}) THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF"
        async with fault_at(here, "ALTER TABLE", fault):
            with pytest.raises(LogUnavailable):
                await rebuild(VIEWS, here.log, here.url)
        assert await here.tables() == live
        await here.views_at(await here.live(20))
        head = await here.log.head()
        assert await rebuild(VIEWS, here.log, here.url, resume=True) == head
        assert await indexes_of(here) == indexes
        after = await here.tables()
        await rebuild(VIEWS, here.log, here.url)
        assert await here.tables() == after
        states = [one.state for one in await PostgresRebuilds(here.database).list()]
        assert states == ["completed", "completed"]


async def test_a_disk_that_fills_during_a_rebuild_is_said_and_the_room_is_given_back(database_url: str) -> None:
    async with world(database_url) as here:
        await a_house(here)
        live = await here.tables()
        async with fault_at(here, "CREATE INDEX", "RAISE 'no room' USING ERRCODE = 'disk_full'"):
            # The index by which events find rows comes first, so this view is not even begun ...
            with pytest.raises(LogFull):
                await rebuild([REQUEST_BOARD], here.log, here.url)
            # ... and this one is folded before its indexes are made.
            with pytest.raises(LogFull):
                await rebuild([PROJECTIONS["inbox"]], here.log, here.url)
        assert await here.tables() == live
        for view in VIEWS:
            assert not await exists(here, beside(view))
        (failed,) = await PostgresRebuilds(here.database).list()
        assert (failed.views, failed.state, failed.error) == (
            ("inbox",),
            "failed",
            "The disk of the database is full.",
        )
        await rebuild(VIEWS, here.log, here.url)
        assert await here.tables() == live
