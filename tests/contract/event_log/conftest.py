from collections.abc import AsyncIterator

import pytest

from tests.contract.event_log.logs import LogParts, memory_log, postgres_log


@pytest.fixture(params=["memory", "postgres"])
async def parts(request: pytest.FixtureRequest) -> AsyncIterator[LogParts]:
    """An empty log, once of each technology."""
    if request.param == "memory":
        async with memory_log() as made:
            yield made
    else:
        async with postgres_log(request.getfixturevalue("database_url")) as made:
            yield made
