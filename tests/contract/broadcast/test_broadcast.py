"""What every broadcast promises; and what becomes of one whose server is away."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from redis.asyncio import Redis

from medianest.adapters.redis.broadcast import RedisBroadcast
from medianest.adapters.redis.connection import connect
from tests.fakes.broadcast import FakeBroadcast
from tests.followers import eventually
from tests.servers import RunServers

KEY = bytes(range(32))
Listeners = Callable[[str], Awaitable[int]]


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[Redis]:
    client = connect(redis_url)
    yield client
    await client.aclose()


@pytest.fixture(params=["fake", "redis"])
def broadcast(request: pytest.FixtureRequest, client: Redis) -> FakeBroadcast | RedisBroadcast:
    return FakeBroadcast() if request.param == "fake" else RedisBroadcast(client, KEY, pause=0.02)


@pytest.fixture
def listeners(broadcast: FakeBroadcast | RedisBroadcast, client: Redis) -> Listeners:
    async def count(topic: str) -> int:
        if isinstance(broadcast, FakeBroadcast):
            return broadcast.listeners(topic)
        return await listening_at(client, broadcast, topic)

    return count


async def listening_at(client: Redis, broadcast: RedisBroadcast, topic: str) -> int:
    channel = broadcast.channel(topic)
    return dict(await client.pubsub_numsub(channel)).get(channel.encode(), 0)


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
    await asyncio.wait_for(RedisBroadcast(client, KEY).tell("news", b"x"), 2)
    await client.aclose()


async def test_a_listener_whose_connection_was_cut_listens_again(client: Redis) -> None:
    broadcast = RedisBroadcast(client, KEY, pause=0.02)
    listening = asyncio.create_task(heard(broadcast, "cut", 1))

    async def listens() -> bool:
        return await listening_at(client, broadcast, "cut") == 1

    await eventually(listens)
    # Alone those of this database: others at the same server listen, too, to whatever their own tests tell them.
    number = str(client.connection_pool.connection_kwargs["db"])
    mine = [each["id"] for each in await client.client_list(_type="pubsub") if each["db"] == number]
    assert [await client.client_kill_filter(_id=each) for each in mine] == [1]

    async def is_heard() -> bool:
        await broadcast.tell("cut", b"again")
        return listening.done()

    await eventually(is_heard)
    assert await listening == [b"again"]


async def test_houses_that_share_a_server_hear_nothing_of_one_another(
    client: Redis, redis_url: str, servers: RunServers, worker_number: int
) -> None:
    other_number = connect(servers.redis_url(worker_number + 1))
    houses = [
        RedisBroadcast(client, KEY),
        RedisBroadcast(client, b"the key of the house next door, too"),
        RedisBroadcast(other_number, KEY),
    ]
    listening = [asyncio.create_task(heard(house, "news", 1)) for house in houses]

    async def all_listen() -> bool:
        return [await listening_at(client, house, "news") for house in houses] == [1, 1, 1]

    await eventually(all_listen)
    for number, house in enumerate(houses):
        await house.tell("news", str(number).encode())
    assert await asyncio.wait_for(asyncio.gather(*listening), 5) == [[b"0"], [b"1"], [b"2"]]
    await other_number.aclose()
