"""Password hashes by user: never in the log, so that they can be changed and deleted."""

from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

PUT: Final = """
INSERT INTO credentials (user_id, password_hash) VALUES (%s, %s)
ON CONFLICT (user_id) DO UPDATE SET password_hash = excluded.password_hash, changed_at = clock_timestamp()"""
SWEEP: Final = """
DELETE FROM credentials WHERE changed_at < clock_timestamp() - interval '1 day'
  AND NOT EXISTS (SELECT 1 FROM events WHERE stream_id = credentials.user_id)"""
# An answer under the id of something is a person, a rebuild or a request, and a request speaks of whoever acted on it:
# its owner's name, a note, a reason. Other answers tell in sentences what happened, which may be about anybody who was
# ever recorded.
FORGET_RECEIPTS: Final = """
DELETE FROM receipts WHERE actor = %(person)s
  OR convert_from(answer, 'UTF8')::json ->> 'id' IN (
    SELECT %(person)s::text
    UNION ALL SELECT stream_id::text FROM events WHERE actor = %(person)s AND category = 'media_request')
  OR (convert_from(answer, 'UTF8')::json ->> 'id' ~ '^[0-9a-f-]{36}$') IS NOT TRUE
    AND EXISTS (SELECT FROM events WHERE stream_id = %(person)s)"""
ADD: Final = "INSERT INTO credentials (user_id, password_hash) VALUES (%(user)s, %(becomes)s) ON CONFLICT DO NOTHING"
# Whoever waited for the row looks at it again, so of those who saw the same hash one replaces it.
CHANGE: Final = """
UPDATE credentials SET password_hash = %(becomes)s, changed_at = clock_timestamp()
WHERE user_id = %(user)s AND password_hash = %(was)s"""
REMOVE: Final = "DELETE FROM credentials WHERE user_id = %(user)s AND password_hash = %(was)s"
FIND: Final = "SELECT password_hash FROM credentials WHERE user_id = %s"


class PostgresCredentials:
    """Implements Credentials. `pool` raises LogUnavailable when the database is away."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        self._pool = pool

    async def put(self, user_id: UUID, password_hash: str) -> None:
        async with self._pool.connection() as connection:
            await connection.execute(PUT, (user_id, password_hash))

    async def find(self, user_id: UUID) -> str | None:
        async with self._pool.connection() as connection:
            row = await (await connection.execute(FIND, (user_id,))).fetchone()
        return None if row is None else str(row[0])

    async def replace(self, user_id: UUID, was: str | None, becomes: str | None) -> bool:
        if was is None and becomes is None:
            return await self.find(user_id) is None
        statement = ADD if was is None else REMOVE if becomes is None else CHANGE
        async with self._pool.connection() as connection:
            cursor = await connection.execute(statement, {"user": user_id, "was": was, "becomes": becomes})
            return cursor.rowcount == 1

    async def forget(self, user_id: UUID) -> None:
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute("DELETE FROM credentials WHERE user_id = %s", (user_id,))
            await connection.execute(FORGET_RECEIPTS, {"person": user_id})

    async def sweep(self) -> int:
        """Delete the hashes of people who were never recorded: of a registration that broke off. How many."""
        async with self._pool.connection() as connection:
            return (await connection.execute(SWEEP)).rowcount
