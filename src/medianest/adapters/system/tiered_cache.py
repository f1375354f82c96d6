"""Two caches, one behind the other: what this process remembers, and what all of them share."""

from typing import Final

from medianest.adapters.system.memory_cache import MemoryCache
from medianest.ports.cache import Cache

TRUSTED: Final = 60.0
"""Seconds for which a copy is given without a look at what it was copied from."""
REMEMBERED: Final = 86_400.0
"""Seconds for which it is still something while the shared cache has nothing, or is away."""


class TieredCache:
    """Implements TwoTiers: `near`, then `far`. What another process put is seen here once our own copy is no longer
    trusted; a wiped or absent `far` leaves the copies of a day."""

    def __init__(self, near: MemoryCache, far: Cache, *, trusted: float = TRUSTED) -> None:
        self._near = near
        self._far = far
        self._trusted = trusted

    async def get(self, key: str) -> bytes | None:
        copy = self._near.find(key)
        return copy[0] if copy is not None and copy[1] < self._trusted else await self.look_again(key)

    async def look_again(self, key: str) -> bytes | None:
        found = await self._far.get(key)
        if found is None:
            copy = self._near.find(key)
            return copy and copy[0]
        self._near.keep(key, found, ttl=REMEMBERED)
        return found

    async def put(self, key: str, value: bytes, *, ttl: float) -> None:
        self._near.keep(key, value, ttl=min(ttl, REMEMBERED))
        await self._far.put(key, value, ttl=ttl)

    async def ping(self) -> bool:
        """Whether the shared one answers: ours always does."""
        return await self._far.ping()
