"""What every lease and every generation promises; and what becomes of them when their server is gone."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from medianest.adapters.redis.connection import Circuit, connect
from medianest.adapters.redis.generations import KEY, RedisGenerations
from medianest.adapters.redis.leases import RedisLeases
from medianest.ports.cache import Generations, Leases
from tests.fakes.kept_reads import FakeGenerations, FakeLeases


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[Redis]:
    client = connect(redis_url)
    yield client
    await client.aclose()


def patient() -> Circuit:
    """On a machine full of tests a server may be late without being away."""
    return Circuit(wait=5.0)


@pytest.fixture
async def gone() -> AsyncIterator[Redis]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        client = connect(f"redis://127.0.0.1:{probe.getsockname()[1]}/0")
    yield client
    await client.aclose()


@pytest.fixture(params=["fake", "redis"])
def leases(request: pytest.FixtureRequest) -> Leases:
    return FakeLeases() if request.param == "fake" else RedisLeases(request.getfixturevalue("client"), patient())


@pytest.fixture(params=["fake", "redis"])
def generations(request: pytest.FixtureRequest) -> Generations:
    if request.param == "fake":
        return FakeGenerations()
    return RedisGenerations(request.getfixturevalue("client"), patient())


async def test_one_of_many_gets_a_lease_until_it_is_given_back(leases: Leases) -> None:
    tokens = await asyncio.gather(*(leases.take("a", ttl=60) for _ in range(20)))
    (token,) = [token for token in tokens if token is not None]
    assert await leases.take("another", ttl=60) is not None
    await leases.give_back("a", b"of somebody else")
    assert await leases.take("a", ttl=60) is None
    await leases.give_back("a", token)
    assert await leases.take("a", ttl=60) is not None


async def test_a_lease_ends_with_its_time_and_its_late_owner_gives_back_nothing(client: Redis) -> None:
    leases = RedisLeases(client, patient())  # the fake only writes the time down
    token = await leases.take("a", ttl=0.02)
    assert token
    async with asyncio.timeout(5):
        while (next_token := await leases.take("a", ttl=60)) is None:
            await asyncio.sleep(0.005)
    await leases.give_back("a", token)
    assert await leases.take("a", ttl=60) is None, "it belongs to the next one"
    await leases.give_back("a", next_token)


async def test_a_mark_is_the_last_that_was_set(generations: Generations) -> None:
    assert await generations.all() == {}
    for name, mark in (("tmdb", "aa"), ("tmdb/movie:603", "bb"), ("tmdb", "cc")):
        assert await generations.renew(name, mark)
    assert await generations.all() == {"tmdb": "cc", "tmdb/movie:603": "bb"}


async def test_what_somebody_else_wrote_in_the_place_of_marks_stops_nobody(client: Redis) -> None:
    generations = RedisGenerations(client, patient())
    await client.hset(KEY, b"\xff", b"\xfe not ours")
    assert len(await generations.all() or {}) == 1
    await client.set(KEY, b"not even a hash")
    assert await generations.all() == {}
    await generations.renew("tmdb", "aa")
    assert await generations.all() == {"tmdb": "aa"}


async def test_without_the_server_everybody_has_a_lease_and_nobody_a_mark(gone: Redis) -> None:
    leases, generations = RedisLeases(gone), RedisGenerations(gone)
    for _ in range(2):
        token = await leases.take("a", ttl=60)
        assert token is not None
        await leases.give_back("a", token)
    assert not await generations.renew("tmdb", "aa")
    assert await generations.all() is None
