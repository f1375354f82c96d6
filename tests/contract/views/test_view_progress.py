"""What is promised to those who wait for a view."""

import asyncio
import time

from tests.followers import a_projector, cut_connections, running, world


async def test_nobody_waits_for_what_is_there(database_url: str) -> None:
    async with world(database_url) as here, running(a_projector(here).run):
        head = await here.live(20)
        await here.views_at(head)
        assert await here.progress.wait(["request_board", "inbox"], position=head, timeout=0.0)
        assert await here.progress.position(["request_board", "inbox"]) == head
        assert await here.progress.wait([], position=head, timeout=0.0)
        states = {state.name: state for state in await here.progress.states()}
        assert states["inbox"].position == head
        assert {state.lag for state in states.values()} == {0}


async def test_whoever_waits_in_vain_is_told_so_in_time(database_url: str) -> None:
    async with world(database_url) as here:
        head = await here.live(20)
        began = time.monotonic()
        assert not await here.progress.wait(["request_board"], position=head, timeout=0.2)
        assert 0.2 <= time.monotonic() - began < 2.0
        assert await here.progress.position(["request_board"]) == 0


async def test_many_who_wait_are_woken_together(database_url: str) -> None:
    async with world(database_url) as here, running(a_projector(here).run):
        await here.views_at(await here.live(20))
        head = await here.log.head()
        waiting = [
            asyncio.create_task(here.progress.wait(["inbox"], position=head + 1, timeout=10.0)) for _ in range(50)
        ]
        await asyncio.sleep(0)
        await here.live(10)
        assert all(await asyncio.gather(*waiting))


async def test_progress_is_seen_although_the_wake_up_was_lost(database_url: str) -> None:
    async with world(database_url) as here:
        await here.live(20)
        await here.progress.position(["inbox"])
        await cut_connections(database_url, "medianest signals")
        async with here.database.connection() as connection:
            await connection.execute("UPDATE checkpoints SET position = 7 WHERE name = 'inbox'")
        assert await here.progress.wait(["inbox"], position=7, timeout=5.0)
