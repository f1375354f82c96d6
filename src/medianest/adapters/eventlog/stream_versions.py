"""Which version a stream had, from the log's own index."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

# Backwards along the primary key; the first row that fits is the answer, and reading more is no use.
LATEST: Final = """
SELECT version FROM events
WHERE stream_id = %s AND category = %s AND (%s::timestamptz IS NULL OR recorded_at <= %s)
ORDER BY version DESC LIMIT 1"""


class PostgresStreamVersions:
    """Implements StreamVersions. `pool` raises LogUnavailable when the database is away."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        self._pool = pool

    async def latest(self, category: str, stream_id: UUID, *, by: datetime | None = None) -> int:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(LATEST, (stream_id, category, by, by), prepare=True)
            row = await cursor.fetchone()
        return 0 if row is None else int(row[0])
