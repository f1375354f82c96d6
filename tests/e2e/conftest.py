"""One house for each module: its tests use people and titles of their own, so that none disturbs another."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import redis

from tests.e2e.house import House, Person, opened_house
from tests.servers import RunServers

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those who share a house share the loop on which it runs."""
    for item in items:
        if HERE in item.path.parents and "house" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.asyncio(loop_scope="module"), append=False)


@pytest.fixture(scope="module")
def house_database(servers: RunServers) -> Iterator[str]:
    with servers.database(migrated=True) as url:
        yield url


@pytest.fixture(scope="module")
def house_cache(servers: RunServers, worker_number: int) -> str:
    """An empty logical database of the Valkey, apart from the one that single tests use."""
    url = servers.redis_url(32 + worker_number)
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(house_database: str, house_cache: str) -> AsyncIterator[House]:
    async with opened_house(house_database, house_cache) as standing:
        yield standing


@pytest.fixture
def another_house(database_url: str, redis_url: str) -> Callable[..., AbstractAsyncContextManager[House]]:
    """Builds a house of its own for one test: `async with another_house(has_tmdb=False) as house:`."""

    def build(**what: Any) -> AbstractAsyncContextManager[House]:
        return opened_house(database_url, redis_url, **what)

    return build


@pytest_asyncio.fixture(loop_scope="module")
async def ada(house: House) -> Person:
    """The administrator."""
    return await house.admin()


@pytest_asyncio.fixture(loop_scope="module")
async def ben(house: House) -> Person:
    """A member without a quota."""
    return await house.sign_in("ben")


@pytest_asyncio.fixture(loop_scope="module")
async def cleo(house: House) -> Person:
    """Another member."""
    return await house.sign_in("cleo")
