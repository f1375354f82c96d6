"""Challenges in their table, of which a copy opens nothing: the token is kept as a hash, and the payload is sealed
under a key that comes from the token itself."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from medianest.adapters.postgres.sealing import Sealing
from medianest.adapters.postgres.tokens import hash_of, new_token
from medianest.ports.surroundings import Clock

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)

OPEN: Final = "INSERT INTO challenges (token_hash, kind, subject, sealed, expires_at) VALUES (%s, %s, %s, %s, %s)"
LOOK: Final = """
SELECT subject, expires_at, sealed FROM challenges WHERE token_hash = %s AND kind = %s AND expires_at > %s"""
# Whoever deletes the row has it: a second one waits for the first and finds nothing.
SPEND: Final = """
DELETE FROM challenges WHERE token_hash = %s AND kind = %s AND expires_at > %s RETURNING subject, expires_at, sealed"""
DROP: Final = "DELETE FROM challenges WHERE subject = %(subject)s AND kind = coalesce(%(kind)s::text, kind)"
SWEEP: Final = "DELETE FROM challenges WHERE expires_at <= %s"


class PostgresChallenges:
    """Implements Challenges. `pool` raises LogUnavailable when the database is away.

    Kind, subject and end are bound to the seal: a row that was given another life does not open (SealBroken).
    """

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]], sealing: Sealing, clock: Clock) -> None:
        self._pool = pool
        self._sealing = sealing
        self._clock = clock

    async def open(self, kind: str, payload: bytes, *, lifetime: timedelta, subject: UUID | None = None) -> str:
        token = new_token()
        expires_at = self._clock.now() + lifetime
        sealed = self._sealing(token.encode(), "challenge").seal(payload, _bound(kind, subject, expires_at))
        async with self._pool.connection() as connection:
            await connection.execute(OPEN, (hash_of(token), kind, subject, sealed, expires_at))
        return token

    async def look(self, kind: str, token: str) -> bytes | None:
        return await self._taken(LOOK, kind, token)

    async def spend(self, kind: str, token: str) -> bytes | None:
        return await self._taken(SPEND, kind, token)

    async def drop(self, kind: str | None, subject: UUID) -> None:
        async with self._pool.connection() as connection:
            await connection.execute(DROP, {"subject": subject, "kind": kind})

    async def sweep(self, now: datetime) -> int:
        async with self._pool.connection() as connection:
            return (await connection.execute(SWEEP, (now,))).rowcount

    async def _taken(self, statement: str, kind: str, token: str) -> bytes | None:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(statement.encode(), (hash_of(token), kind, self._clock.now()))
            row = await cursor.fetchone()
        if row is None:
            return None
        subject, expires_at, sealed = row
        return self._sealing(token.encode(), "challenge").open(sealed, _bound(kind, subject, expires_at))


def _bound(kind: str, subject: UUID | None, expires_at: datetime) -> bytes:
    return f"{kind}\0{subject or ''}\0{(expires_at - EPOCH) // MICROSECOND}".encode()
