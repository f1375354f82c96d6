"""Request rate limits on Redis or Valkey: a token bucket in one round trip, the same for all processes.

Plain protection against haste, not a security boundary: a limiter that is away lets everybody through. Limits that
security depends on live in the database.
"""

from importlib.resources import files
from typing import Final

from redis.asyncio import Redis

from medianest.adapters.redis.connection import Circuit

PREFIX: Final = "medianest:rate:"


class RedisRateLimiter:
    """Implements RateLimiter. `client` comes from `connect`.

    The script is sent once and then called by its hash; a server that has forgotten it (a restart) is sent it again.
    Buckets expire as soon as they would be full, so that a flood of names leaves nothing behind.
    """

    def __init__(self, client: Redis, circuit: Circuit | None = None, *, prefix: str = PREFIX) -> None:
        script = files("medianest.adapters.redis").joinpath("rate_limit.lua").read_text("utf-8")
        self._take = client.register_script(script)
        self._circuit = circuit or Circuit()
        self._prefix = prefix

    async def take(self, bucket: str, *, capacity: int, per_second: float) -> float:
        """Take one token: 0.0 if there was one, else the seconds until there is.

        Raises ValueError unless `capacity` is at least 1 and `per_second` above 0.
        """
        if capacity < 1 or per_second <= 0:
            raise ValueError("A bucket holds at least one token and refills.")

        async def ask() -> float:
            return float(await self._take(keys=[self._prefix + bucket], args=[capacity, per_second]))

        return await self._circuit.call(ask, 0.0)
