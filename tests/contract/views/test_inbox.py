"""What an inbox promises."""

from uuid import UUID, uuid4

import pytest

from medianest.adapters.postgres.inbox import PostgresInbox
from medianest.adapters.postgres.pool import Database
from medianest.projections.inbox import INBOX
from tests.contract.views.conftest import Fill, Plans
from tests.contract.views.pages import all_pages
from tests.contract.views.rows import ADA, BOB, an_item, at


@pytest.fixture
def inbox(database: Database) -> PostgresInbox:
    return PostgresInbox(database)


async def test_items_are_read_back_as_written(inbox: PostgresInbox, fill: Fill) -> None:
    items = [
        an_item(1, seasons=(), status="read", read_at=at(5)),
        an_item(2, request_id=None, title=None, by=None, status="archived"),
    ]
    await fill(INBOX, items)
    found = await inbox.find([item.notification_id for item in items] + [uuid4()])
    assert sorted(found, key=lambda item: item.notification_id) == items
    assert await inbox.find([]) == []


async def test_pages_hold_what_is_not_put_away_newest_first(inbox: PostgresInbox, fill: Fill) -> None:
    mine = [an_item(n, created_at=at(n // 3), status="read" if n % 4 == 0 else "delivered") for n in range(14)]
    away = an_item(20, status="archived")
    await fill(INBOX, [*mine, away, an_item(30, recipient=BOB)])

    async def seen(is_unread: bool | None) -> list[object]:
        return await all_pages(lambda after: inbox.list(ADA, is_unread=is_unread, limit=3, after=after), 3)

    newest = mine[::-1]
    assert await seen(None) == newest
    assert await seen(True) == [item for item in newest if item.status == "delivered"]
    assert await seen(False) == [item for item in newest if item.status == "read"]


async def test_unread_is_what_was_queued_or_delivered(inbox: PostgresInbox, fill: Fill) -> None:
    statuses = ["queued", "delivered", "read", "archived"]
    await fill(INBOX, [an_item(n, status=status) for n, status in enumerate(statuses, 1)])
    assert await inbox.unread(ADA, limit=5) == [UUID(int=2), UUID(int=1)]
    assert await inbox.unread(ADA, limit=1) == [UUID(int=2)]
    assert (await inbox.unread_count(ADA), await inbox.unread_count(BOB)) == (2, 0)


async def test_no_question_reads_the_whole_table(fill: Fill, plans: Plans) -> None:
    await fill(INBOX, [an_item(n, recipient=UUID(int=n % 100), status="read") for n in range(1, 4000)])
    person = UUID(int=7)
    for seen in (
        await plans(PostgresInbox, lambda inbox: inbox.find([person])),
        await plans(PostgresInbox, lambda inbox: inbox.list(person, is_unread=None, limit=20, after=None)),
        await plans(PostgresInbox, lambda inbox: inbox.list(person, is_unread=True, limit=20, after=None)),
        await plans(PostgresInbox, lambda inbox: inbox.list(person, is_unread=False, limit=20, after=None)),
        await plans(PostgresInbox, lambda inbox: inbox.unread(person, limit=20)),
        await plans(PostgresInbox, lambda inbox: inbox.unread_count(person)),
    ):
        assert seen
        assert "Seq Scan" not in "".join(seen)
