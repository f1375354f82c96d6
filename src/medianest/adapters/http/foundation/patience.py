"""How long somebody may take to read what they asked for."""

import asyncio
from typing import Final

STALLED_AFTER: Final = 30.0
"""Seconds in which whoever is sent an answer has to take some of it."""


class Patience:
    """Looks, while an answer waits for its reader, whether some of it was taken, and cuts the connection if not."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._waiting = 0
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """From now on; again, it begins anew."""
        self.end()
        self._waiting = self._transport.get_write_buffer_size()
        self._timer = self._loop.call_later(STALLED_AFTER, self._look)

    def end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = None
        waiting = self._transport.get_write_buffer_size()
        if waiting and waiting >= self._waiting:
            self._transport.abort()
        elif waiting:
            self.begin()
