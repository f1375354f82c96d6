"""Leases on Redis or Valkey."""

from secrets import token_bytes
from typing import Final

from redis.asyncio import Redis

from medianest.adapters.redis.connection import Circuit

PREFIX: Final = "medianest:lease:"
ALONE: Final = b""
"""The token of everybody while the server is away."""

GIVE_BACK: Final = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


class RedisLeases:
    """Implements Leases. `client` comes from `connect`."""

    def __init__(self, client: Redis, circuit: Circuit | None = None, *, prefix: str = PREFIX) -> None:
        self._client = client
        self._circuit = circuit or Circuit()
        self._prefix = prefix
        self._give_back = client.register_script(GIVE_BACK)

    async def take(self, name: str, *, ttl: float) -> bytes | None:
        token = token_bytes(16)

        async def ask() -> bytes | None:
            is_ours = await self._client.set(self._prefix + name, token, nx=True, px=max(1, round(ttl * 1000)))
            return token if is_ours else None

        return await self._circuit.call(ask, ALONE)

    async def give_back(self, name: str, token: bytes) -> None:
        if token == ALONE:
            return

        async def ask() -> None:
            await self._give_back(keys=[self._prefix + name], args=[token])

        await self._circuit.call(ask, None)
