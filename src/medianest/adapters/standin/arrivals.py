"""What the Overseerr stand-in was asked for arrives after a while, as if somebody had fetched it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from medianest.adapters.standin.shelf import Asked

Arrive = Callable[[Asked, Sequence[int] | None], Awaitable[object]]


class Arrivals:
    """A film `after` so many seconds, a series season by season; None: nothing arrives by itself. `arrive` is told the
    request and the seasons (None: the film) at their time, whatever has become of the request by then."""

    def __init__(self, after: float | None, arrive: Arrive) -> None:
        self._after = after
        self._arrive = arrive
        self._under_way: set[asyncio.Task[None]] = set()

    def expect(self, asked: Asked, *, turn: int = 1) -> None:
        """In `turn` times as many seconds as usual."""
        if self._after is not None:
            task = asyncio.get_running_loop().create_task(self._bring(asked, self._after, turn))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def close(self) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _bring(self, asked: Asked, after: float, turn: int) -> None:
        await asyncio.sleep(after * (turn - 1))
        for season in asked.seasons or (None,):
            await asyncio.sleep(after)
            await self._arrive(asked, None if season is None else (season,))
