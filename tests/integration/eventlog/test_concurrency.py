"""Many writers and a reader that tails them: nothing is skipped, nothing is doubled, each race has one winner."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from tests.contract.event_log.logs import LogParts, a_receipt, an_append, followed, postgres_log, write
from tests.followers import eventually

from medianest.adapters.eventlog.rows import LOG_LOCK
from medianest.ports.event_log import Conflict
from medianest.ports.failures import LogUnavailable


@pytest.fixture
async def logs(database_url: str) -> AsyncIterator[list[LogParts]]:
    """Two processes' worth of logs on one database."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(postgres_log(database_url)) for _ in range(2)]


async def _tail(parts: LogParts, count: int) -> list[UUID]:
    seen: list[UUID] = []
    position = 0
    async with asyncio.timeout(20):
        while len(seen) < count:
            events = await parts.log.read(after=position, limit=7)
            if not events:
                await parts.log.wait(after=position, timeout=1)
                continue
            assert [event.position for event in events] == sorted(event.position for event in events)
            position = events[-1].position
            seen += [event.event_id for event in events]
    return seen


async def test_a_tailing_reader_skips_nothing_of_what_two_processes_write(logs: list[LogParts]) -> None:
    async def produce(parts: LogParts) -> list[UUID]:
        written: list[UUID] = []
        for _ in range(40):
            recorded = await parts.log.append(an_append(write(uuid4(), 0, count=2)))
            written += [event.event_id for event in recorded]
        return written

    tails = [asyncio.create_task(_tail(parts, 4 * 40 * 2)) for parts in logs]
    produced = await asyncio.gather(*(produce(parts) for parts in logs * 2))
    for tail in tails:
        seen = await tail
        assert len(seen) == len(set(seen))
        assert set(seen) == {event_id for written in produced for event_id in written}


async def _race(logs: list[LogParts]) -> None:
    """Sixteen writers of one stream have one winner per version."""
    stream = uuid4()

    async def race(parts: LogParts, version: int) -> bool:
        try:
            await parts.log.append(an_append(write(stream, version, count=1)))
        except Conflict:
            return False
        return True

    for version in range(5):
        outcomes = await asyncio.gather(*(race(parts, version) for parts in logs * 8))
        assert sum(outcomes) == 1
    recorded = await logs[0].log.read_stream("media_request", stream)
    assert [event.version for event in recorded] == [1, 2, 3, 4, 5]


async def test_sixteen_writers_of_one_stream_in_two_processes_have_one_winner_per_version(logs: list[LogParts]) -> None:
    await _race(logs)


@pytest.mark.parametrize("isolation", ["repeatable read", "serializable"])
async def test_a_server_whose_transactions_see_one_moment_only_makes_no_difference(
    database_url: str, isolation: str
) -> None:
    name = conninfo_to_dict(database_url)["dbname"]
    with psycopg.connect(database_url, autocommit=True) as link:
        link.execute(f"ALTER DATABASE {name} SET default_transaction_isolation = '{isolation}'".encode())
    async with postgres_log(database_url) as one, postgres_log(database_url) as other:
        await _race([one, other])


async def test_an_append_in_one_process_wakes_those_who_wait_in_another(logs: list[LogParts]) -> None:
    first, second = logs
    await first.log.append(an_append(write(uuid4(), 0, count=1)))
    head = await second.log.head()
    await second.log.wait(after=head - 1, timeout=10)  # from here on it listens
    waiting = asyncio.create_task(second.log.wait(after=head, timeout=30))
    await asyncio.sleep(0)
    await first.log.append(an_append(write(uuid4(), 0, count=1)))
    await asyncio.wait_for(waiting, 5)


