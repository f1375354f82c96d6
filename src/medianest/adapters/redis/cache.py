"""The cache on Redis or Valkey."""

from typing import Final

from redis.asyncio import Redis

from medianest.adapters.redis.connection import Circuit

PREFIX: Final = "medianest:cache:"


class RedisCache:
    """Implements Cache. `client` comes from `connect`; it must hand out bytes. Share one `circuit` between all that
    use one server, so that its absence is noticed once."""

    def __init__(self, client: Redis, circuit: Circuit | None = None, *, prefix: str = PREFIX) -> None:
        self._client = client
        self._circuit = circuit or Circuit()
        self._prefix = prefix

    async def get(self, key: str) -> bytes | None:
        async def read() -> bytes | None:
            found = await self._client.get(self._prefix + key)
            return found if isinstance(found, bytes) else None

        return await self._circuit.call(read, None)

    async def put(self, key: str, value: bytes, *, ttl: float) -> None:
        milliseconds = round(ttl * 1000)
        if milliseconds <= 0:
            return

        async def write() -> None:
            await self._client.set(self._prefix + key, value, px=milliseconds)

        await self._circuit.call(write, None)

    async def ping(self) -> bool:
        async def ask() -> bool:
            return bool(await self._client.ping())

        return await self._circuit.call(ask, otherwise=False)

    async def close(self) -> None:
        await self._client.aclose()
