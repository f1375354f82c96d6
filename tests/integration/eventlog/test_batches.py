"""What one call of the database carries, and how it looks for what is there."""

import asyncio
from uuid import uuid4

import psycopg
from tests.contract.event_log.logs import a_receipt, an_append, postgres_log, write
from tests.integration.eventlog.test_lost_answers import record

from medianest.adapters.eventlog.writer import EVENTS, AppendWriter

SCANS = "SELECT relname, seq_scan FROM pg_stat_user_tables WHERE relname IN ('events', 'receipts') ORDER BY 1"


async def test_a_batch_has_enough_with_some_thousands_of_events(database_url: str) -> None:
    each = EVENTS // 5
    async with postgres_log(database_url) as parts:
        appends = [an_append(write(uuid4(), 0, count=each)) for _ in range(20)]
        recorded = [event for events in await asyncio.gather(*map(parts.log.append, appends)) for event in events]
    batches = [event.recorded_at for event in recorded]
    assert len(recorded) == 20 * each
    assert max(batches.count(at) for at in set(batches)) <= EVENTS


async def test_a_plan_that_was_made_for_a_small_house_reads_no_table_whole(database_url: str) -> None:
    """Or it would, for as long as its connection lives and nobody counts the rows anew."""

    async def grow(count: int) -> None:
        async with AppendWriter(database_url) as writer:
            for number in range(count):
                await record(writer, an_append(write(uuid4(), 0, count=1), receipt=a_receipt(f"{uuid4()} {number}")))

    await grow(30)
    with psycopg.connect(database_url, autocommit=True) as link:
        link.execute("VACUUM ANALYZE events")
        link.execute("VACUUM ANALYZE receipts")
    with psycopg.connect(database_url, autocommit=True) as link:
        before = link.execute(SCANS).fetchall()
    await grow(20)
    with psycopg.connect(database_url, autocommit=True) as link:
        assert link.execute(SCANS).fetchall() == before
