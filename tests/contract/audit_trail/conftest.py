from collections.abc import AsyncIterator

import pytest

from medianest.adapters.eventlog.codec import EventCodec
from medianest.adapters.eventlog.keyring import PostgresKeyring
from medianest.adapters.eventlog.memory_trail import MemoryAuditTrail
from medianest.adapters.eventlog.trail import PostgresAuditTrail
from medianest.adapters.postgres.pool import Database
from medianest.domain.catalog import EVENT_TYPES
from tests.contract.audit_trail.trails import TrailParts
from tests.contract.event_log.logs import MASTER, memory_log, postgres_log


@pytest.fixture(params=["memory", "postgres"])
async def parts(request: pytest.FixtureRequest) -> AsyncIterator[TrailParts]:
    """An empty log and its trail, once of each technology."""
    if request.param == "memory":
        async with memory_log() as made:
            yield TrailParts(made.log, made.keyring, MemoryAuditTrail(made.log))
    else:
        url = request.getfixturevalue("database_url")
        async with postgres_log(url) as made, Database(url, max_size=2) as database:
            codec = EventCodec(EVENT_TYPES, PostgresKeyring(database, MASTER))
            yield TrailParts(made.log, made.keyring, PostgresAuditTrail(database, codec, EVENT_TYPES))
