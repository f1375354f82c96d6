"""API keys: what opens a door in somebody's name. Only hashes are kept, and a revoked key is deleted.

Whether it was revoked is asked of the log itself: what is recorded counts at once in every process, also if whoever
recorded it broke off before the row was gone."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from medianest.adapters.postgres.tokens import hash_of, new_token
from medianest.ports.api_keys import PREFIX, HeldKey
from medianest.ports.sessions import Sighting

ISSUE: Final = """
INSERT INTO api_keys (key_id, user_id, secret_hash, scopes, expires_at) VALUES (%s, %s, %s, %s, %s)"""
REVOKED: Final = "EXISTS (SELECT FROM events WHERE stream_id = api_keys.key_id AND tag = 'api_key.revoked')"
READ: Final = f"""
SELECT key_id, user_id, scopes, expires_at FROM api_keys
WHERE secret_hash = %s AND (expires_at IS NULL OR expires_at > %s) AND NOT {REVOKED}"""
OF: Final = f"""
SELECT key_id FROM api_keys WHERE user_id = %s AND (expires_at IS NULL OR expires_at > %s) AND NOT {REVOKED}
ORDER BY made_at, key_id"""
SWEEP: Final = f"""
DELETE FROM api_keys WHERE {REVOKED} OR expires_at < %(now)s - %(kept)s
  OR made_at < %(now)s - interval '1 day' AND NOT EXISTS (SELECT FROM events WHERE stream_id = api_keys.key_id)"""
KEPT: Final = timedelta(days=90)
"""For so long it is told when an expired key was last used."""
SEEN: Final = """
UPDATE api_keys SET last_used_at = greatest(last_used_at, seen.at), last_address = seen.address
FROM unnest(%s::uuid[], %s::timestamptz[], %s::text[]) AS seen(key_id, at, address)
WHERE api_keys.key_id = seen.key_id"""
LAST_USED: Final = """
SELECT key_id, last_used_at, last_address FROM api_keys WHERE key_id = ANY(%s) AND last_used_at IS NOT NULL"""


class PostgresApiKeys:
    """Implements ApiKeys. `pool` raises LogUnavailable when the database is away."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        self._pool = pool

    async def issue(self, key: HeldKey) -> str:
        secret = PREFIX + new_token()
        row = (key.key_id, key.user_id, hash_of(secret), sorted(key.scopes), key.expires_at)
        async with self._pool.connection() as connection:
            await connection.execute(ISSUE, row)
        return secret

    async def read(self, key: str, now: datetime) -> HeldKey | None:
        if not key.startswith(PREFIX):
            return None
        async with self._pool.connection() as connection:
            row = await (await connection.execute(READ, (hash_of(key), now))).fetchone()
        if row is None:
            return None
        return HeldKey(key_id=row[0], user_id=row[1], scopes=frozenset(row[2]), expires_at=row[3])

    async def of(self, user_id: UUID, now: datetime) -> Sequence[UUID]:
        async with self._pool.connection() as connection:
            return [key_id async for (key_id,) in await connection.execute(OF, (user_id, now))]

    async def revoke(self, key_id: UUID) -> None:
        async with self._pool.connection() as connection:
            await connection.execute("DELETE FROM api_keys WHERE key_id = %s", (key_id,))

    async def seen(self, sightings: Mapping[UUID, Sighting]) -> None:
        rows = sorted(sightings.items())  # in one order: two processes never wait for each other
        columns = ([i for i, _ in rows], [s.at for _, s in rows], [s.address for _, s in rows])
        async with self._pool.connection() as connection:
            await connection.execute(SEEN, columns)

    async def last_used(self, key_ids: Collection[UUID]) -> Mapping[UUID, Sighting]:
        async with self._pool.connection() as connection:
            rows = await connection.execute(LAST_USED, (list(key_ids),))
            return {key_id: Sighting(at=at, address=address) async for key_id, at, address in rows}

    async def forget(self, user_id: UUID) -> None:
        async with self._pool.connection() as connection:
            await connection.execute("DELETE FROM api_keys WHERE user_id = %s", (user_id,))

    async def sweep(self, now: datetime) -> None:
        """Delete keys that open nothing: revoked, long expired, or never recorded since making them broke off."""
        async with self._pool.connection() as connection:
            await connection.execute(SWEEP, {"now": now, "kept": KEPT})
