"""The media servers that were added, read from Postgres."""

from collections.abc import Sequence

from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.reading import ViewReader
from medianest.projections.media_servers import MEDIA_SERVERS, KnownServer


class PostgresKnownServers:
    """Implements `KnownServers`."""

    def __init__(self, database: Database) -> None:
        self._view = ViewReader(database, MEDIA_SERVERS)

    async def find(self, slug: str) -> KnownServer | None:
        return await self._view.first("WHERE slug = %s", (slug,))

    async def all(self) -> Sequence[KnownServer]:
        return await self._view.rows("ORDER BY slug")
