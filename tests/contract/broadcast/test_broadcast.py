"""What every broadcast promises; and what becomes of one whose server is away."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from redis.asyncio import Redis

from medianest.adapters.redis.broadcast import PREFIX, RedisBroadcast
from medianest.adapters.redis.connection import connect
from tests.fakes.broadcast import FakeBroadcast
from tests.followers import eventually

Listeners = Callable[[str], Awaitable[int]]


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[Redis]:
    client = connect(redis_url)
    yield client
    await client.aclose()


@pytest.fixture(params=["fake", "redis"])
def broadcast(request: pytest.FixtureRequest, client: Redis) -> FakeBroadcast | RedisBroadcast:
    return FakeBroadcast() if request.param == "fake" else RedisBroadcast(client, pause=0.02)


@pytest.fixture
def listeners(broadcast: FakeBroadcast | RedisBroadcast, client: Redis) -> Listeners:
    async def count(topic: str) -> int:
        if isinstance(broadcast, FakeBroadcast):
            return broadcast.listeners(topic)
        return dict(await client.pubsub_numsub(PREFIX + topic)).get((PREFIX + topic).encode(), 0)

    return count


async def heard(broadcast: FakeBroadcast | RedisBroadcast, topic: str, number: int) -> list[bytes]:
    messages: list[bytes] = []
    async for message in broadcast.listen(topic):
        messages.append(message)
        if len(messages) == number:
            break
    return messages


async def test_everybody_who_listens_hears_what_is_told_in_its_order(
    broadcast: FakeBroadcast | RedisBroadcast, listeners: Listeners
) -> None:
    await broadcast.tell("news", b"before anybody listens")
    both = [asyncio.create_task(heard(broadcast, "news", 2)) for _ in range(2)]

    async def all_listen() -> bool:
        return await listeners("news") == 2

    await eventually(all_listen)
    await broadcast.tell("other", b"of another topic")
    await broadcast.tell("news", b"one")
    await broadcast.tell("news", b"\x00two\xff")
    assert await asyncio.wait_for(asyncio.gather(*both), 5) == [[b"one", b"\x00two\xff"]] * 2


async def test_telling_while_the_server_is_away_is_quick_and_raises_nothing() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"redis://127.0.0.1:{probe.getsockname()[1]}/0"
    client = connect(url)
    await asyncio.wait_for(RedisBroadcast(client).tell("news", b"x"), 2)
    await client.aclose()


async def test_a_listener_whose_connection_was_cut_listens_again(client: Redis) -> None:
    broadcast = RedisBroadcast(client, pause=0.02)
    listening = asyncio.create_task(heard(broadcast, "cut", 1))

    async def listens() -> bool:
        return dict(await client.pubsub_numsub(PREFIX + "cut")).get((PREFIX + "cut").encode(), 0) == 1

    await eventually(listens)
    assert await client.client_kill_filter(_type="pubsub") >= 1

    async def is_heard() -> bool:
        await broadcast.tell("cut", b"again")
        return listening.done()

    await eventually(is_heard)
    assert await listening == [b"again"]
