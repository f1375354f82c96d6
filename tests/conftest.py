"""Real servers for whoever asks: started once per run, a fresh database per test."""

from collections.abc import Iterator

import pytest
import redis

from tests.servers import RunServers, run_servers


@pytest.fixture(scope="session")
def servers() -> Iterator[RunServers]:
    """The Postgres and the Valkey of this run."""
    with run_servers() as running:
        yield running


@pytest.fixture
def database_url(servers: RunServers) -> Iterator[str]:
    """A fresh migrated database, for this test alone."""
    with servers.database(migrated=True) as url:
        yield url


@pytest.fixture(scope="session")
def shared_database_url(servers: RunServers) -> Iterator[str]:
    """A migrated database that all tests of this process share: for tests that can tell their own rows apart."""
    with servers.database(migrated=True) as url:
        yield url


@pytest.fixture
def empty_database_url(servers: RunServers) -> Iterator[str]:
    """A fresh database without any table."""
    with servers.database(migrated=False) as url:
        yield url


@pytest.fixture
def redis_url(servers: RunServers, worker_number: int) -> str:
    """An empty logical database of the Valkey, for this test alone as long as it runs."""
    url = servers.redis_url(worker_number)
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


@pytest.fixture(scope="session")
def worker_number(request: pytest.FixtureRequest) -> int:
    """0 without pytest-xdist, else the number of this process."""
    worker: str = getattr(request.config, "workerinput", {}).get("workerid", "gw0")
    return int(worker.removeprefix("gw"))
