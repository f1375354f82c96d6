"""A broadcast within one process."""

import asyncio
from collections.abc import AsyncIterator


class FakeBroadcast:
    """Implements `Broadcast`."""

    def __init__(self) -> None:
        self._listening: dict[str, list[asyncio.Queue[bytes]]] = {}

    def listeners(self, topic: str) -> int:
        return len(self._listening.get(topic, []))

    async def tell(self, topic: str, message: bytes) -> None:
        for queue in self._listening.get(topic, []):
            queue.put_nowait(message)

    async def listen(self, topic: str) -> AsyncIterator[bytes]:
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        self._listening.setdefault(topic, []).append(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._listening[topic].remove(queue)
