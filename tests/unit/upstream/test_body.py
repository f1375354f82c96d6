"""Bodies of answers: packed, too large, damaged."""

import gzip
import tracemalloc
from collections.abc import Callable

import httpx
import pytest

from medianest.adapters.standin.server import Answer
from medianest.adapters.upstream import AnswerTooLarge
from medianest.adapters.upstream.body import read_body
from tests.fakes.scripted_server import ScriptedServer
from tests.unit.upstream import client_of


def packed(body: bytes) -> Answer:
    return Answer(body=gzip.compress(body), headers={"Content-Encoding": "gzip"})


async def test_a_packed_answer_is_unpacked() -> None:
    async with ScriptedServer(packed(b'{"a": 1}')) as server, client_of(server) as client:
        answer = await client.get("/x")
        assert (answer.json(), server.received[0].headers["accept-encoding"]) == ({"a": 1}, "gzip")


@pytest.mark.parametrize("shape", [lambda body: Answer(body=body), packed])
async def test_an_answer_may_be_as_large_as_the_limit_and_no_larger(shape: Callable[[bytes], Answer]) -> None:
    async with (
        ScriptedServer(shape(b"x" * 1000), shape(b"x" * 1001)) as server,
        client_of(server, max_body=1000) as client,
    ):
        assert len((await client.get("/x")).content) == 1000
        with pytest.raises(AnswerTooLarge):
            await client.get("/x")
        assert len(server.received) == 2


@pytest.mark.parametrize(
    "spoilt",
    [
        Answer(body=gzip.compress(b"x" * 1000)[:-20], headers={"Content-Encoding": "gzip"}),
        Answer(body=b"not packed", headers={"Content-Encoding": "gzip"}),
        Answer(body=b"?", headers={"Content-Encoding": "br"}),
    ],
)
async def test_an_answer_that_does_not_unpack_is_an_error(spoilt: Answer) -> None:
    async with ScriptedServer(spoilt) as server, client_of(server) as client:
        with pytest.raises(httpx.DecodingError):
            await client.get("/x")


class Packed(httpx.AsyncByteStream):
    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self):
        yield self._body


async def test_a_small_answer_that_unpacks_to_a_huge_one_takes_no_memory() -> None:
    bomb = httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=Packed(gzip.compress(bytes(20_000_000))))
    tracemalloc.start()
    try:
        with pytest.raises(AnswerTooLarge):
            await read_body(bomb, limit=1000)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
