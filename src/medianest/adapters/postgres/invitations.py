"""Invitations, read from Postgres."""

from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.reading import Condition, ViewReader, key_of, page_of
from medianest.ports.views import Page
from medianest.projections.invitations import INVITATIONS, InvitationCard


class PostgresInvitations:
    def __init__(self, database: Database) -> None:
        self._view = ViewReader(database, INVITATIONS)

    async def list(self, *, limit: int, after: tuple[str, ...] | None) -> Page[InvitationCard]:
        condition = Condition()
        condition.go_on("(created_at, invitation_id) < (%s::timestamptz, %s::uuid)", after)
        rows = await self._view.rows(
            f"{condition} ORDER BY created_at DESC, invitation_id DESC LIMIT %s", (*condition.parameters, limit + 1)
        )
        items, last = page_of(rows, limit)
        return Page(items=items, next_key=None if last is None else key_of(last.created_at, last.invitation_id))
