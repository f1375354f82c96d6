"""The client that keeps a pace, at a server of its own that is as slow as a test wants."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from benchmarks.pace import Kept, Order, carry_out, paced, request
from benchmarks.wrk import has_wrk, load

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy"


@asynccontextmanager
async def server(delay: Callable[[int], float] = lambda _: 0.0, answer: bytes = OK) -> AsyncIterator[int]:
    """Its port. The request with each number, counted from 0 over all connections, waits so many seconds."""
    seen = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                number, seen = seen, seen + 1
                await asyncio.sleep(delay(number))
                writer.write(answer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the test is over
        finally:
            writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listener:
        yield listener.sockets[0].getsockname()[1]


def order(port: int, *, count: int, rate: float, connections: int) -> Order:
    return Order(port=port, messages=[request("GET", "/")] * count, rate=rate, connections=connections)


async def test_what_falls_due_while_the_server_stalls_is_measured_from_when_it_was_due() -> None:
    async with server(lambda number: 0.3 if number == 2 else 0.0) as port:
        kept = await carry_out(order(port, count=100, rate=100, connections=1))
    assert len(kept.times) == 100
    # The third is due at 0.02 s and answered at 0.32 s; the others, due every 0.01 s, can be no sooner.
    assert all(took >= 0.29 - 0.01 * number for number, took in enumerate(kept.times[2:]))


async def test_what_there_was_no_connection_for_in_all_the_time_counts_as_slower_than_all_others() -> None:
    async with server(lambda _: 0.5) as port:
        kept = await carry_out(order(port, count=20, rate=100, connections=1))
    assert (len(kept.times), kept.unsent) == (1, 19)
    assert kept.within(0.5) == float("inf")
    assert kept.rate == pytest.approx(5)


async def test_an_answer_that_says_no_is_no_figure() -> None:
    async with server(answer=BUSY) as port:
        kept = await carry_out(order(port, count=3, rate=5, connections=3))
        assert kept.refused == 3
        assert kept.refusals[0] == "HTTP/1.1 503 Service Unavailable busy"
        with pytest.raises(RuntimeError, match="503"):
            await paced(order(port, count=1, rate=2, connections=1))
        assert (await paced(order(port, count=1, rate=2, connections=1), may_refuse=True)).refused == 1


async def test_a_process_of_its_own_says_when_the_last_answer_is_there() -> None:
    told = asyncio.Event()

    async def answered() -> None:
        told.set()

    async with server() as port:
        kept = await paced(order(port, count=50, rate=100, connections=4), answered)
    assert told.is_set()
    assert len(kept.times) == 50


def test_the_rate_is_what_was_answered_of_what_was_due() -> None:
    assert Kept(times=[0.1] * 125, unsent=125, seconds=1.0).rate == 125


@pytest.mark.skipif(not has_wrk(), reason="wrk is not installed")
async def test_wrk_is_told_what_to_ask_and_says_what_it_measured() -> None:
    async with server() as port:
        measured = await load(f"http://127.0.0.1:{port}", ["/a", '/b\t{"c":1}'], tokens=["t"], connections=2, seconds=1)
    assert measured.requests > 0
    assert 0 < measured.p50 <= measured.p99 < 10


@pytest.mark.skipif(not has_wrk(), reason="wrk is not installed")
async def test_wrk_may_not_be_refused() -> None:
    async with server(answer=BUSY) as port:
        with pytest.raises(RuntimeError, match="GET /a"):
            await load(f"http://127.0.0.1:{port}", ["/a"], connections=2, seconds=1)
