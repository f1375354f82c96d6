"""Many people at live streams, with as little as possible at this end: one socket each, and when it heard what."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final, cast

AT_ONCE: Final = 100
"""Streams that are opened at the same time."""
PER_ADDRESS: Final = 5_000
"""Streams from one address of this machine: a port is needed for each."""

LAST_CHUNK: Final = b"0\r\n\r\n"


class Listening(asyncio.Protocol):
    """One stream. `is_open`: the server has begun it and not ended it."""

    def __init__(self, request: bytes) -> None:
        self.request = request
        self._welcomed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._awaited: dict[bytes, asyncio.Future[float]] = {}
        self._text = b""
        self.is_open = False
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        cast("asyncio.WriteTransport", transport).write(self.request)  # uvloop's is none by its class

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        if not self._welcomed.done():
            self._text += data
            if b": welcome" in self._text:
                self.is_open = True
                self._welcomed.set_result(None)
                self._text = b""
            elif b"\r\n\r\n" in self._text and not self._text.startswith(b"HTTP/1.1 200 "):
                self._welcomed.set_exception(RuntimeError(self._text.decode(errors="replace")))
        if data.endswith(LAST_CHUNK):
            self.is_open = False
        for word, heard in self._awaited.items():
            if word in data and not heard.done():
                heard.set_result(now)

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        if not self._welcomed.done():
            self._welcomed.set_exception(exc or ConnectionResetError("closed before it began"))

    async def welcomed(self) -> None:
        """Raises RuntimeError, with what was said instead."""
        await self._welcomed

    def hears(self, word: bytes) -> "asyncio.Future[float]":
        """When this word comes, on the clock of `time.perf_counter`. Ask before it can."""
        return self._awaited.setdefault(word, asyncio.get_running_loop().create_future())

    def forget(self, word: bytes) -> None:
        self._awaited.pop(word, None)

    def leave(self) -> None:
        if self._transport is not None:
            self._transport.close()


class Crowd:
    """The streams of `/api/v1/live` at a port of this machine."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.streams: list[Listening] = []

    async def join(self, token: str, count: int) -> Sequence[Listening]:
        """So many streams of one person, once all of them listen."""
        lines = ("GET /api/v1/live HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {token}", "", "")
        request = "\r\n".join(lines).encode()
        return await asyncio.gather(*(self._join(request, len(self.streams) + n) for n in range(count)))

    async def join_all(self, tokens: Sequence[str], each: int) -> None:
        """`each` streams of every one of them."""
        left = iter(tokens)

        async def join() -> None:
            for token in left:
                await self.join(token, each)

        await asyncio.gather(*(join() for _ in range(max(1, AT_ONCE // each))))

    @property
    def open(self) -> int:
        return sum(stream.is_open for stream in self.streams)

    def leave(self) -> None:
        for stream in self.streams:
            stream.leave()

    async def _join(self, request: bytes, number: int) -> Listening:
        address = f"127.0.0.{1 + number // PER_ADDRESS}"
        loop = asyncio.get_running_loop()
        _, stream = await loop.create_connection(
            lambda: Listening(request), "127.0.0.1", self._port, local_addr=(address, 0)
        )
        self.streams.append(stream)
        await stream.welcomed()
        return stream
