"""What each person is told, read from Postgres. What is archived is put away: it is found by id, but not listed."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.reading import Condition, ViewReader, key_of, page_of
from medianest.ports.views import Page
from medianest.projections.inbox import INBOX, InboxItem

# The words of the partial indexes' conditions: Postgres uses them only for these.
LISTED: Final = "status <> 'archived'"
UNREAD: Final = "status IN ('queued', 'delivered')"


class PostgresInbox:
    def __init__(self, database: Database) -> None:
        self._view = ViewReader(database, INBOX)

    async def find(self, notification_ids: Collection[UUID]) -> Sequence[InboxItem]:
        return await self._view.rows("WHERE notification_id = ANY(%s::uuid[])", (list(notification_ids),))

    async def list(
        self, recipient: UUID, *, is_unread: bool | None, limit: int, after: tuple[str, ...] | None
    ) -> Page[InboxItem]:
        condition = Condition()
        condition.require("recipient = %s", recipient)
        condition.require(UNREAD if is_unread else LISTED)
        if is_unread is False:
            condition.require("status = 'read'")
        condition.go_on("(created_at, notification_id) < (%s::timestamptz, %s::uuid)", after)
        rows = await self._view.rows(
            f"{condition} ORDER BY created_at DESC, notification_id DESC LIMIT %s", (*condition.parameters, limit + 1)
        )
        items, last = page_of(rows, limit)
        return Page(items=items, next_key=None if last is None else key_of(last.created_at, last.notification_id))

    async def unread(self, recipient: UUID, *, limit: int) -> Sequence[UUID]:
        """Newest first."""
        rows = await self._view.fetch(
            f"SELECT notification_id FROM {INBOX.table} WHERE recipient = %s AND {UNREAD} "
            "ORDER BY created_at DESC, notification_id DESC LIMIT %s",
            (recipient, limit),
        )
        return [notification_id for (notification_id,) in rows]

    async def unread_count(self, recipient: UUID) -> int:
        rows = await self._view.fetch(
            f"SELECT count(*) FROM {INBOX.table} WHERE recipient = %s AND {UNREAD}", (recipient,)
        )
        return int(rows[0][0])