async def test_whoever_inserts_without_the_writer_still_cannot_make_a_gap(
    logs: list[LogParts], database_url: str
) -> None:
    parts = logs[0]
    insert = (
        "INSERT INTO events (category, stream_id, version, tag, schema, event_id, actor, correlation_id, occurred_at,"
        " recorded_at, body) VALUES ('user', gen_random_uuid(), 1, 'user.reinstated', 1, gen_random_uuid(),"
        " gen_random_uuid(), 'by hand', now(), now(), %s)"
    )
    async with await psycopg.AsyncConnection.connect(database_url) as by_hand:
        await by_hand.execute(insert, (f'{{"user_id": "{uuid4()}"}}',))
        racing = asyncio.create_task(parts.log.append(an_append(write(uuid4(), 0, count=1))))
        await asyncio.sleep(0.1)
        assert not racing.done()  # it would be visible before the lower position
        await by_hand.commit()
    (recorded,) = await racing
    first, second = await parts.log.read(after=0, limit=9)
    assert (first.event.tag, second) == ("user.reinstated", recorded)


async def test_one_impossible_append_fails_alone(logs: list[LogParts]) -> None:
    log = logs[0].log
    impossible = an_append(write(uuid4(), 0, count=1))
    impossible = replace(impossible, context=replace(impossible.context, correlation_id="a\0b"))
    good = [an_append(write(uuid4(), 0, count=1)) for _ in range(6)]
    outcomes = await asyncio.gather(*map(log.append, [*good[:3], impossible, *good[3:]]), return_exceptions=True)
    assert [isinstance(outcome, BaseException) for outcome in outcomes] == [False] * 3 + [True] + [False] * 3
    assert not isinstance(outcomes[3], LogUnavailable)
    assert len(await log.read(after=0, limit=100)) == 6


async def test_a_command_recorded_before_is_found_within_a_larger_batch(logs: list[LogParts]) -> None:
    """A repeat that decided on fresh state loses on the unique event id, not on the version; its neighbours win."""
    log = logs[0].log
    stream, command_id = uuid4(), uuid4()
    first = await log.append(an_append(write(stream, 0, followed(stream)), command_id=command_id))
    neighbours = [an_append(write(uuid4(), 0, count=1)) for _ in range(5)]
    again = an_append(write(stream, 1, followed(stream)), command_id=command_id)
    outcomes = await asyncio.gather(*map(log.append, [*neighbours, again]))
    assert list(outcomes[-1]) == list(first)
    assert len(await log.read(after=0, limit=100)) == 6


async def test_a_receipt_that_is_just_swept_is_waited_for(logs: list[LogParts], database_url: str) -> None:
    log = logs[0].log
    await log.append(an_append(write(uuid4(), 0, count=1), receipt=a_receipt()))
    waits = (
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'medianest writer'"
        " AND wait_event_type = 'Lock' AND clock_timestamp() - query_start > interval '300 ms'"
    )
    async with await psycopg.AsyncConnection.connect(database_url) as sweep:
        await sweep.execute("UPDATE receipts SET created_at = created_at - interval '25 hours'")
        await sweep.commit()
        await sweep.execute("DELETE FROM receipts")
        racing = asyncio.create_task(log.append(an_append(write(uuid4(), 0, count=1), receipt=a_receipt())))
        async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as watch:

            async def is_waiting() -> bool:
                return (await watch.execute(waits)).rowcount == 1

            await eventually(is_waiting)
        await sweep.commit()
    assert len(await racing) == 1


async def test_somebody_who_sits_on_the_lock_costs_the_others_a_clear_answer(database_url: str) -> None:
    stream = uuid4()
    async with postgres_log(database_url, patience=0.5) as parts:
        async with await psycopg.AsyncConnection.connect(database_url) as frozen:
            await frozen.execute(f"SELECT pg_advisory_xact_lock({LOG_LOCK})")
            with pytest.raises(LogUnavailable) as refused:
                await parts.log.append(an_append(write(stream, 0, count=1)))
            assert "not recorded within 0.5 s" in repr(refused.value.__cause__), "whoever reads our log learns why"
        # What was given up is not recorded later, behind its caller's back.
        assert await parts.log.append(an_append(write(uuid4(), 0, count=1)))
        assert await parts.log.read_stream("media_request", stream) == []
