from collections.abc import Iterator

import pytest
from tests.integration.seals.touching import refill, seal
from tests.servers import RunServers


@pytest.fixture(scope="module")
def own_database_url(servers: RunServers) -> Iterator[str]:
    """A migrated database that the tests of one module share, for they empty it themselves."""
    with servers.database(migrated=True) as url:
        yield url


@pytest.fixture
async def sealed(own_database_url: str) -> str:
    """The URL of a log of ten events under four seals."""
    refill(own_database_url)
    await seal(own_database_url)
    return own_database_url
