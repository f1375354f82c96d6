"""When and from where sessions and API keys were last used: gathered in memory, and written down now and then, so that
no request waits for it. A process that dies forgets half a minute."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from medianest.ports.failures import Unavailable
from medianest.ports.sessions import Sighting
from medianest.ports.surroundings import Clock

EACH: Final = timedelta(minutes=1)
"""Whoever was noted so recently is not noted again."""
EVERY: Final = 30.0
"""Seconds between two times of writing it down."""
MOST: Final = 100_000
"""Sightings that wait while the database is away, and what is remembered of late ones. No more are noted then."""

Keep = Callable[[Mapping[UUID, Sighting]], Awaitable[None]]


class Presence:
    """`sessions` and `keys` write sightings down, each of its own kind."""

    def __init__(self, sessions: Keep, keys: Keep, clock: Clock) -> None:
        self._sessions = _Sightings(sessions)
        self._keys = _Sightings(keys)
        self._clock = clock

    def saw_session(self, session_id: UUID, address: str | None) -> None:
        self._sessions.note(session_id, Sighting(at=self._clock.now(), address=address))

    def saw_key(self, key_id: UUID, address: str | None) -> None:
        self._keys.note(key_id, Sighting(at=self._clock.now(), address=address))

    async def run(self) -> None:
        """Write down what was seen, now and then, until cancelled. A database that is away only delays it."""
        while True:
            await asyncio.sleep(EVERY)
            await self.flush()

    async def flush(self) -> None:
        """Write down what was seen. What cannot be written waits for the next time."""
        for sightings in (self._sessions, self._keys):
            await sightings.flush(self._clock.now())


class _Sightings:
    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._waiting: dict[UUID, Sighting] = {}
        self._noted: dict[UUID, datetime] = {}

    def note(self, seen: UUID, sighting: Sighting) -> None:
        before = self._noted.get(seen)
        if (before is None and len(self._noted) >= MOST) or (before is not None and sighting.at - before < EACH):
            return
        self._noted[seen] = sighting.at
        self._waiting[seen] = sighting

    async def flush(self, now: datetime) -> None:
        written, self._waiting = self._waiting, {}
        if written:
            try:
                await self._keep(written)
            except Unavailable:
                self._waiting = {**written, **self._waiting}
        self._noted = {seen: at for seen, at in self._noted.items() if now - at < EACH or seen in self._waiting}
