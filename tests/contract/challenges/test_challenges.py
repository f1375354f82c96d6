"""What challenges promise: the fake and the table."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from medianest.adapters.eventlog.sealing import sealed_under
from medianest.adapters.postgres.challenges import PostgresChallenges
from medianest.adapters.postgres.pool import Database
from medianest.ports.challenges import Challenges
from medianest.ports.failures import SealBroken
from tests.fakes.challenges import FakeChallenges
from tests.fakes.clock import FakeClock

HALF_AN_HOUR = timedelta(minutes=30)
ADA, BOB = UUID(int=1), UUID(int=2)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def database(shared_database_url: str) -> AsyncIterator[Database]:
    async with Database(shared_database_url, max_size=8) as opened:
        async with opened.connection() as connection:
            await connection.execute("TRUNCATE challenges")
        yield opened


@pytest.fixture(params=["fake", "postgres"])
def challenges(request: pytest.FixtureRequest, clock: FakeClock) -> Challenges:
    if request.param == "fake":
        return FakeChallenges(clock)
    return PostgresChallenges(request.getfixturevalue("database"), sealed_under, clock)


async def test_what_was_sealed_comes_back_for_its_token(challenges: Challenges) -> None:
    payload = secrets.token_bytes(5000)
    token = await challenges.open("reset", payload, lifetime=HALF_AN_HOUR, subject=ADA)
    other = await challenges.open("reset", b"", lifetime=HALF_AN_HOUR)
    assert (len(token), len(other), token == other) == (43, 43, False)
    assert await challenges.look("reset", token) == await challenges.look("reset", token) == payload
    assert await challenges.spend("reset", token) == payload
    assert await challenges.spend("reset", other) == b""


async def test_a_token_is_good_once(challenges: Challenges) -> None:
    token = await challenges.open("reset", b"ada", lifetime=HALF_AN_HOUR)
    assert await challenges.spend("reset", token) == b"ada"
    assert await challenges.spend("reset", token) is None
    assert await challenges.look("reset", token) is None


async def test_of_fifty_who_spend_it_at_once_one_gets_it(challenges: Challenges) -> None:
    token = await challenges.open("reset", b"ada", lifetime=HALF_AN_HOUR)
    taken = await asyncio.gather(*(challenges.spend("reset", token) for _ in range(50)))
    assert (taken.count(b"ada"), taken.count(None)) == (1, 49)


async def test_a_token_for_one_purpose_serves_no_other_and_is_not_spent_by_it(challenges: Challenges) -> None:
    token = await challenges.open("invitation", b"ada", lifetime=HALF_AN_HOUR)
    assert await challenges.look("reset", token) is None
    assert await challenges.spend("reset", token) is None
    assert await challenges.spend("invitation", token) == b"ada"


async def test_a_token_ends_at_its_time(challenges: Challenges, clock: FakeClock) -> None:
    token = await challenges.open("reset", b"ada", lifetime=HALF_AN_HOUR)
    clock.advance(1799)
    assert await challenges.look("reset", token) == b"ada"
    clock.advance(1)
    assert await challenges.look("reset", token) is None
    assert await challenges.spend("reset", token) is None


@pytest.mark.parametrize("token", ["", "unknown", "\ud800", "x\0y", "a" * 5000])
async def test_a_token_that_was_never_given_opens_nothing(challenges: Challenges, token: str) -> None:
    await challenges.open("reset", b"ada", lifetime=HALF_AN_HOUR)
    assert await challenges.look("reset", token) is None
    assert await challenges.spend("reset", token) is None


async def test_those_about_a_person_are_dropped_of_one_kind_or_of_all(challenges: Challenges) -> None:
    async def left() -> list[bool]:
        return [await challenges.look(kind, token) is not None for (kind, _), token in tokens.items()]

    about = [("reset", ADA), ("sign_in", ADA), ("reset", BOB), ("reset", None)]
    tokens = {it: await challenges.open(it[0], b"x", lifetime=HALF_AN_HOUR, subject=it[1]) for it in about}
    await challenges.drop("reset", ADA)
    assert await left() == [False, True, True, True]
    await challenges.drop(None, ADA)
    assert await left() == [False, False, True, True]
    await challenges.drop(None, uuid4())


async def test_sweeping_takes_what_has_expired_and_nothing_else(challenges: Challenges, clock: FakeClock) -> None:
    await challenges.open("reset", b"old", lifetime=HALF_AN_HOUR)
    live = await challenges.open("reset", b"live", lifetime=2 * HALF_AN_HOUR)
    clock.advance(1800)
    assert [await challenges.sweep(clock.now()) for _ in range(2)] == [1, 0]
    assert await challenges.spend("reset", live) == b"live"


async def test_a_copy_of_the_table_opens_nothing(database: Database, clock: FakeClock) -> None:
    challenges = PostgresChallenges(database, sealed_under, clock)
    token = await challenges.open("reset", b"ada@example.org", lifetime=HALF_AN_HOUR, subject=ADA)
    async with database.connection() as connection:
        cursor = await connection.execute("SELECT token_hash, sealed, c::text FROM challenges c")
        [(token_hash, sealed, row)] = await cursor.fetchall()
    assert token not in row
    assert b"ada" not in sealed
    for guess in (row, token_hash.hex(), token_hash.decode("latin-1")):
        assert await challenges.spend("reset", guess) is None
    assert await challenges.spend("reset", token) is not None


@pytest.mark.parametrize(
    "change", ["kind = 'sign_in'", f"subject = '{BOB}'", "expires_at = expires_at + interval '1 year'"]
)
async def test_a_challenge_that_was_given_another_life_does_not_open(
    database: Database, clock: FakeClock, change: str
) -> None:
    challenges = PostgresChallenges(database, sealed_under, clock)
    token = await challenges.open("reset", b"ada", lifetime=HALF_AN_HOUR, subject=ADA)
    async with database.connection() as connection:
        await connection.execute(f"UPDATE challenges SET {change}".encode())
    with pytest.raises(SealBroken):
        await challenges.look("sign_in" if "kind" in change else "reset", token)
