"""Ending tasks that run until they are cancelled."""

import asyncio
from typing import Any, Final

AGAIN: Final = 0.5


async def end(*tasks: asyncio.Task[Any], again: float = AGAIN) -> None:
    """Cancel `tasks` and wait until they have ended, with whatever outcome.

    They are cancelled again every `again` seconds: up to Python 3.11 `asyncio.wait_for`, through which psycopg waits,
    forgets a cancellation that comes in the same moment as what it waits for (python/cpython#86296), and a task that
    runs for ever would then run for ever.
    """
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=again)
    for task in tasks:
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not complain that nobody did
