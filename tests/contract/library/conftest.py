"""The index on Postgres, and as a fake."""

from collections.abc import AsyncIterator

import pytest

from medianest.adapters.postgres.library import PostgresLibraryIndex
from medianest.adapters.postgres.library_copies import PostgresFoundIds, PostgresLibraryCopies
from medianest.adapters.postgres.library_scans import PostgresLibraryScans
from medianest.adapters.postgres.pool import Database
from tests.contract.library.kept import Kept
from tests.fakes.library import FakeLibrary


@pytest.fixture
async def pool(shared_database_url: str) -> AsyncIterator[Database]:
    async with Database(shared_database_url, max_size=4) as opened:
        yield opened
        async with opened.connection() as connection:
            await connection.execute(
                "TRUNCATE library_copies, library_titles, libraries, library_servers, library_found_ids"
            )


@pytest.fixture(params=["fake", "postgres"])
def kept(request: pytest.FixtureRequest) -> Kept:
    if request.param == "fake":
        fake = FakeLibrary()
        return Kept(fake, fake, fake, fake, fake)
    pool, url = request.getfixturevalue("pool"), request.getfixturevalue("shared_database_url")
    copies = PostgresLibraryCopies(pool)
    return Kept(PostgresLibraryIndex(pool), PostgresLibraryScans(pool, url), copies, copies, PostgresFoundIds(pool))
