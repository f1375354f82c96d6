"""Views of another shape: built beside the old ones, which go in time."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from tests.followers import a_projector, running, world
from tests.integration.projector.building import a_house, exists

from medianest.adapters.postgres.progress import PostgresViewProgress
from medianest.adapters.postgres.view_builder import ViewBuilder, tidy
from medianest.projections.catalog import PROJECTIONS
from medianest.projections.request_board import REQUEST_BOARD
from medianest.projections.user_directory import USER_DIRECTORY

NEWER = replace(USER_DIRECTORY, shape=USER_DIRECTORY.shape + 1)


async def test_a_view_of_another_shape_is_built_beside_the_old_one_which_goes_on(database_url: str) -> None:
    async with world(database_url) as here, running(a_projector(here, USER_DIRECTORY).run):
        await here.live(60, seed=2)
        async with (
            PostgresViewProgress(here.database, Deaf(), here.log, [NEWER]) as progress,
            running(a_projector(here, NEWER).run),
        ):
            assert [state.is_built for state in await progress.states()] == [False]
            async with running(ViewBuilder(here.log, here.url, [NEWER]).run):
                head = await here.live(60)
                assert await progress.wait(["user_directory"], position=head, timeout=10.0), here.said
                await here.views_at(head, ["user_directory"])
        old, new = [
            await here.rows(f"SELECT row::text FROM {view.table} AS row ORDER BY 1") for view in (USER_DIRECTORY, NEWER)
        ]
        assert old == new != []


async def test_an_old_shape_goes_a_day_after_its_last_follower(database_url: str) -> None:
    async with world(database_url) as here:
        await a_house(here)
        await ViewBuilder(here.log, here.url, [NEWER]).build_missing()
        catalogue = {**PROJECTIONS, NEWER.name: NEWER}
        assert await tidy(here.url, catalogue) == []
        async with here.database.connection() as connection:
            await connection.execute("UPDATE checkpoints SET updated_at = updated_at - interval '2 days'")
        await here.live(1)
        assert await tidy(here.url, catalogue) == [USER_DIRECTORY.table]
        assert not await exists(here, USER_DIRECTORY.table)
        assert await exists(here, NEWER.table)
        assert await exists(here, REQUEST_BOARD.table)


class Deaf:
    """No notifications: whoever listens has to look."""

    def subscribe(self, channel: str) -> "Deaf":
        return self

    async def wait(self, timeout: float) -> Sequence[str]:
        await asyncio.sleep(0.02)
        return ()
