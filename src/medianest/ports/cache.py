"""A cache that may be wiped or gone at any time: slower, not broken."""

from collections.abc import AsyncIterator
from typing import Protocol

import msgspec


class Cache(Protocol):
    """No method raises when the cache is away: a read finds nothing, a write does nothing."""

    async def get(self, key: str) -> bytes | None: ...

    async def put(self, key: str, value: bytes, *, ttl: float) -> None:
        """Keep `value` for `ttl` seconds."""

    async def ping(self) -> bool:
        """Whether the cache answers."""


class Allowance(msgspec.Struct, frozen=True, kw_only=True):
    """Whether there was a token, how many whole ones are left, and the seconds until there is one more."""

    is_granted: bool
    left: int
    next_in: float


class RateLimiter(Protocol):
    async def take(self, bucket: str, *, capacity: int, per_second: float) -> Allowance:
        """Take one token, if there is one. Never raises for a server that is away: then each process counts by itself.
        Raises ValueError for a bucket that could hold nothing."""


class Broadcast(Protocol):
    """What is worth telling at once and not worth keeping: progress of long work, to whoever happens to look."""

    async def tell(self, topic: str, message: bytes) -> None:
        """Tell everybody who listens now, in any process. Never raises: what nobody hears is lost, and that is all."""

    def listen(self, topic: str) -> AsyncIterator[bytes]:
        """What is told from now on, without end. While the store behind it is away, nothing is."""
