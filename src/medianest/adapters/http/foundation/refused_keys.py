"""API keys that open nothing: after so many from one address, nobody is asked about the next."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from typing import Final, TypeVar
from weakref import WeakValueDictionary

from medianest.adapters.http.foundation.caller import Authenticate, Caller
from medianest.adapters.http.foundation.problems import TooManyRequests
from medianest.ports.cache import RateLimiter

K = TypeVar("K")
V = TypeVar("V")

QUOTA: Final = 30
"""Refused keys from one address at once; then one every two seconds."""
PER_SECOND: Final = 0.5
REMEMBERED: Final = 10_000
"""Good keys, and addresses; the least recently used goes first."""


class RefusedKeys:
    """Asks `authenticate` about keys. What was good lately is always asked about, so that a flood of made-up keys shuts
    nobody out who uses theirs; the others from one address are asked about one after the other, so that no more of them
    come through at once than one by one. `monotonic` in seconds."""

    def __init__(
        self, authenticate: Authenticate, limiter: RateLimiter, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._authenticate = authenticate
        self._limiter = limiter
        self._monotonic = monotonic
        self._good: OrderedDict[bytes, None] = OrderedDict()
        self._shut: OrderedDict[str, float] = OrderedDict()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def ask(self, key: str, address: str) -> Caller | None:
        """Raises TooManyRequests, and what `authenticate` raises."""
        mark = sha256(key.encode()).digest()
        if mark not in self._good:
            async with self._turns.setdefault(address, asyncio.Lock()):
                if mark not in self._good:
                    self._ensure_open(address)
                    return await self._answer(key, mark, address)
        return await self._answer(key, mark, address)

    async def _answer(self, key: str, mark: bytes, address: str) -> Caller | None:
        caller = await self._authenticate(key)
        if caller is not None:
            _remember(self._good, mark, None)
            return caller
        self._good.pop(mark, None)
        allowance = await self._limiter.take(f"keys:{address}", capacity=QUOTA, per_second=PER_SECOND)
        if not allowance.left:
            _remember(self._shut, address, self._monotonic() + allowance.next_in)
        return None

    def _ensure_open(self, address: str) -> None:
        left = self._shut.get(address, 0.0) - self._monotonic()
        if left > 0:
            raise TooManyRequests(left)


def _remember(kept: OrderedDict[K, V], name: K, value: V) -> None:
    kept[name] = value
    kept.move_to_end(name)
    if len(kept) > REMEMBERED:
        kept.popitem(last=False)
