"""What the audit trail promises."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from medianest.adapters.postgres.audit import PostgresAuditTrail
from medianest.adapters.postgres.pool import Database
from medianest.ports.views import AuditFilter
from medianest.projections.audit import AUDIT
from tests.contract.views.conftest import Fill, Plans
from tests.contract.views.pages import all_pages
from tests.contract.views.rows import ADA, BOB, an_entry, at


@pytest.fixture
def trail(database: Database) -> PostgresAuditTrail:
    return PostgresAuditTrail(database)


async def test_pages_hold_every_line_once_newest_first(trail: PostgresAuditTrail, fill: Fill) -> None:
    entries = [an_entry(n, causation_id=uuid4(), session_id=uuid4() if n % 2 else None) for n in range(1, 12)]
    await fill(AUDIT, entries)
    seen = await all_pages(lambda after: trail.list(AuditFilter(), limit=4, before=int(after[0]) if after else None), 4)
    assert seen == entries[::-1]


async def test_a_filter_keeps_what_it_names(trail: PostgresAuditTrail, fill: Fill) -> None:
    stream = uuid4()
    entries = [
        an_entry(1, recorded_at=at(1)),
        an_entry(2, recorded_at=at(2), actor=BOB, stream_id=stream),
        an_entry(3, recorded_at=at(2), tag="user.deleted", category="user", stream_id=stream),
        an_entry(4, recorded_at=at(4), actor=BOB, correlation_id="one"),
    ]
    await fill(AUDIT, entries)

    async def kept(**criteria: Any) -> list[int]:
        page = await trail.list(AuditFilter(**criteria), limit=10, before=None)
        return [entry.position for entry in page.items]

    assert await kept(actor=BOB) == [4, 2]
    assert await kept(action="user.deleted") == [3]
    assert await kept(category="media_request") == [4, 2, 1]
    assert await kept(stream=stream) == [3, 2]
    assert await kept(correlation="one") == [4]
    assert await kept(since=at(2)) == [4, 3, 2]
    assert await kept(until=at(2)) == [1]
    assert await kept(since=at(2), until=at(4)) == [3, 2]
    assert await kept(since=at(5)) == []
    assert await kept(until=at(1)) == []
    assert await kept(actor=BOB, until=at(4)) == [2]
    assert await kept(actor=ADA, action="user.deleted", since=at(1), until=at(3)) == [3]


async def test_no_question_reads_the_whole_table(fill: Fill, plans: Plans) -> None:
    people = [UUID(int=n) for n in range(1, 100)]
    await fill(AUDIT, [an_entry(n, actor=people[n % 99], category="user" if n % 50 else "quota") for n in range(4000)])
    for criteria in (
        AuditFilter(),
        AuditFilter(actor=people[3]),
        AuditFilter(actor=people[3], since=at(100), until=at(3000)),
        AuditFilter(action="media_request.submitted"),
        AuditFilter(category="quota"),
        AuditFilter(stream=UUID(int=50)),
        AuditFilter(correlation="click-9"),
        AuditFilter(since=at(3990)),
        AuditFilter(until=at(10)),
    ):
        for before in (None, 2000):
            seen = await plans(
                PostgresAuditTrail,
                lambda trail, criteria=criteria, before=before: trail.list(criteria, limit=20, before=before),
            )
            assert "Seq Scan" not in "".join(seen), seen
