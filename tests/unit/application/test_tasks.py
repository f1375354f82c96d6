"""Ending what runs for ever."""

import asyncio

from medianest.application.tasks import end


async def test_a_task_that_forgets_its_cancellation_is_cancelled_again() -> None:
    forgotten = 0

    async def forgetful() -> None:
        nonlocal forgotten
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                forgotten += 1
                if forgotten == 3:
                    raise

    task = asyncio.create_task(forgetful())
    await asyncio.sleep(0)
    await asyncio.wait_for(end(task, again=0.01), 5)
    assert task.cancelled()
    assert forgotten == 3


async def test_whatever_a_task_ends_with_is_its_own_affair() -> None:
    async def failing() -> None:
        raise RuntimeError

    done, failed = asyncio.create_task(asyncio.sleep(0)), asyncio.create_task(failing())
    waits = asyncio.create_task(asyncio.Event().wait())
    await asyncio.wait({done, failed})
    await end(done, failed, waits)
    assert waits.cancelled()
