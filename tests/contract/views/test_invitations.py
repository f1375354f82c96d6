"""What the list of invitations promises."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from medianest.adapters.postgres.invitations import PostgresInvitations
from medianest.adapters.postgres.pool import Database
from medianest.projections.invitations import INVITATIONS, InvitationCard
from tests.contract.views.conftest import Fill, Plans
from tests.contract.views.pages import all_pages
from tests.contract.views.rows import ADA, at


def an_invitation(number: int, **fields: Any) -> InvitationCard:
    given = {
        "invitation_id": UUID(int=number),
        "created_by": ADA,
        "role": "member",
        "uses": 3,
        "note": None,
        "created_at": at(number),
        "expires_at": at(number + 10_000),
    }
    return InvitationCard(**{**given, **fields})


@pytest.fixture
def invitations(database: Database) -> PostgresInvitations:
    return PostgresInvitations(database)


async def test_pages_hold_every_invitation_once_as_it_was_written_the_newest_first(
    invitations: PostgresInvitations, fill: Fill
) -> None:
    assert (await invitations.list(limit=4, after=None)).items == []
    written = [an_invitation(n, created_at=at(n // 4)) for n in range(1, 14)]
    written.append(an_invitation(14, role="admin", used=3, note="For Ben", is_revoked=True, created_by=uuid4()))
    await fill(INVITATIONS, written)
    seen = await all_pages(lambda after: invitations.list(limit=4, after=after), 4)
    assert seen == sorted(written, key=lambda card: (card.created_at, card.invitation_id), reverse=True)


async def test_a_list_does_not_read_the_whole_table(fill: Fill, plans: Plans) -> None:
    await fill(INVITATIONS, [an_invitation(n) for n in range(3000)])
    seen = await plans(PostgresInvitations, lambda reader: reader.list(limit=20, after=None))
    assert seen
    assert "Seq Scan" not in "".join(seen)
