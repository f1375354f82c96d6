"""What every cache and every rate limiter promises; a real server, a server that is gone, and one that comes back."""

import asyncio
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from medianest.adapters.embedded.valkey import EmbeddedValkey
from medianest.adapters.redis.cache import RedisCache
from medianest.adapters.redis.connection import Circuit, connect
from medianest.adapters.redis.rate_limit import RedisRateLimiter
from medianest.adapters.system.rate_limit import MemoryRateLimiter
from tests.fakes.cache import FakeCache


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[Redis]:
    client = connect(redis_url)
    yield client
    await client.aclose()


@pytest.fixture(params=["fake", "redis"])
def cache(request: pytest.FixtureRequest) -> FakeCache | RedisCache:
    return FakeCache() if request.param == "fake" else RedisCache(request.getfixturevalue("client"), patient())


@pytest.fixture(params=["memory", "redis"])
def limiter(request: pytest.FixtureRequest) -> MemoryRateLimiter | RedisRateLimiter:
    if request.param == "memory":
        return MemoryRateLimiter()
    return RedisRateLimiter(request.getfixturevalue("client"), MemoryRateLimiter(), patient())


def patient() -> Circuit:
    """On a machine full of tests a server may be late without being away."""
    return Circuit(wait=5.0)


@pytest.fixture
def passable() -> Iterator[Path]:
    """A directory that the servers' account may pass through, also when root runs the tests."""
    with tempfile.TemporaryDirectory(prefix="medianest-") as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


@pytest.fixture
def nowhere() -> str:
    """The URL of a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"redis://127.0.0.1:{probe.getsockname()[1]}/0"


async def test_what_was_put_is_found_as_bytes(cache: FakeCache | RedisCache) -> None:
    key = f"key {uuid4()}"
    assert await cache.get(key) is None
    await cache.put(key, b"\x00\xff", ttl=60)
    assert await cache.get(key) == b"\x00\xff"
    await cache.put(key, b"", ttl=60)
    assert await cache.get(key) == b""
    assert await cache.ping()


async def test_what_was_put_is_gone_after_its_time(client: Redis) -> None:
    cache = RedisCache(client, patient())  # the fake only writes the time down
    await cache.put("short", b"x", ttl=0.03)
    await cache.put("never", b"x", ttl=0)
    assert await cache.get("never") is None
    async with asyncio.timeout(5):
        while await cache.get("short") is not None:
            await asyncio.sleep(0.005)


async def test_a_bucket_gives_its_capacity_and_then_says_how_long_to_wait(
    limiter: MemoryRateLimiter | RedisRateLimiter,
) -> None:
    allowances = [await limiter.take("a", capacity=3, per_second=0.1) for _ in range(4)]
    assert [(it.is_granted, it.left) for it in allowances] == [(True, 2), (True, 1), (True, 0), (False, 0)]
    assert all(9 < it.next_in <= 10 for it in allowances), "what comes back does so evenly"
    assert (await limiter.take("another", capacity=3, per_second=0.1)).is_granted


async def test_a_bucket_refills(limiter: MemoryRateLimiter | RedisRateLimiter) -> None:
    assert (await limiter.take("b", capacity=1, per_second=20)).is_granted
    refused = await limiter.take("b", capacity=1, per_second=20)
    assert not refused.is_granted
    assert 0 < refused.next_in <= 0.05
    async with asyncio.timeout(5):
        while not (await limiter.take("b", capacity=1, per_second=20)).is_granted:
            await asyncio.sleep(0.01)


async def test_many_at_once_get_exactly_the_capacity(limiter: MemoryRateLimiter | RedisRateLimiter) -> None:
    allowances = await asyncio.gather(*(limiter.take("c", capacity=20, per_second=0.01) for _ in range(100)))
    assert sum(it.is_granted for it in allowances) == 20


@pytest.mark.parametrize(("capacity", "per_second"), [(0, 1.0), (1, 0.0), (1, -1.0)])
async def test_a_bucket_that_could_never_give_is_a_mistake(
    limiter: MemoryRateLimiter | RedisRateLimiter, capacity: int, per_second: float
) -> None:
    with pytest.raises(ValueError, match="bucket"):
        await limiter.take("d", capacity=capacity, per_second=per_second)


async def test_a_bucket_is_forgotten_once_it_would_be_full(client: Redis) -> None:
    await RedisRateLimiter(client, MemoryRateLimiter(), patient()).take("e", capacity=10, per_second=2)
    remaining = await client.pttl("medianest:rate:e")
    assert 0 < remaining <= 1500


async def test_a_server_that_is_gone_is_slower_not_broken(nowhere: str) -> None:
    client = connect(nowhere)
    cache, limiter = RedisCache(client), RedisRateLimiter(client, MemoryRateLimiter())
    assert await cache.get("x") is None
    await cache.put("x", b"y", ttl=1)
    assert not await cache.ping()
    assert (await limiter.take("x", capacity=1, per_second=0.1)).is_granted
    assert not (await limiter.take("x", capacity=1, per_second=0.1)).is_granted, "each process counts by itself"
    await client.aclose()


async def test_a_process_remembers_only_so_many_buckets() -> None:
    limiter = MemoryRateLimiter(kept=2)
    for bucket in ("a", "b", "c"):
        assert (await limiter.take(bucket, capacity=1, per_second=0.1)).is_granted
    assert not (await limiter.take("c", capacity=1, per_second=0.1)).is_granted
    assert (await limiter.take("a", capacity=1, per_second=0.1)).is_granted


async def test_a_process_full_of_work_does_not_take_the_server_for_away(client: Redis) -> None:
    cache = RedisCache(client)
    await cache.put("x", b"y", ttl=60)

    async def work(begin: int) -> None:
        for turn in range(begin + 3):
            await asyncio.sleep(0)
            if turn >= begin:
                time.sleep(0.3)  # as a thousand requests at once keep the loop from everything else

    found = [(await asyncio.gather(cache.get("x"), work(begin)))[0] for begin in range(5)]
    assert found == [b"y"] * 5


async def test_a_server_that_does_not_answer_is_waited_for_once() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        client = connect(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        circuit = Circuit(pause=60)
        cache, limiter = RedisCache(client, circuit), RedisRateLimiter(client, MemoryRateLimiter(), circuit)
        started = time.monotonic()
        assert await cache.get("x") is None
        first = time.monotonic() - started
        for _ in range(100):
            assert await cache.get("x") is None
            assert (await limiter.take("x", capacity=100, per_second=1)).is_granted
        assert first < 2
        assert time.monotonic() - started < first + 0.2
        await client.aclose()


async def test_a_server_that_comes_back_is_used_again_by_every_connection(passable: Path) -> None:
    server = EmbeddedValkey(passable / "valkey")
    try:
        client = connect(await asyncio.to_thread(server.start))
        now = 0.0
        cache = RedisCache(client, Circuit(pause=1, clock=lambda: now))
        await asyncio.gather(*(cache.put(str(n), b"x", ttl=60) for n in range(20)))
        await asyncio.to_thread(server.stop)
        assert not await cache.ping()
        await asyncio.to_thread(server.start)
        assert not await cache.ping(), "the pause is still on"
        now = 1.0
        for round_ in range(3):
            await asyncio.gather(*(cache.put(str(n), b"y", ttl=60) for n in range(20)))
            found = await asyncio.gather(*(cache.get(str(n)) for n in range(20)))
            assert found == [b"y"] * 20, round_
        await client.aclose()
    finally:
        await asyncio.to_thread(server.stop)
