"""Telling every process at once, by Redis or Valkey's publish and subscribe."""

import asyncio
import hmac
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from medianest.adapters.redis.connection import Circuit

PREFIX: Final = "medianest:told:"
HEARTBEAT: Final = 5.0
"""Seconds after which a listener that heard nothing asks whether the server is still there."""
PAUSE: Final = 1.0


class RedisBroadcast:
    """Implements Broadcast. `client` comes from `connect`; a listener has a connection of its own.

    Keys lie in the database whose number `client` names; channels are of the whole server. So they are named by that
    number and by the house, which `key`, the server's secret, tells from others: nobody else's news are heard here.
    """

    def __init__(self, client: Redis, key: bytes, circuit: Circuit | None = None, *, pause: float = PAUSE) -> None:
        self._client = client
        number = client.connection_pool.connection_kwargs.get("db") or 0
        house = hmac.digest(key, b"medianest broadcast", "sha256")[:8].hex()
        self._prefix = f"{PREFIX}{number}:{house}:"
        self._circuit = circuit or Circuit()
        self._pause = pause

    def channel(self, topic: str) -> str:
        return self._prefix + topic

    async def tell(self, topic: str, message: bytes) -> None:
        async def publish() -> None:
            await self._client.publish(self.channel(topic), message)

        await self._circuit.call(publish, None)

    async def listen(self, topic: str) -> AsyncIterator[bytes]:
        while True:
            with suppress(RedisError, OSError, TimeoutError):
                async with self._client.pubsub(ignore_subscribe_messages=True) as heard:
                    await heard.subscribe(self.channel(topic))
                    while True:
                        message = await heard.get_message(timeout=HEARTBEAT)
                        if message is None:
                            await heard.ping()
                        elif message["type"] == "message":
                            yield message["data"]
            await asyncio.sleep(self._pause)
