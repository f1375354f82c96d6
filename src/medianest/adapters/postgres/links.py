"""The accounts elsewhere by which people come in, and the providers that were added, read from Postgres."""

from collections.abc import Sequence
from uuid import UUID

from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.reading import ViewReader
from medianest.projections.linked_accounts import LINKED_ACCOUNTS, Link
from medianest.projections.oidc_providers import OIDC_PROVIDERS, AddedProvider


class PostgresLinkedAccounts:
    def __init__(self, database: Database) -> None:
        self._view = ViewReader(database, LINKED_ACCOUNTS)

    async def of(self, user_id: UUID) -> Sequence[Link]:
        return await self._view.rows("WHERE user_id = %s ORDER BY linked_at, account_id", (user_id,))

    async def at(self, provider: str, *, limit: int, after: UUID | None) -> Sequence[Link]:
        return await self._view.rows(
            "WHERE provider = %s AND account_id > %s ORDER BY account_id LIMIT %s",
            (provider, after or UUID(int=0), limit),
        )


class PostgresAddedProviders:
    def __init__(self, database: Database) -> None:
        self._view = ViewReader(database, OIDC_PROVIDERS)

    async def find(self, slug: str) -> AddedProvider | None:
        return await self._view.first("WHERE slug = %s", (slug,))

    async def all(self) -> Sequence[AddedProvider]:
        return await self._view.rows("ORDER BY slug")
