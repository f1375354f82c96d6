"""A rate limiter in a dictionary; `is_away` plays a server that is gone."""

import time


class FakeRateLimiter:
    """Implements `RateLimiter`."""

    def __init__(self) -> None:
        self.is_away = False
        self._held: dict[str, tuple[float, float]] = {}

    async def take(self, bucket: str, *, capacity: int, per_second: float) -> float:
        if capacity < 1 or per_second <= 0:
            raise ValueError("A bucket holds at least one token and refills.")
        if self.is_away:
            return 0.0
        now = time.monotonic()
        tokens, at = self._held.get(bucket, (float(capacity), now))
        tokens = min(capacity, tokens + (now - at) * per_second)
        is_there = tokens >= 1
        self._held[bucket] = (tokens - is_there, now)
        return 0.0 if is_there else (1 - tokens) / per_second
