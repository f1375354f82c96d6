"""Marks of generations on Redis or Valkey: one hash, read whole."""

from collections.abc import Mapping
from typing import Final, cast

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from medianest.adapters.redis.connection import Circuit

KEY: Final = "medianest:generations"
KEPT: Final = 90 * 86_400
"""Seconds after the last one was renewed: longer than anything is kept in a cache."""


class RedisGenerations:
    """Implements Generations. `client` comes from `connect`; it must hand out bytes."""

    def __init__(self, client: Redis, circuit: Circuit | None = None, *, key: str = KEY) -> None:
        self._client = client
        self._circuit = circuit or Circuit()
        self._key = key

    async def all(self) -> Mapping[str, str] | None:
        async def read() -> Mapping[str, str] | None:
            try:
                found = cast("Mapping[bytes, bytes]", await self._client.hgetall(self._key))
            except ResponseError:  # something else lies under our key: it is nobody's mark, and in the way of ours
                await self._client.delete(self._key)
                return {}
            # Somebody else's bytes are marks all the same: whatever they are, they differ from ours.
            return {name.decode("utf-8", "replace"): mark.hex() for name, mark in found.items()}

        return await self._circuit.call(read, None)

    async def renew(self, name: str, mark: str) -> bool:
        async def write() -> bool:
            async with self._client.pipeline(transaction=True) as together:
                together.hset(self._key, name, bytes.fromhex(mark))
                together.expire(self._key, KEPT)
                await together.execute()
            return True

        return await self._circuit.call(write, False)
