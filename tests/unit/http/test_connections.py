"""Who says too much, or too slowly, before a request begins is cut off."""

import asyncio
from collections.abc import Iterator

import pytest

from medianest.adapters.http.foundation import connection
from medianest.adapters.http.foundation.connection import BoundedProtocol
from tests.unit.http.sample import sample_app, serving

WITHIN = 0.3
PATIENCE = 5.0


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(connection, "HEAD_WITHIN", WITHIN)
    with serving(sample_app(), http=BoundedProtocol) as address:
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
    assert answer == b"hung up" or answer.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("beginning", [b"", b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-"], ids=["silent", "halfway"])
async def test_a_head_that_does_not_come_to_its_end_is_cut_off(port: int, beginning: bytes) -> None:
    assert await said(port, beginning) == b""


async def test_a_head_of_a_sane_size_is_read_and_a_second_one_on_the_same_line(port: int) -> None:
    head = b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-Filler: " + b"a" * 20_000 + b"\r\n"
    answer = await said(port, head + b"\r\n", head + b"Connection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200 ") == 2
