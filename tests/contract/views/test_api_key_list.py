"""What the list of API keys promises."""

from typing import Any
from uuid import UUID

import pytest

from medianest.adapters.postgres.api_key_list import PostgresApiKeyList
from medianest.adapters.postgres.pool import Database
from medianest.projections.api_keys import API_KEYS, KeyCard
from tests.contract.views.conftest import Fill, Plans
from tests.contract.views.pages import all_pages
from tests.contract.views.rows import ADA, BOB, at


def a_card(number: int, **fields: Any) -> KeyCard:
    given = {
        "key_id": UUID(int=number),
        "user_id": ADA,
        "name": f"Script {number}",
        "scopes": ("read",),
        "made_at": at(number // 3),
        "expires_at": None,
    }
    return KeyCard(**{**given, **fields})


@pytest.fixture
def keys(database: Database) -> PostgresApiKeyList:
    return PostgresApiKeyList(database)


async def test_pages_hold_the_keys_of_one_person_newest_first(keys: PostgresApiKeyList, fill: Fill) -> None:
    mine = [a_card(n) for n in range(8)]
    mine += [a_card(9, expires_at=at(3), revoked_at=at(2), scopes=("read", "admin")), a_card(12, name=None)]
    await fill(API_KEYS, [*mine, a_card(30, user_id=BOB)])
    assert await all_pages(lambda after: keys.of(ADA, limit=3, after=after), 3) == mine[::-1]


async def test_no_question_reads_the_whole_table(fill: Fill, plans: Plans) -> None:
    await fill(API_KEYS, [a_card(n, user_id=UUID(int=n % 100)) for n in range(1, 4000)])
    for seen in await plans(PostgresApiKeyList, lambda keys: keys.of(UUID(int=7), limit=20, after=None)):
        assert "Seq Scan" not in seen, seen
