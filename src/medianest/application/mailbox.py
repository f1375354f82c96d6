"""What waits for one listener. There may be thousands, with nothing in them: they are a tenth of an `asyncio.Queue`."""

import asyncio
from typing import Final, Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """Holds up to `room` messages, in their order, for one reader. All calls come from one event loop."""

    __slots__ = ("_has_ended", "_room", "_waiting", "_wake")

    def __init__(self, room: int) -> None:
        self._room: Final = room
        self._waiting: list[T] = []
        self._wake: asyncio.Future[None] | None = None
        self._has_ended = False

    @property
    def is_over(self) -> bool:
        """It was ended, and all of it was read."""
        return self._has_ended and not self._waiting

    def put(self, message: T, *, instead: T) -> None:
        """Add it; where there is no room, `instead` takes the place of all that waits. Nothing comes behind the end."""
        if self._has_ended:
            return
        if len(self._waiting) >= self._room:
            self._waiting[:] = [instead]
        else:
            self._waiting.append(message)
        self._look()

    def end(self) -> None:
        """Nothing more comes than what waits; where too much waits, not even that."""
        self._has_ended = True
        if len(self._waiting) >= self._room:
            self._waiting.clear()
        self._look()

    async def take(self, within: float | None = None) -> T | None:
        """The next message. None once it is over, or where nothing came `within` so many seconds."""
        if not self._waiting and not self._has_ended:
            loop = asyncio.get_running_loop()
            self._wake = loop.create_future()
            alarm = None if within is None else loop.call_later(within, self._look)
            try:
                await self._wake
            finally:
                self._wake = None
                if alarm is not None:
                    alarm.cancel()
        return self._waiting.pop(0) if self._waiting else None

    def _look(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)
