"""A cache that may be wiped or gone at any time: slower, not broken."""

from collections.abc import AsyncIterator, Mapping
from typing import Protocol

import msgspec


class Cache(Protocol):
    """No method raises when the cache is away: a read finds nothing, a write does nothing."""

    async def get(self, key: str) -> bytes | None: ...

    async def put(self, key: str, value: bytes, *, ttl: float) -> None:
        """Keep `value` for `ttl` seconds."""

    async def ping(self) -> bool:
        """Whether the cache answers."""


class TwoTiers(Cache, Protocol):
    """What this process remembers by itself, in front of what all processes share."""

    async def look_again(self, key: str) -> bytes | None:
        """As `get`, but past what this process remembers, if there is anything behind it."""


class Leases(Protocol):
    """Who does something that one process is to do, and not all of them. A lease keeps nobody from anything: it is
    lost with its store, and ends with its time whether or not the work is done."""

    async def take(self, name: str, *, ttl: float) -> bytes | None:
        """A token for `ttl` seconds, or None while somebody else has it. While the store is away everybody gets one."""

    async def give_back(self, name: str, token: bytes) -> None:
        """Nothing happens where the lease has passed on to somebody else. Never raises."""


class Generations(Protocol):
    """Marks that are part of the keys in a cache, by name: whoever renews one leaves behind all that was kept under
    it, in all processes, without looking for it. No method raises while the store is away."""

    async def all(self) -> Mapping[str, str] | None:
        """None while the store is away; a name that nobody ever renewed has no mark."""

    async def renew(self, name: str, mark: str) -> bool:
        """Whether it is certain that the store has it."""


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
