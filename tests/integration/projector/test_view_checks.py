"""Whether a view is what the log says."""

import pytest
from tests.followers import a_projector, running, world

from medianest.adapters.postgres.rebuild import rebuild
from medianest.adapters.postgres.rebuilds import PostgresRebuilds
from medianest.adapters.postgres.view_checks import verify
from medianest.ports.failures import ViewNotBuilt
from medianest.ports.rebuilds import RowDifference
from medianest.projections.catalog import PROJECTIONS
from medianest.projections.dashboard import DASHBOARD
from medianest.projections.request_board import REQUEST_BOARD
from medianest.projections.user_directory import USER_DIRECTORY

PEOPLE = USER_DIRECTORY.table


async def test_views_that_are_as_the_log_says_are_found_so_while_the_house_lives(database_url: str) -> None:
    async with world(database_url) as here, running(a_projector(here).run):
        await here.views_at(await here.live(150, seed=2))

        async def live() -> None:
            while True:
                await here.live(3)

        async with running(live):
            told: list[tuple[int, int]] = []
            for view in PROJECTIONS.values():
                check = await verify(view, here.log, here.url, lambda *progress: told.append(progress))
                assert (check.differing, check.differences) == (0, ())
                assert check.compared > 0
                assert told[-1] == (check.position, check.position)
        assert {check.name for check in await PostgresRebuilds(here.database).checks()} == set(PROJECTIONS)


async def test_rows_that_differ_are_named_by_key_and_column_and_a_rebuild_mends_them(database_url: str) -> None:
    async with world(database_url) as here:
        async with running(a_projector(here).run):
            await here.views_at(await here.live(150, seed=2))
        whole = await here.tables()
        rows = await here.rows(f"SELECT user_id::text FROM {PEOPLE} ORDER BY user_id")
        (first,), (second,), (third,) = rows[:3]
        async with here.database.connection() as connection:
            change = f"UPDATE {PEOPLE} SET name = 'Mallory', version = 99 WHERE user_id = %s"
            await connection.execute(change, (first,))
            await connection.execute(f"DELETE FROM {PEOPLE} WHERE user_id = %s", (second,))
            await connection.execute(
                f"INSERT INTO {PEOPLE} SELECT (r).* FROM (SELECT jsonb_populate_record(p, %s) AS r "
                f"FROM {PEOPLE} AS p WHERE user_id = %s) AS copied",
                ('{"user_id": "ffffffff-ffff-ffff-ffff-ffffffffffff"}', third),
            )
            await connection.execute("UPDATE dashboard_v1_counters SET value = value + 1 WHERE counter = 'total'")
        check = await verify(USER_DIRECTORY, here.log, here.url)
        assert check.differing == 3
        assert check.differences == (
            RowDifference(key=first, kind="different", columns=("name", "version")),
            RowDifference(key=second, kind="missing"),
            RowDifference(key="ffffffff-ffff-ffff-ffff-ffffffffffff", kind="extra"),
        )
        counted = await verify(DASHBOARD, here.log, here.url)
        assert counted.differences == (RowDifference(key="total", kind="different", columns=("value",)),)
        register = PostgresRebuilds(here.database)
        assert {one.name: one.differing for one in await register.checks()} == {"user_directory": 3, "dashboard": 1}
        await rebuild([USER_DIRECTORY, DASHBOARD], here.log, here.url)
        assert await here.tables() == whole
        assert await register.checks() == []
        assert (await verify(USER_DIRECTORY, here.log, here.url)).differing == 0


async def test_a_view_that_is_not_built_yet_cannot_be_compared(database_url: str) -> None:
    async with world(database_url) as here:
        async with here.database.connection() as connection:
            await connection.execute("DELETE FROM checkpoints WHERE name = 'request_board'")
        with pytest.raises(ViewNotBuilt):
            await verify(REQUEST_BOARD, here.log, here.url)
