"""Telling every process at once, by Redis or Valkey's publish and subscribe."""

import asyncio
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
    """Implements Broadcast. `client` comes from `connect`; a listener has a connection of its own."""

    def __init__(self, client: Redis, circuit: Circuit | None = None, *, pause: float = PAUSE) -> None:
        self._client = client
        self._circuit = circuit or Circuit()
        self._pause = pause

    async def tell(self, topic: str, message: bytes) -> None:
        async def publish() -> None:
            await self._client.publish(PREFIX + topic, message)

        await self._circuit.call(publish, None)

    async def listen(self, topic: str) -> AsyncIterator[bytes]:
        while True:
            with suppress(RedisError, OSError, TimeoutError):
                async with self._client.pubsub(ignore_subscribe_messages=True) as heard:
                    await heard.subscribe(PREFIX + topic)
                    while True:
                        message = await heard.get_message(timeout=HEARTBEAT)
                        if message is None:
                            await heard.ping()
                        elif message["type"] == "message":
                            yield message["data"]
            await asyncio.sleep(self._pause)
