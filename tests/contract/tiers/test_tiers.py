"""What is remembered in a process, and what stands before a cache that all processes share."""

from collections.abc import Callable

import pytest

from medianest.adapters.system.memory_cache import OVERHEAD, MemoryCache
from medianest.adapters.system.tiered_cache import REMEMBERED, TRUSTED, TieredCache
from medianest.ports.cache import TwoTiers
from tests.fakes.cache import FakeCache


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def far() -> FakeCache:
    return FakeCache()


@pytest.fixture
def make(far: FakeCache, seconds: Seconds) -> Callable[[], TieredCache]:
    """Another process, with the same cache behind it."""
    return lambda: TieredCache(MemoryCache(100_000, monotonic=seconds), far)


@pytest.fixture(params=["fake", "tiered"])
def cache(request: pytest.FixtureRequest, make: Callable[[], TieredCache]) -> TwoTiers:
    return FakeCache() if request.param == "fake" else make()


async def test_what_was_put_is_found_by_either_way(cache: TwoTiers) -> None:
    assert await cache.get("a") is None
    assert await cache.look_again("a") is None
    await cache.put("a", b"\x00\xff", ttl=60)
    assert await cache.get("a") == b"\x00\xff"
    assert await cache.look_again("a") == b"\x00\xff"
    await cache.put("a", b"", ttl=60)
    assert await cache.get("a") == b""
    assert await cache.ping()


async def test_a_copy_is_given_without_a_look_for_a_minute_and_then_is_what_others_put(
    make: Callable[[], TieredCache], seconds: Seconds
) -> None:
    ours, theirs = make(), make()
    await theirs.put("a", b"old", ttl=3600)
    assert await ours.get("a") == b"old"
    await theirs.put("a", b"new", ttl=3600)
    seconds.now = TRUSTED - 1
    assert await ours.get("a") == b"old"
    assert await ours.look_again("a") == b"new", "whoever asks for it sees it at once"
    assert await ours.get("a") == b"new"
    await theirs.put("a", b"newer", ttl=3600)
    seconds.now = 2 * TRUSTED
    assert await ours.get("a") == b"newer"


@pytest.mark.parametrize("loss", ["away", "wiped"])
async def test_without_the_shared_cache_a_copy_is_good_for_a_day(
    make: Callable[[], TieredCache], far: FakeCache, seconds: Seconds, loss: str
) -> None:
    cache = make()
    await cache.put("a", b"x", ttl=30 * 86400)
    far.entries.clear()
    far.is_away = loss == "away"
    seconds.now = REMEMBERED - 1
    assert await cache.get("a") == b"x"
    assert await cache.look_again("a") == b"x"
    seconds.now = REMEMBERED
    assert await cache.get("a") is None
    assert await cache.ping() is (loss == "wiped")


def test_the_least_recently_used_goes_first_and_the_bound_holds(seconds: Seconds) -> None:
    cache = MemoryCache(10 * (OVERHEAD + 11), monotonic=seconds)
    for number in range(10):
        cache.keep(str(number), b"x" * 10, ttl=60)
    assert cache.find("0")
    cache.keep("a", b"x" * 10, ttl=60)
    assert cache.find("1") is None
    assert cache.find("0")
    assert (len(cache), cache.size) == (10, 10 * (OVERHEAD + 11))
    for number in range(1000):
        cache.keep(f"k{number}", b"x" * (number % 40), ttl=60)
        assert cache.size <= 10 * (OVERHEAD + 11)


def test_what_is_put_again_counts_once_and_what_ran_out_not_at_all(seconds: Seconds) -> None:
    cache = MemoryCache(100_000, monotonic=seconds)
    cache.keep("a", b"x" * 1000, ttl=60)
    cache.keep("a", b"x", ttl=60)
    assert cache.size == OVERHEAD + 2
    seconds.now = 60
    assert cache.find("a") is None
    assert (len(cache), cache.size) == (0, 0)


@pytest.mark.parametrize("most", [0, 8 * OVERHEAD])
def test_what_would_push_out_everything_else_is_not_remembered(most: int) -> None:
    cache = MemoryCache(most)
    cache.keep("a", b"x" * 1000, ttl=60)
    assert (cache.find("a"), cache.size) == (None, 0)


def test_a_large_answer_in_place_of_a_small_one_leaves_nothing_old() -> None:
    cache = MemoryCache(8 * 1000)
    cache.keep("a", b"old", ttl=60)
    cache.keep("a", b"x" * 2000, ttl=60)
    assert cache.find("a") is None
