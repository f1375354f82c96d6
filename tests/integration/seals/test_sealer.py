"""The sealer follows the log, whoever else seals, whatever fails in between and whatever the clock says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

import psycopg
import pytest
from tests.contract.event_log.logs import MASTER, LogParts, an_append, commented, postgres_log, write
from tests.fakes.clock import FakeClock
from tests.integration.seals.touching import POSITIONS, found, insert, owner, refill, seal, sealer, verify

from medianest.adapters.eventlog.seals.checks import SealChecks
from medianest.adapters.eventlog.seals.sealer import Sealer, SealsGone
from medianest.adapters.postgres.pool import Database
from medianest.application.tasks import end
from medianest.ports.failures import LogUnavailable


async def _eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await condition():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def following(url: str, parts: LogParts) -> AsyncIterator[Callable[[], Awaitable[bool]]]:
    """A sealer that runs; gives whether everything is sealed."""

    async def is_sealed() -> bool:
        with suppress(LogUnavailable):
            report = await verify(url)
            return report.unsealed == 0 and report.fault is None and report.position == await parts.log.head()
        return False

    async with Database(url, max_size=2) as pool:
        one = Sealer(pool, parts.log, MASTER, FakeClock(), pause=0.01, back_off=0.01)
        task = asyncio.create_task(one.run())
        yield is_sealed
        await end(task)


async def test_what_is_appended_is_sealed_soon_also_after_the_database_was_away(own_database_url: str) -> None:
    url = own_database_url
    refill(url, ())
    async with postgres_log(url) as parts, following(url, parts) as is_sealed:
        for _ in range(2):
            await parts.log.append(an_append(write(uuid4(), 0, count=4)))
            await _eventually(is_sealed)
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'medianest'"
                )
        assert (await verify(url)).events == 8


async def test_sealers_take_turns_and_another_one_goes_on_where_one_stopped(own_database_url: str) -> None:
    refill(own_database_url)
    async with sealer(own_database_url) as one, sealer(own_database_url) as other:
        await asyncio.gather(one.catch_up(), other.catch_up())
        with owner(own_database_url) as connection:
            insert(connection, 15, 16, 17, 18)
        await other.catch_up()
    async with sealer(own_database_url) as restarted:
        assert await restarted.catch_up() == 18
        with owner(own_database_url) as connection:
            insert(connection, 20)
        assert await restarted.catch_up() == 20
    report = await verify(own_database_url)
    assert (report.fault, report.events, report.seal) == (None, len(POSITIONS) + 5, 7)


async def test_a_clock_that_jumps_back_breaks_nothing(own_database_url: str) -> None:
    refill(own_database_url)
    clock = FakeClock()
    async with sealer(own_database_url, clock) as one:
        await one.catch_up()
        clock.advance(-86_400)
        with owner(own_database_url) as connection:
            insert(connection, 15, 16)
        assert await one.catch_up() == 16
    assert await found(own_database_url) is None


async def test_a_new_key_seals_from_now_on_and_the_old_one_vouches_for_what_it_sealed(sealed: str) -> None:
    async with sealer(sealed) as one:
        key_id = await one.rotate()
        with owner(sealed) as connection:
            insert(connection, 15)
        await one.catch_up()
    with psycopg.connect(sealed) as connection:
        used = connection.execute("SELECT key_id FROM seals ORDER BY number").fetchall()
    assert [key for (key,) in used[-2:]] == [used[0][0], key_id]
    assert await found(sealed) is None


async def test_seals_that_vanish_under_a_sealer_stop_it(sealed: str) -> None:
    async with sealer(sealed) as one:
        await one.catch_up()
        with owner(sealed) as connection:
            connection.execute("DELETE FROM seals WHERE number > 2; UPDATE events SET tag = 'x' WHERE position = 10")
        with pytest.raises(SealsGone, match="up to position 14"):
            await one.catch_up()


async def test_a_record_without_the_seals_that_a_check_saw_is_not_sealed_anew(sealed: str) -> None:
    async with Database(sealed, max_size=1) as pool:
        await SealChecks(pool).record(await verify(sealed))
        with owner(sealed) as connection:
            connection.execute("DELETE FROM seals; UPDATE events SET tag = 'media_request.unfollowed'")
        for _ in range(2):
            with pytest.raises(SealsGone, match="sealed up to position 14; now the seals end at 0"):
                await seal(sealed)
            await SealChecks(pool).record(await verify(sealed))
        assert (await found(sealed)) == ("seals_cut", 1, 14, 1)


async def test_the_seals_hold_when_somebody_is_forgotten(own_database_url: str) -> None:
    refill(own_database_url, ())
    author = uuid4()
    async with postgres_log(own_database_url) as parts, sealer(own_database_url) as one:
        await parts.keyring.create(author)
        await parts.log.append(an_append(write(uuid4(), 0, commented(author, "nobody shall read this any more"))))
        await one.catch_up()
        await parts.keyring.destroy(author)
    assert await found(own_database_url) is None


async def test_the_encoding_that_a_client_is_set_to_does_not_matter(sealed: str) -> None:
    assert await found(f"{sealed}&client_encoding=LATIN1") is None


async def test_how_far_the_seals_are_and_what_was_found_can_be_asked(sealed: str) -> None:
    async with Database(sealed, max_size=1) as pool:
        checks = SealChecks(pool)
        before = await checks.state()
        assert (before.position, before.lag, before.is_late, before.checked_at) == (14, 0, False, None)
        with owner(sealed) as connection:
            insert(connection, 20)  # recorded long ago
            connection.execute("UPDATE events SET tag = 'x' WHERE position = 4")
        await checks.record(await verify(sealed))
        await checks.record(await verify(sealed, after=4))  # does not look at position 4
        state = await checks.state()
        assert (state.position, state.lag, state.is_late) == (14, 6, True)
        assert "Position 4 was changed" in str(state.fault)
        with owner(sealed) as connection:
            connection.execute("UPDATE events SET tag = 'media_request.followed' WHERE position = 4")
        await checks.record(await verify(sealed))
        assert (await checks.state()).fault is None
