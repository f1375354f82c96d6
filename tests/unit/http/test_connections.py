"""Who says too much, or too slowly, before a request begins is cut off."""

import asyncio
import gc
import socket
import weakref
from collections.abc import Iterator

import pytest

from medianest.adapters.http.foundation import connection, patience
from medianest.adapters.http.foundation.connection import BoundedProtocol, bounded
from tests.unit.http.sample import sample_app, serving

WITHIN = 0.3
PATIENCE = 5.0
MOST = 5
"""Connections that the server takes."""


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(connection, "HEAD_WITHIN", WITHIN)
    monkeypatch.setattr(connection, "BODY_WITHIN", WITHIN)
    monkeypatch.setattr(patience, "STALLED_AFTER", WITHIN)
    with serving(sample_app(), http=bounded(MOST)) as address:
        yield int(address.rpartition(":")[2])


async def said(port: int, *pieces: bytes) -> bytes:
    """All that the server says until it hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        return await asyncio.wait_for(reader.read(), PATIENCE)
    except ConnectionError:
        return b"hung up"
    finally:
        writer.close()


async def test_a_head_without_end_is_refused(port: int) -> None:
    endless = (b"X-Filler: " + b"a" * 60_000 + b"\r\n",) * 200
    answer = await said(port, b"GET /health/live HTTP/1.1\r\nHost: x\r\n", *endless)
    assert answer == b"hung up" or answer.startswith(b"HTTP/1.1 431 ")


async def test_whoever_says_nothing_is_cut_off_without_a_word(port: int) -> None:
    assert await said(port, b"") == b""


async def test_a_head_that_does_not_come_to_its_end_is_cut_off(port: int) -> None:
    assert (await said(port, b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-")).startswith(b"HTTP/1.1 408 ")


async def test_a_head_of_a_sane_size_is_read_and_a_second_one_on_the_same_line(port: int) -> None:
    head = b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-Filler: " + b"a" * 20_000 + b"\r\n"
    answer = await said(port, head + b"\r\n", head + b"Connection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200 ") == 2


async def test_a_body_that_does_not_come_to_its_end_is_cut_off(port: int) -> None:
    head = (
        b"POST /api/v1/titles HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer member\r\nContent-Type: application/json\r\n"
    )
    answer = await said(port, head + b"Content-Length: 100\r\n\r\n{")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"too_slow"' in answer


async def test_whoever_does_not_read_what_they_asked_for_is_cut_off(port: int) -> None:
    loop = asyncio.get_running_loop()
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.setblocking(False)
        await loop.sock_connect(deaf, ("127.0.0.1", port))
        asked = b"GET /schema/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n"
        await loop.sock_sendall(deaf, asked * 20)

        async def speak_on() -> None:  # so it notices, and reads nothing, which would free the line
            while True:
                await loop.sock_sendall(deaf, b"G")
                await asyncio.sleep(0.02)

        with pytest.raises(ConnectionError):
            await asyncio.wait_for(speak_on(), PATIENCE)


async def test_whoever_comes_when_all_places_are_taken_is_told_so(port: int) -> None:
    taken = [await asyncio.open_connection("127.0.0.1", port) for _ in range(MOST)]
    try:
        for _, writer in taken:
            writer.write(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        for reader, _ in taken:
            assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 200 ")
        answer = await said(port)
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: 10" in answer
    finally:
        for _, writer in taken:
            writer.close()


async def test_a_connection_that_is_over_leaves_nothing_for_the_garbage_collector() -> None:
    met: list[weakref.ref[BoundedProtocol]] = []

    class Met(BoundedProtocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            met.append(weakref.ref(self))
            super().connection_made(transport)

    with serving(sample_app(), http=Met) as address:
        gc.disable()
        try:
            port = int(address.rpartition(":")[2])
            assert b"200" in await said(port, b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            async with asyncio.timeout(PATIENCE):
                while met[0]() is not None:
                    await asyncio.sleep(0.01)
        finally:
            gc.enable()
