"""What every security log promises, and how the one on Postgres stays within bounds."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.refusal_sums import RefusalSums
from medianest.adapters.postgres.security_log import PostgresSecurityLog
from medianest.ports.security_log import KEPT, RefusalCount, RefusedCredential, SecurityFilter, SecurityLog
from tests.fakes.security_log import FakeSecurityLog

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
ANY = SecurityFilter()
ADA, BOB = UUID(int=1), UUID(int=2)
Make = Callable[..., SecurityLog]


@pytest.fixture
async def pool(shared_database_url: str) -> AsyncIterator[Database]:
    async with Database(shared_database_url, max_size=2) as opened:
        yield opened
        async with opened.connection() as connection:
            await connection.execute("TRUNCATE security_log")


@pytest.fixture(params=["fake", "postgres"])
def make(request: pytest.FixtureRequest) -> Make:
    if request.param == "fake":
        return FakeSecurityLog
    pool: Database = request.getfixturevalue("pool")
    return lambda **options: PostgresSecurityLog(pool, **options)


def refusal(number: int = 0, **changes: object) -> RefusedCredential:
    """One, so many minutes after noon."""
    given = {"at": NOON + timedelta(minutes=number), "method": "password", "reason": "wrong_password", **changes}
    return RefusedCredential(**given)  # type: ignore[arg-type]


async def listed(log: SecurityLog, criteria: SecurityFilter = ANY) -> list[RefusedCredential]:
    return [it.refused for it in (await log.page(criteria, limit=100, after=None)).items]


async def test_what_was_noted_is_listed_the_latest_first(make: Make) -> None:
    log = make()
    whole = refusal(user_id=ADA, address="192.0.2.1", device="Firefox", correlation_id="click")
    await log.note(whole)
    await log.note(refusal(1))
    assert await listed(log) == [refusal(1), whole]


async def test_a_list_goes_on_where_it_ended_whatever_comes_meanwhile(make: Make) -> None:
    log = make()
    for number in range(5):
        await log.note(refusal(number))
    first = await log.page(ANY, limit=2, after=None)
    await log.note(refusal(9))
    second = await log.page(ANY, limit=2, after=first.next_key)
    third = await log.page(ANY, limit=2, after=second.next_key)
    pages = [[it.refused.at.minute for it in page.items] for page in (first, second, third)]
    assert pages == [[4, 3], [2, 1], [0]]
    assert third.next_key is None


async def test_filters_narrow_one_another(make: Make) -> None:
    log = make()
    mine = refusal(2, method="refresh", reason="reused", user_id=ADA, address="192.0.2.1")
    await log.note(refusal(0, user_id=ADA, address="192.0.2.1"))
    await log.note(refusal(1, method="refresh", reason="reused", user_id=BOB, address="192.0.2.9"))
    await log.note(mine)
    await log.note(refusal(3, method="refresh", reason="expired", user_id=ADA, address="192.0.2.1"))
    at = NOON + timedelta(minutes=2)
    assert await listed(log, SecurityFilter(method="refresh", reason="reused", user_id=ADA)) == [mine]
    assert await listed(log, SecurityFilter(address="192.0.2.1", since=at, until=at + timedelta(minutes=1))) == [mine]
    assert await listed(log, SecurityFilter(since=at, until=at)) == []


async def test_refusals_are_counted_by_day_in_utc_and_by_reason(make: Make) -> None:
    log = make()
    for at, method, reason in (
        (NOON, "password", "wrong_password"),
        (NOON.replace(hour=23, minute=59), "password", "wrong_password"),
        (NOON, "refresh", "expired"),
        (NOON + timedelta(days=1), "password", "wrong_password"),
        (NOON + timedelta(days=2), "password", "wrong_password"),
    ):
        await log.note(refusal(at=at, method=method, reason=reason))
    assert await log.counts(since=NOON, until=NOON + timedelta(days=2)) == [
        RefusalCount(day=date(2026, 5, 1), method="password", reason="wrong_password", count=2),
        RefusalCount(day=date(2026, 5, 1), method="refresh", reason="expired", count=1),
        RefusalCount(day=date(2026, 5, 2), method="password", reason="wrong_password", count=1),
    ]


async def test_whoever_is_forgotten_leaves_neither_address_nor_device(make: Make) -> None:
    log = make()
    for person in (ADA, BOB):
        await log.note(refusal(user_id=person, address="192.0.2.1", device="Firefox"))
    await log.forget(ADA)
    assert await listed(log, SecurityFilter(user_id=ADA)) == [refusal(user_id=ADA)]
    assert await listed(log, SecurityFilter(user_id=BOB)) == [
        refusal(user_id=BOB, address="192.0.2.1", device="Firefox")
    ]


async def test_ninety_days_are_kept_and_of_them_the_newest(make: Make) -> None:
    log = make(most=3)
    for number in (0, 1, 2, 3):
        await log.note(refusal(number))
    assert await log.sweep(NOON) == 1
    assert await log.sweep(NOON + KEPT + timedelta(minutes=1)) == 0
    assert await log.sweep(NOON + KEPT + timedelta(minutes=1, microseconds=1)) == 1
    assert [it.at.minute for it in await listed(log)] == [3, 2]


async def test_of_a_flood_from_one_address_so_many_are_written_and_the_rest_is_counted(pool: Database) -> None:
    log = PostgresSecurityLog(pool, sums=RefusalSums(of_one_address=3))
    for _ in range(10):
        await log.note(refusal(user_id=ADA, address="192.0.2.1", device="bot", correlation_id="c"))
    await log.note(refusal(address="192.0.2.2"))
    page = await log.page(SecurityFilter(address="192.0.2.1"), limit=100, after=None)
    assert [it.times for it in page.items] == [7, 1, 1, 1]
    assert page.items[0].refused == refusal(address="192.0.2.1"), "of those that are counted nothing else is known"
    assert await listed(log, SecurityFilter(address="192.0.2.2")) != []
    (count,) = await log.counts(since=NOON, until=NOON + timedelta(days=1))
    assert count.count == 11


async def test_a_sum_is_written_with_the_first_refusal_of_another_minute(pool: Database) -> None:
    log = PostgresSecurityLog(pool, sums=RefusalSums(of_all=2))
    for number in range(6):
        await log.note(refusal(address=f"192.0.2.{number}"))
    await log.note(refusal(1, address="192.0.2.0"))
    async with pool.connection() as connection:
        rows = await (await connection.execute("SELECT address, times FROM security_log ORDER BY entry_id")).fetchall()
    assert rows == [(f"192.0.2.{number}", 1) for number in (0, 1, 2, 3, 4, 5, 0)]


def test_of_more_addresses_than_are_told_apart_only_the_number_is_known() -> None:
    sums = RefusalSums(of_all=0, sums=2)
    for number in range(1000):
        assert not sums.rows(refusal(address=f"192.0.2.{number}"))
    drained = sums.drain()
    assert [(it.address, times) for it, times in drained] == [("192.0.2.0", 1), ("192.0.2.1", 1), (None, 998)]
    assert not sums.drain()


async def test_what_cannot_be_written_now_is_no_failure_and_is_written_later(
    shared_database_url: str, pool: Database
) -> None:
    sums = RefusalSums()
    away = PostgresSecurityLog(Database("postgresql://127.0.0.1:1/none", patience=0.05), sums=sums)
    for _ in range(3):
        await away.note(refusal(user_id=ADA, address="192.0.2.1"))
    async with PostgresSecurityLog(pool, sums=sums):
        pass  # at the latest when it is closed
    page = await PostgresSecurityLog(pool).page(ANY, limit=10, after=None)
    assert [(it.refused, it.times) for it in page.items] == [(refusal(address="192.0.2.1"), 3)]


async def test_what_was_on_its_way_while_somebody_was_forgotten_is_emptied_by_the_sweep(pool: Database) -> None:
    log, person = PostgresSecurityLog(pool), uuid4()
    async with pool.connection() as connection:
        await connection.execute(
            "INSERT INTO subject_keys (user_id, wrapped_key, destroyed_at) VALUES (%s, NULL, now())", (person,)
        )
    await log.note(refusal(user_id=person, address="192.0.2.1", device="Firefox"))
    await log.sweep(NOON)
    assert await listed(log) == [refusal(user_id=person)]
