"""Password hashes and the setup token, on Postgres."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from medianest.adapters.eventlog.keyring import PostgresKeyring
from medianest.adapters.postgres.credentials import PostgresCredentials
from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.setup_tokens import PostgresSetupTokens
from medianest.ports.identity import Credentials, SetupTokens

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Database]:
    async with Database(database_url, max_size=4) as opened:
        yield opened


@pytest.fixture
def credentials(pool: Database) -> PostgresCredentials:
    return PostgresCredentials(pool)


@pytest.fixture
def setup_tokens(pool: Database) -> SetupTokens:
    return PostgresSetupTokens(pool)


async def test_the_newest_hash_of_a_person_is_found(credentials: Credentials) -> None:
    person = uuid4()
    assert await credentials.find(person) is None
    await credentials.put(person, "first")
    await credentials.put(person, "second")
    await credentials.put(uuid4(), "another's")
    assert await credentials.find(person) == "second"


async def test_forgetting_a_person_takes_their_hash_and_no_other(credentials: Credentials) -> None:
    person, other = uuid4(), uuid4()
    await credentials.put(person, "hash")
    await credentials.put(other, "another's")
    await credentials.forget(person)
    assert await credentials.find(person) is None
    assert await credentials.find(other) == "another's"


async def test_forgetting_a_person_takes_every_kept_answer_that_may_speak_of_them(
    credentials: Credentials, database_url: str
) -> None:
    person, other, theirs, others = (uuid4() for _ in range(4))
    answers = {
        "what they were answered": (person, {"id": str(others)}),
        "they themselves": (other, {"id": str(person), "name": "Zoe"}),
        "a request they wrote about": (other, {"id": str(theirs), "reason": "Not now"}),
        "what was parked": (other, {"id": "tell_people:7", "sentence": "Zoe asked for Dune"}),
        "what was undone": (other, {"undo": {"sentence": "Zoe rejected Dune"}, "events": []}),
        "somebody else": (other, {"id": str(other)}),
        "a request of others": (other, {"id": str(others)}),
    }
    with psycopg.connect(database_url, autocommit=True) as connection:
        for key, (actor, answer) in answers.items():
            connection.execute(
                "INSERT INTO receipts (actor, key, body_hash, status, answer) VALUES (%s, %s, '', 200, %s)",
                (actor, key, json.dumps(answer).encode()),
            )
        for category, stream_id in (("user", person), ("media_request", theirs)):
            connection.execute(
                "INSERT INTO events (category, stream_id, version, tag, schema, event_id, actor, correlation_id,"
                " occurred_at, recorded_at, body) VALUES (%s, %s, 1, 'any', 1, %s, %s, 'c', now(), now(), '{}')",
                (category, stream_id, uuid4(), person),
            )
        await credentials.forget(uuid4())  # of a registration that was refused: nothing speaks of them
        kept = [{key for (key,) in connection.execute("SELECT key FROM receipts")}]
        await credentials.forget(person)
        kept.append({key for (key,) in connection.execute("SELECT key FROM receipts")})
    assert kept == [{*answers}, {"somebody else", "a request of others"}]


async def test_the_setup_token_stays_the_same_until_it_is_spent(setup_tokens: SetupTokens) -> None:
    first = await asyncio.gather(*(setup_tokens.current() for _ in range(4)))
    assert len(set(first)) == 1
    assert len(first[0]) >= 32
    assert sorted(await asyncio.gather(*(setup_tokens.spend(first[0]) for _ in range(4)))) == [
        False,
        False,
        False,
        True,
    ]
    assert await setup_tokens.current() != first[0]


async def test_a_setup_token_whose_use_came_to_nothing_is_good_again(setup_tokens: SetupTokens) -> None:
    token = await setup_tokens.current()
    assert await setup_tokens.spend(token)
    await setup_tokens.restore(token)
    assert await setup_tokens.current() == token
    assert await setup_tokens.spend(token)


@pytest.mark.parametrize("wrong", ["", "wrong", "\ud800", "é"])
async def test_a_wrong_setup_token_is_not_taken_and_spends_nothing(setup_tokens: SetupTokens, wrong: str) -> None:
    assert not await setup_tokens.spend(wrong)
    token = await setup_tokens.current()
    assert not await setup_tokens.spend(wrong)
    assert await setup_tokens.spend(token)


async def test_sweeping_takes_only_what_belongs_to_nobody_for_a_day(
    database_url: str, pool: Database, credentials: PostgresCredentials
) -> None:
    keyring = PostgresKeyring(pool, b"k" * 32)
    recorded, broken_off, underway = people = [uuid4() for _ in range(3)]
    for person in people:
        await credentials.put(person, "hash")
        await keyring.create(person)
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO events (category, stream_id, version, tag, schema, event_id, actor, correlation_id,"
            " occurred_at, recorded_at, body)"
            " VALUES ('user', %s, 1, 'user.registered', 1, %s, %s, 'c', now(), now(), '{}')",
            (recorded, uuid4(), recorded),
        )
        old = [recorded, broken_off]
        connection.execute(
            "UPDATE credentials SET changed_at = now() - interval '2 days' WHERE user_id = ANY(%s)", (old,)
        )
        connection.execute(
            "UPDATE subject_keys SET created_at = now() - interval '2 days' WHERE user_id = ANY(%s)", (old,)
        )
    assert (await credentials.sweep(), await keyring.sweep()) == (1, 1)
    kept = {person: (await credentials.find(person), (await keyring.keys([person])).get(person)) for person in people}
    assert kept[broken_off] == (None, None)
    assert None not in kept[recorded]
    assert None not in kept[underway]
