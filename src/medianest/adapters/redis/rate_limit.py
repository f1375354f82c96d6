"""Request rate limits on Redis or Valkey: a token bucket in one round trip, the same for all processes.

Plain protection against haste, not a security boundary. The server may forget a bucket at any time: it is away, was
wiped, or is full of what somebody made us keep (`allkeys-lru`). So each process counts by itself as well what it
granted, and grants nobody more than a bucket holds.
"""

from importlib.resources import files
from typing import Final

from redis.asyncio import Redis

from medianest.adapters.redis.connection import Circuit
from medianest.ports.cache import Allowance, RateLimiter

PREFIX: Final = "medianest:rate:"


class RedisRateLimiter:
    """Implements RateLimiter. `client` comes from `connect`; `own` counts what this process grants.

    The script is sent once and then called by its hash; a server that has forgotten it (a restart) is sent it again.
    Buckets expire as soon as they would be full, so that a flood of names leaves nothing behind.
    """

    def __init__(
        self, client: Redis, own: RateLimiter, circuit: Circuit | None = None, *, prefix: str = PREFIX
    ) -> None:
        self._own = own
        script = files("medianest.adapters.redis").joinpath("rate_limit.lua").read_text("utf-8")
        self._take = client.register_script(script)
        self._circuit = circuit or Circuit()
        self._prefix = prefix

    async def take(self, bucket: str, *, capacity: int, per_second: float) -> Allowance:
        """Take one token, if there is one.

        Raises ValueError unless `capacity` is at least 1 and `per_second` above 0.
        """
        if capacity < 1 or per_second <= 0:
            raise ValueError("A bucket holds at least one token and refills.")

        async def ask() -> Allowance | None:
            granted, tokens = await self._take(keys=[self._prefix + bucket], args=[capacity, per_second])
            left = float(tokens)
            return Allowance(is_granted=bool(granted), left=int(left), next_in=(1 - left % 1) / per_second)

        shared = await self._circuit.call(ask, None)
        if shared is not None and not shared.is_granted:
            return shared
        own = await self._own.take(bucket, capacity=capacity, per_second=per_second)
        # Ours holds at least as much as that of all, unless that was forgotten.
        return shared if shared is not None and own.is_granted else own
