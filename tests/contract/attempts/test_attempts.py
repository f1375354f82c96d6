"""What whoever counts attempts promises; on Postgres and as a fake."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import get_args
from uuid import uuid4

import pytest

from medianest.adapters.postgres.attempts import PostgresAttempts
from medianest.adapters.postgres.pool import Database
from medianest.domain.lockout import Limits, TargetKind
from medianest.ports.attempts import Attempts, Lockout, Target
from tests.fakes.attempts import FakeAttempts

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
async def pool(shared_database_url: str) -> AsyncIterator[Database]:
    async with Database(shared_database_url, max_size=8) as opened:
        yield opened
        async with opened.connection() as connection:
            await connection.execute("TRUNCATE attempts")


@pytest.fixture(params=["fake", "postgres"])
def attempts(request: pytest.FixtureRequest) -> Attempts:
    return FakeAttempts() if request.param == "fake" else PostgresAttempts(request.getfixturevalue("pool"), Limits())


def some(kind: TargetKind) -> Target:
    return Target(kind, str(uuid4()))


async def tried(attempts: Attempts, *targets: Target, times: int, now: datetime = NOON) -> list[bool]:
    return [(await attempts.admit(*targets, now=now)).is_admitted for _ in range(times)]


@pytest.mark.parametrize("kind", get_args(TargetKind))
async def test_five_are_admitted_and_the_sixth_is_told_when_to_come_back(attempts: Attempts, kind: TargetKind) -> None:
    target = some(kind)
    for _ in range(4):
        admission = await attempts.admit(target, now=NOON)
        assert (admission.is_admitted, admission.retry_after, admission.locked) == (True, 0.0, {})
    assert (await attempts.admit(target, now=NOON)).locked == {target: NOON + QUARTER}
    refused = await attempts.admit(target, now=NOON + timedelta(minutes=5))
    assert (refused.is_admitted, refused.retry_after, refused.locked) == (False, 600.0, {})
    assert (await attempts.admit(target, now=NOON + QUARTER)).is_admitted
    assert (await attempts.admit(some(kind), now=NOON)).is_admitted


async def test_of_two_hundred_at_once_no_more_are_admitted_than_the_limit_says(attempts: Attempts) -> None:
    account, address = some("account"), some("address")
    admissions = await asyncio.gather(*(attempts.admit(account, address, now=NOON) for _ in range(200)))
    assert sum(it.is_admitted for it in admissions) == 5
    assert [set(it.locked) for it in admissions if it.locked] == [{account, address}]


async def test_two_who_try_the_same_in_another_order_do_not_wait_for_one_another(pool: Database) -> None:
    attempts = PostgresAttempts(pool, Limits())
    first, middle, *_, last = (some(kind) for kind in sorted(get_args(TargetKind)))
    await attempts.admit(middle, now=NOON)
    async with pool.connection() as holding, pool.connection() as watching:
        async with holding.transaction():
            await holding.execute("SELECT FROM attempts WHERE key = %s FOR UPDATE", (middle.key,))
            orders = ((first, middle, last), (last, middle, first))
            both = [asyncio.create_task(attempts.admit(*order, now=NOON)) for order in orders]
            async with asyncio.timeout(10):
                while await (await watching.execute(WAITING)).fetchone() != (2,):
                    await asyncio.sleep(0.005)
        assert [(await it).is_admitted for it in both] == [True, True]


async def test_where_one_is_locked_nothing_is_taken_from_the_others(attempts: Attempts) -> None:
    account, address = some("account"), some("address")
    await tried(attempts, account, times=5)
    assert await tried(attempts, account, address, times=3) == [False] * 3
    assert await tried(attempts, address, times=6) == [True] * 5 + [False]


async def test_whoever_is_locked_twice_waits_for_the_longer_of_the_two(attempts: Attempts) -> None:
    account, address = some("account"), some("address")
    await tried(attempts, account, times=5)
    await tried(attempts, address, times=5, now=NOON + timedelta(minutes=10))
    admission = await attempts.admit(account, address, now=NOON + timedelta(minutes=10))
    assert admission.retry_after == 900.0


async def test_the_next_lockout_is_longer(attempts: Attempts) -> None:
    account = some("account")
    await tried(attempts, account, times=5)
    await tried(attempts, account, times=5, now=NOON + QUARTER)
    assert (await attempts.admit(account, now=NOON + QUARTER)).retry_after == 1800.0


async def test_whoever_is_right_starts_anew_also_at_the_last_attempt(attempts: Attempts) -> None:
    account, factor = some("account"), some("factor")
    await tried(attempts, account, factor, times=5)
    await attempts.succeeded(account, factor)
    assert await tried(attempts, account, factor, times=6) == [True] * 5 + [False]


async def test_an_address_is_given_back_the_one_that_was_right_and_no_more(attempts: Attempts) -> None:
    address = some("address")
    await tried(attempts, address, times=5)
    await attempts.succeeded(address)
    assert await tried(attempts, address, times=2) == [True, False]


async def test_success_where_nothing_was_tried_changes_nothing(attempts: Attempts) -> None:
    account, address = some("account"), some("address")
    await attempts.succeeded(account, address)
    assert await tried(attempts, account, address, times=6) == [True] * 5 + [False]


async def test_unlocking_forgets_all_of_one_target_and_nothing_of_another(attempts: Attempts) -> None:
    account, other = some("account"), some("account")
    for target in (account, other):
        await tried(attempts, target, times=5)
    assert await attempts.unlock(account)
    assert not await attempts.unlock(account)
    assert await tried(attempts, account, times=6) == [True] * 5 + [False]
    assert not (await attempts.admit(other, now=NOON)).is_admitted


async def test_the_locked_are_listed_the_latest_first(attempts: Attempts) -> None:
    first, second, free = some("account"), some("address"), some("factor")
    await tried(attempts, first, times=5)
    await tried(attempts, second, times=5, now=NOON + timedelta(minutes=1))
    await tried(attempts, free, times=4)
    later = NOON + timedelta(minutes=2)
    assert await attempts.locked(later) == [
        Lockout(target=target, last_at=at, locked_until=at + QUARTER, lockouts=1)
        for target, at in ((second, NOON + timedelta(minutes=1)), (first, NOON))
    ]
    assert [it.target for it in await attempts.locked(later, limit=1)] == [second]
    assert [it.target for it in await attempts.locked(NOON + QUARTER)] == [second]


async def test_sweeping_takes_what_makes_no_difference_any_more(attempts: Attempts) -> None:
    quiet, was_locked, account = some("address"), some("address"), some("account")
    await tried(attempts, quiet, account, times=1)
    await tried(attempts, was_locked, times=5)
    ends = [NOON + QUARTER, NOON + QUARTER + timedelta(days=1), NOON + timedelta(days=30)]
    for end in ends:
        assert await attempts.sweep(end - timedelta(seconds=1)) == 0
        assert await attempts.sweep(end) == 1


async def test_what_was_counted_outlives_the_process(shared_database_url: str) -> None:
    account = some("account")
    for is_admitted in (True, False):
        async with Database(shared_database_url, max_size=1) as database:
            attempts = PostgresAttempts(database, Limits())
            assert await tried(attempts, account, times=5) == [is_admitted] * 5
