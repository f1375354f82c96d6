"""Token buckets in this process: what holds while the limiter that all processes share is away."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from medianest.ports.cache import Allowance

KEPT: Final = 10_000
"""Buckets that are remembered; the least recently used goes first, and is full when it comes back."""


class MemoryRateLimiter:
    """Implements RateLimiter for one process. `monotonic` in seconds."""

    def __init__(self, *, kept: int = KEPT, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._kept = kept
        self._monotonic = monotonic
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def take(self, bucket: str, *, capacity: int, per_second: float) -> Allowance:
        """Take one token, if there is one.

        Raises ValueError unless `capacity` is at least 1 and `per_second` above 0.
        """
        if capacity < 1 or per_second <= 0:
            raise ValueError("A bucket holds at least one token and refills.")
        now = self._monotonic()
        tokens, since = self._buckets.pop(bucket, (float(capacity), now))
        tokens = min(float(capacity), tokens + (now - since) * per_second)
        is_granted = tokens >= 1
        tokens -= is_granted
        self._buckets[bucket] = (tokens, now)
        if len(self._buckets) > self._kept:
            self._buckets.popitem(last=False)
        return Allowance(is_granted=is_granted, left=int(tokens), next_in=(1 - tokens % 1) / per_second)
