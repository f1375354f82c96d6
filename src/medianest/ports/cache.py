"""A cache that may be wiped or gone at any time: slower, not broken."""

from typing import Protocol


class Cache(Protocol):
    """No method raises when the cache is away: a read finds nothing, a write does nothing."""

    async def get(self, key: str) -> bytes | None: ...

    async def put(self, key: str, value: bytes, *, ttl: float) -> None:
        """Keep `value` for `ttl` seconds."""

    async def ping(self) -> bool:
        """Whether the cache answers."""


class RateLimiter(Protocol):
    async def take(self, bucket: str, *, capacity: int, per_second: float) -> float:
        """Take one token: 0.0 if there was one, else the seconds until there is. Never raises for a server that is
        away: then each process counts by itself. Raises ValueError for a bucket that could hold nothing."""
