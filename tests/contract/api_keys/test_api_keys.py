"""What API keys promise: the fake and the table."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from medianest.adapters.postgres.api_keys import PostgresApiKeys
from medianest.adapters.postgres.pool import Database
from medianest.domain.api_key import Scope
from medianest.ports.api_keys import PREFIX, ApiKeys, HeldKey
from medianest.ports.sessions import Sighting
from tests.fakes.api_keys import FakeApiKeys

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)
DAY = timedelta(days=1)


@pytest.fixture
async def database(shared_database_url: str) -> AsyncIterator[Database]:
    async with Database(shared_database_url, max_size=4) as opened:
        yield opened


@pytest.fixture(params=["fake", "postgres"])
def keys(request: pytest.FixtureRequest) -> ApiKeys:
    return FakeApiKeys() if request.param == "fake" else PostgresApiKeys(request.getfixturevalue("database"))


def a_key(user_id: UUID | None = None, *, expires_at: datetime | None = None) -> HeldKey:
    scopes: frozenset[Scope] = frozenset({"read", "manage"})
    return HeldKey(key_id=uuid4(), user_id=user_id or uuid4(), scopes=scopes, expires_at=expires_at)


async def test_a_key_opens_what_it_was_made_for(keys: ApiKeys) -> None:
    first, second = a_key(), a_key()
    secrets = [await keys.issue(key) for key in (first, second)]
    assert [await keys.read(secret, NOON) for secret in secrets] == [first, second]
    assert all(secret.startswith(PREFIX) and len(secret) == 46 for secret in secrets)


@pytest.mark.parametrize("text", ["", "mn_", "mn_" + "a" * 43, "\x00", "mn_\ud800", "mn_" + "a" * 5000])
async def test_a_text_that_is_no_key_opens_nothing(keys: ApiKeys, text: str) -> None:
    await keys.issue(a_key())
    assert await keys.read(text, NOON) is None


async def test_a_key_opens_nothing_from_the_moment_at_which_it_expires(keys: ApiKeys) -> None:
    key = a_key(expires_at=LATER)
    secret = await keys.issue(key)
    assert await keys.read(secret, LATER - timedelta(microseconds=1)) == key
    assert await keys.read(secret, LATER) is None


async def test_those_of_a_person_that_open_something_are_listed(keys: ApiKeys) -> None:
    ada = uuid4()
    ends, stays, goes = a_key(ada, expires_at=LATER), a_key(ada), a_key(ada)
    for key in (ends, stays, goes, a_key()):
        await keys.issue(key)
    await keys.revoke(goes.key_id)
    assert [await keys.of(ada, now) for now in (NOON, LATER)] == [[ends.key_id, stays.key_id], [stays.key_id]]


async def test_a_revoked_key_opens_nothing_and_no_other_is_touched(keys: ApiKeys) -> None:
    first, second = a_key(), a_key()
    secrets = [await keys.issue(key) for key in (first, second)]
    await keys.revoke(first.key_id)
    await keys.revoke(uuid4())
    assert [await keys.read(secret, NOON) for secret in secrets] == [None, second]


async def test_forgetting_a_person_takes_all_of_their_keys(keys: ApiKeys) -> None:
    person = uuid4()
    theirs, other = [a_key(person) for _ in range(2)], a_key()
    secrets = [await keys.issue(key) for key in (*theirs, other)]
    await keys.forget(person)
    assert [await keys.read(secret, NOON) for secret in secrets] == [None, None, other]


async def test_the_last_use_is_the_latest_whatever_is_told_last(keys: ApiKeys) -> None:
    used, unused = a_key(), a_key()
    for key in (used, unused):
        await keys.issue(key)
    await keys.seen({used.key_id: Sighting(at=LATER, address="192.0.2.1"), uuid4(): Sighting(at=NOON, address=None)})
    await keys.seen({used.key_id: Sighting(at=NOON, address="192.0.2.2")})
    assert await keys.last_used([used.key_id, unused.key_id, uuid4()]) == {
        used.key_id: Sighting(at=LATER, address="192.0.2.2")
    }


async def test_a_key_whose_end_is_recorded_opens_nothing_though_its_row_is_still_there(database: Database) -> None:
    keys, key = PostgresApiKeys(database), a_key()
    secret = await keys.issue(key)
    await _record(database, key, "api_key.revoked")
    assert await keys.read(secret, NOON) is None


async def test_sweeping_takes_what_opens_nothing_and_nothing_else(database: Database) -> None:
    keys, now = PostgresApiKeys(database), datetime.now(UTC)
    good, revoked, broken_off, under_way = (a_key() for _ in range(4))
    expired, long_expired = (a_key(expires_at=now - days * DAY) for days in (1, 91))
    for key in (good, revoked, expired, long_expired, broken_off, under_way):
        await keys.issue(key)
    for key in (good, revoked, expired, long_expired):
        await _record(database, key, "api_key.made")
    await _record(database, revoked, "api_key.revoked", version=2)
    async with database.connection() as connection:
        await connection.execute(
            "UPDATE api_keys SET made_at = made_at - interval '2 days' WHERE key_id <> %s", (under_way.key_id,)
        )
    await keys.sweep(now)
    ids = [key.key_id for key in (good, revoked, expired, long_expired, broken_off, under_way)]
    async with database.connection() as connection:
        rows = await connection.execute("SELECT key_id FROM api_keys WHERE key_id = ANY(%s)", (ids,))
        left = {key_id for (key_id,) in await rows.fetchall()}
    assert left == {good.key_id, expired.key_id, under_way.key_id}


async def _record(database: Database, key: HeldKey, tag: str, version: int = 1) -> None:
    async with database.connection() as connection:
        await connection.execute(
            "INSERT INTO events (category, stream_id, version, tag, schema, event_id, actor, correlation_id,"
            " occurred_at, recorded_at, body) VALUES ('api_key', %s, %s, %s, 1, %s, %s, 'c', now(), now(), '{}')",
            (key.key_id, version, tag, uuid4(), key.user_id),
        )
