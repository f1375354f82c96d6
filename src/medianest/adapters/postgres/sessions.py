"""Sessions and their refresh tokens: only hashes are kept, and each token is good for one use.

A token that comes a second time was copied, or its answer was lost; nobody can tell which, so the session ends with
all its tokens and its person signs in again (RFC 9700, section 4.14.2).
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from medianest.ports.identity import RefreshRejected, RefreshReused, Session

LIFETIME: Final = timedelta(days=30)
TOKEN_BYTES: Final = 32

OPEN: Final = "INSERT INTO sessions (session_id, user_id, opened_at) VALUES (%s, %s, %s)"
ISSUE: Final = "INSERT INTO refresh_tokens (token_hash, session_id, issued_at, expires_at) VALUES (%s, %s, %s, %s)"
# The row stays locked to the commit, so of two uses at the same moment one is the second.
CLAIM: Final = """
SELECT t.used_at, t.expires_at, s.session_id, s.user_id, s.ended_at
FROM refresh_tokens t JOIN sessions s USING (session_id) WHERE t.token_hash = %s FOR UPDATE"""
USE: Final = "UPDATE refresh_tokens SET used_at = %s WHERE token_hash = %s"
END: Final = "UPDATE sessions SET ended_at = %s WHERE session_id = ANY(%s) AND ended_at IS NULL"
DROP_TOKENS: Final = "DELETE FROM refresh_tokens WHERE session_id = ANY(%s)"
OF_USER: Final = "SELECT session_id FROM sessions WHERE user_id = %s FOR UPDATE"
SWEEP_TOKENS: Final = "DELETE FROM refresh_tokens WHERE expires_at <= %s"
SWEEP_SESSIONS: Final = """
DELETE FROM sessions WHERE opened_at <= %s
AND NOT EXISTS (SELECT 1 FROM refresh_tokens t WHERE t.session_id = sessions.session_id)"""


class PostgresSessions:
    """Implements Sessions. `pool` raises LogUnavailable when the database is away."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        self._pool = pool

    async def open(self, user_id: UUID, session_id: UUID, now: datetime) -> str:
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(OPEN, (session_id, user_id, now))
            return await _issue(connection, session_id, now)

    async def rotate(self, refresh_token: str, now: datetime) -> tuple[Session, str]:
        token_hash = _hash(refresh_token)
        async with self._pool.connection() as connection, connection.transaction():
            found = await (await connection.execute(CLAIM, (token_hash,))).fetchone()
            if found is None:
                raise RefreshRejected
            used_at, expires_at, session_id, user_id, ended_at = found
            session = Session(session_id=session_id, user_id=user_id)
            if used_at is None:
                if ended_at is not None or now >= expires_at:
                    raise RefreshRejected
                await connection.execute(USE, (now, token_hash))
                return session, await _issue(connection, session_id, now)
            await _end(connection, [session_id], now)
        # Outside the transaction: the end of the session must be committed.
        raise RefreshReused(session)

    async def end(self, session_id: UUID, now: datetime) -> None:
        async with self._pool.connection() as connection, connection.transaction():
            await _end(connection, [session_id], now)

    async def end_all(self, user_id: UUID, now: datetime) -> None:
        async with self._pool.connection() as connection, connection.transaction():
            rows = await (await connection.execute(OF_USER, (user_id,))).fetchall()
            await _end(connection, [session_id for (session_id,) in rows], now)

    async def ended_since(self, moment: datetime) -> frozenset[UUID]:
        async with self._pool.connection() as connection:
            rows = await connection.execute("SELECT session_id FROM sessions WHERE ended_at > %s", (moment,))
            return frozenset([session_id async for (session_id,) in rows])

    async def sweep(self, now: datetime) -> None:
        """Delete expired tokens, and sessions that have none left and began longer ago than a token lives."""
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(SWEEP_TOKENS, (now,))
            await connection.execute(SWEEP_SESSIONS, (now - LIFETIME,))


async def _issue(connection: AsyncConnection[Any], session_id: UUID, now: datetime) -> str:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    await connection.execute(ISSUE, (_hash(token), session_id, now, now + LIFETIME))
    return token


async def _end(connection: AsyncConnection[Any], session_ids: list[UUID], now: datetime) -> None:
    await connection.execute(END, (now, session_ids))
    await connection.execute(DROP_TOKENS, (session_ids,))


def _hash(token: str) -> bytes:
    """Plain SHA-256: a token is 256 random bits, so there is nothing to guess."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
