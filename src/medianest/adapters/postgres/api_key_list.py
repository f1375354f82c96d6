"""Everybody's API keys, read from Postgres."""

from uuid import UUID

from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.reading import Condition, ViewReader, key_of, page_of
from medianest.ports.views import Page
from medianest.projections.api_keys import API_KEYS, KeyCard


class PostgresApiKeyList:
    """Implements ApiKeyList."""

    def __init__(self, database: Database) -> None:
        self._view = ViewReader(database, API_KEYS)

    async def of(self, user_id: UUID, *, limit: int, after: tuple[str, ...] | None) -> Page[KeyCard]:
        condition = Condition()
        condition.require("user_id = %s", user_id)
        condition.go_on("(made_at, key_id) < (%s::timestamptz, %s::uuid)", after)
        rows = await self._view.rows(
            f"{condition} ORDER BY made_at DESC, key_id DESC LIMIT %s", (*condition.parameters, limit + 1)
        )
        items, last = page_of(rows, limit)
        return Page(items=items, next_key=None if last is None else key_of(last.made_at, last.key_id))
