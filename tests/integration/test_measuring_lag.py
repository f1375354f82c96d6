"""What the benchmarks call behind, and the past that they measure in."""

import pytest
from benchmarks import residents
from benchmarks.lag import caught_up, lag

from medianest.adapters.postgres.pool import Database
from medianest.application.reactions import REACTIONS
from medianest.projections.catalog import PROJECTIONS

KEY = b"the key of a house that is measured, of 32 and more bytes"


async def test_behind_is_the_age_of_the_first_event_that_is_not_handled(database_url: str) -> None:
    head = await residents.settle(database_url, KEY, 3)
    assert head == 2 * len(residents.people(3)) + 3 * 3  # a claim and an account; a claim, a request and a quota
    async with Database(database_url) as database:
        await _follow(database, views=head, reactions=head)
        assert (await lag(database, target=head)).is_behind is False
        assert (await lag(database)).views == 0
        assert await caught_up(database, target=head, within=5) < 5
        await _follow(database, views=head, reactions=head - 1)
        seen = await lag(database, target=head)
    assert seen.is_behind
    assert seen.views == 0
    assert seen.reactions > 0


async def test_views_that_are_not_there_yet_are_behind(database_url: str) -> None:
    head = await residents.settle(database_url, KEY, 1)
    async with Database(database_url) as database:
        seen = await lag(database, target=head)
        assert seen.is_behind
        assert seen.views > 0
        with pytest.raises(TimeoutError):
            await caught_up(database, target=head, within=0.05)


async def _follow(database: Database, *, views: int, reactions: int) -> None:
    async with database.connection() as connection:
        await connection.execute("DELETE FROM checkpoints")
        await connection.execute("DELETE FROM reaction_checkpoints")
        for view in PROJECTIONS.values():
            await connection.execute(
                "INSERT INTO checkpoints (name, shape, position) VALUES (%s, %s, %s)", (view.name, view.shape, views)
            )
        for reaction in REACTIONS:
            await connection.execute(
                "INSERT INTO reaction_checkpoints (name, position) VALUES (%s, %s)", (reaction.name, reactions)
            )
