"""Which version a stream had, on each technology."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from medianest.adapters.eventlog.memory import MemoryEventLog, MemoryStreamVersions
from medianest.adapters.eventlog.stream_versions import PostgresStreamVersions
from medianest.adapters.postgres.pool import Database
from medianest.ports.event_log import EventLog, StreamVersions
from tests.contract.event_log.logs import an_append, memory_log, postgres_log, write

Parts = tuple[EventLog, StreamVersions]


@pytest.fixture(params=["memory", "postgres"])
async def parts(request: pytest.FixtureRequest) -> AsyncIterator[Parts]:
    if request.param == "memory":
        async with memory_log() as made:
            assert isinstance(made.log, MemoryEventLog)
            yield made.log, MemoryStreamVersions(made.log)
    else:
        url = request.getfixturevalue("shared_database_url")
        async with postgres_log(url) as made, Database(url) as pool:
            yield made.log, PostgresStreamVersions(pool)


async def test_the_last_version_is_known_and_nothing_has_none(parts: Parts) -> None:
    log, versions = parts
    stream = uuid4()
    assert await versions.latest("media_request", stream) == 0
    await log.append(an_append(write(stream, 0, count=3)))
    assert await versions.latest("media_request", stream) == 3
    assert await versions.latest("user", stream) == 0, "an id of another category names nothing here"


async def test_the_version_by_a_moment_is_the_last_recorded_until_then(parts: Parts) -> None:
    log, versions = parts
    stream = uuid4()
    begin = datetime.now(UTC) - timedelta(seconds=10)
    first = (await log.append(an_append(write(stream, 0, count=2))))[-1]
    second = (await log.append(an_append(write(stream, 2, count=1))))[-1]
    assert first.recorded_at < second.recorded_at
    moments = [begin, first.recorded_at, second.recorded_at - timedelta(microseconds=1), second.recorded_at]
    assert [await versions.latest("media_request", stream, by=moment) for moment in moments] == [0, 2, 2, 3]
    assert await versions.latest("media_request", stream, by=datetime.now(UTC) + timedelta(days=1)) == 3
