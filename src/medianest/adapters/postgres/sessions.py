"""Sessions and their refresh tokens: only hashes are kept, and each token is good for one use.

A token that comes a second time was copied, or its answer was lost. Within a short grace the second is taken to be the
case: the same successor is given again. After that nobody can tell which, so the session ends with all its tokens and
its person signs in again (RFC 9700, section 4.14.2).
"""

import base64
import hashlib
import hmac
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from medianest.adapters.postgres.reading import key_of, page_of
from medianest.adapters.postgres.tokens import hash_of, new_token
from medianest.domain.session import SignInMethod
from medianest.ports.sessions import (
    KeptSession,
    OpenedSession,
    RefreshRejected,
    RefreshReused,
    Session,
    Sighting,
    Whereabouts,
)
from medianest.ports.views import Page

IDLE: Final = timedelta(days=30)
"""Without a refresh for so long, a session is over."""
ABSOLUTE: Final = timedelta(days=365)
"""So long after it began, a session is over."""
GRACE: Final = timedelta(seconds=20)
REMEMBERED: Final = timedelta(days=90)
"""Ended sessions are kept for so long, to tell devices that were seen before from new ones, and to count."""

OPEN: Final = """
INSERT INTO sessions (session_id, user_id, method, device, client, address, opened_at, authenticated_at, last_seen_at,
  expires_at)
VALUES (%(session)s, %(user)s, %(method)s, %(device)s, %(client)s, %(address)s, %(now)s, %(now)s, %(now)s, %(until)s)"""
ISSUE: Final = """
INSERT INTO refresh_tokens (token_hash, session_id, issued_at, expires_at) VALUES (%s, %s, %s, %s)
ON CONFLICT (token_hash) DO NOTHING"""
# The row stays locked to the commit, so of two uses at the same moment one is the second.
CLAIM: Final = """
SELECT t.used_at, t.expires_at, s.session_id, s.user_id, s.authenticated_at, s.expires_at, s.ended_at
FROM refresh_tokens t JOIN sessions s USING (session_id) WHERE t.token_hash = %s FOR UPDATE"""
USE: Final = "UPDATE refresh_tokens SET used_at = %s WHERE token_hash = %s"
SEEN: Final = "UPDATE sessions SET last_seen_at = greatest(last_seen_at, %s) WHERE session_id = %s"
SIGHTED: Final = """
WITH sighted AS (
  UPDATE sessions SET last_seen_at = greatest(last_seen_at, seen.at), address = coalesce(seen.address, sessions.address)
  FROM unnest(%s::uuid[], %s::timestamptz[], %s::text[]) AS seen(session_id, at, address)
  WHERE sessions.session_id = seen.session_id AND sessions.ended_at IS NULL RETURNING user_id, seen.at
)
INSERT INTO active_days (day, user_id) SELECT DISTINCT (at AT TIME ZONE 'UTC')::date, user_id FROM sighted
ORDER BY 1, 2 ON CONFLICT DO NOTHING"""
ACTIVE: Final = """
INSERT INTO active_days (day, user_id) VALUES ((%s AT TIME ZONE 'UTC')::date, %s) ON CONFLICT DO NOTHING"""
CONFIRM: Final = """
UPDATE sessions SET authenticated_at = %s WHERE session_id = %s AND ended_at IS NULL
RETURNING session_id, user_id, authenticated_at"""
END: Final = "UPDATE sessions SET ended_at = %s WHERE session_id = ANY(%s) AND ended_at IS NULL"
DROP_TOKENS: Final = "DELETE FROM refresh_tokens WHERE session_id = ANY(%s)"
OF: Final = """
SELECT session_id, method, device, client, address, opened_at, last_seen_at, expires_at FROM sessions
WHERE user_id = %(user)s AND ended_at IS NULL AND expires_at > %(now)s AND last_seen_at > %(now)s - %(idle)s
ORDER BY last_seen_at DESC, session_id LIMIT 200"""
KEPT: Final = """
SELECT session_id, method, device, client, address, opened_at, last_seen_at, expires_at, ended_at FROM sessions
WHERE user_id = %s AND (%s::timestamptz IS NULL OR (opened_at, session_id) < (%s::timestamptz, %s::uuid))
ORDER BY opened_at DESC, session_id DESC LIMIT %s"""
USED: Final = "SELECT bool_or(device IS NOT DISTINCT FROM %s) FROM sessions WHERE user_id = %s"
EXPIRED: Final = """
SELECT session_id, user_id, authenticated_at FROM sessions
WHERE ended_at IS NULL AND (expires_at <= %(now)s OR last_seen_at <= %(now)s - %(idle)s)
ORDER BY session_id LIMIT %(limit)s"""
SWEEP_TOKENS: Final = "DELETE FROM refresh_tokens WHERE expires_at <= %s"
SWEEP_SESSIONS: Final = "DELETE FROM sessions WHERE ended_at <= %s"


class PostgresSessions:
    """Implements Sessions, SessionArchive and SessionKeeping. `pool` raises LogUnavailable when the database is away.
    From `secret` the successor of each token is made, so that it can be given again without being stored."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]], secret: bytes) -> None:
        self._pool = pool
        self._secret = hmac.digest(secret, b"medianest refresh tokens v1", hashlib.sha256)

    async def open(self, session: Session, method: SignInMethod, whereabouts: Whereabouts) -> str:
        token, now = new_token(), session.authenticated_at
        opened = {
            "session": session.session_id,
            "user": session.user_id,
            "method": method,
            "device": whereabouts.device,
            "client": whereabouts.client,
            "address": whereabouts.address,
            "now": now,
            "until": now + ABSOLUTE,
        }
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(OPEN, opened)
            await connection.execute(ACTIVE, (now, session.user_id))
            await connection.execute(ISSUE, (hash_of(token), session.session_id, now, now + IDLE))
        return token

    async def rotate(self, refresh_token: str, now: datetime) -> tuple[Session, str]:
        token_hash = hash_of(refresh_token)
        async with self._pool.connection() as connection, connection.transaction():
            found = await (await connection.execute(CLAIM, (token_hash,))).fetchone()
            if found is None:
                raise RefreshRejected
            used_at, expires_at, session_id, user_id, authenticated_at, until, ended_at = found
            session = Session(session_id=session_id, user_id=user_id, authenticated_at=authenticated_at)
            if ended_at is not None or (used_at is None and now >= min(expires_at, until)):
                raise RefreshRejected
            if used_at is None or now - used_at <= GRACE:
                following = self._successor(refresh_token)
                if used_at is None:
                    await connection.execute(USE, (now, token_hash))
                    await connection.execute(ISSUE, (hash_of(following), session_id, now, now + IDLE))
                await connection.execute(SEEN, (now, session_id))
                await connection.execute(ACTIVE, (now, user_id))
                return session, following
            await _end(connection, [session_id], now)
        # Outside the transaction: the end of the session must be committed.
        raise RefreshReused(session)

    async def confirm(self, session_id: UUID, now: datetime) -> Session | None:
        async with self._pool.connection() as connection:
            row = await (await connection.execute(CONFIRM, (now, session_id))).fetchone()
        return None if row is None else _session(row)

    async def end(self, session_ids: Collection[UUID], now: datetime) -> None:
        async with self._pool.connection() as connection, connection.transaction():
            await _end(connection, list(session_ids), now)

    async def of(self, user_id: UUID, now: datetime) -> Sequence[OpenedSession]:
        async with self._pool.connection() as connection:
            rows = await connection.execute(OF, {"user": user_id, "now": now, "idle": IDLE})
            return [OpenedSession(**_seen(row)) async for row in rows]

    async def kept(self, user_id: UUID, *, limit: int, after: tuple[str, ...] | None) -> Page[KeptSession]:
        opened_at, session_id = after or (None, None)
        async with self._pool.connection() as connection:
            rows = await connection.execute(KEPT, (user_id, opened_at, opened_at, session_id, limit + 1))
            found = [KeptSession(**_seen(row[:-1]), ended_at=row[-1]) async for row in rows]
        items, last = page_of(found, limit)
        return Page(items=items, next_key=None if last is None else key_of(last.opened_at, last.session_id))

    async def has_used(self, user_id: UUID, device: str | None) -> bool | None:
        async with self._pool.connection() as connection:
            ((has_used,),) = await (await connection.execute(USED, (device, user_id))).fetchall()
        return None if has_used is None else bool(has_used)

    async def seen(self, sightings: Mapping[UUID, Sighting]) -> None:
        rows = sorted(sightings.items())  # in one order: two processes never wait for each other
        columns = ([i for i, _ in rows], [s.at for _, s in rows], [s.address for _, s in rows])
        async with self._pool.connection() as connection:
            await connection.execute(SIGHTED, columns)

    async def ended_since(self, moment: datetime) -> frozenset[UUID]:
        async with self._pool.connection() as connection:
            rows = await connection.execute("SELECT session_id FROM sessions WHERE ended_at > %s", (moment,))
            return frozenset([session_id async for (session_id,) in rows])

    async def expired(self, now: datetime, *, limit: int) -> Sequence[Session]:
        async with self._pool.connection() as connection:
            rows = await connection.execute(EXPIRED, {"now": now, "idle": IDLE, "limit": limit})
            return [_session(row) async for row in rows]

    async def forget(self, user_id: UUID) -> None:
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute("DELETE FROM sessions WHERE user_id = %s", (user_id,))  # and their tokens
            await connection.execute("DELETE FROM active_days WHERE user_id = %s", (user_id,))

    async def sweep(self, now: datetime) -> None:
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(SWEEP_TOKENS, (now,))
            await connection.execute(SWEEP_SESSIONS, (now - REMEMBERED,))
            await connection.execute("DELETE FROM active_days WHERE day < %s", ((now - REMEMBERED).date(),))

    def _successor(self, token: str) -> str:
        digest = hmac.digest(self._secret, token.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


async def _end(connection: AsyncConnection[Any], session_ids: list[UUID], now: datetime) -> None:
    await connection.execute(END, (now, session_ids))
    await connection.execute(DROP_TOKENS, (session_ids,))


def _seen(row: tuple[Any, ...]) -> dict[str, Any]:
    session_id, method, device, client, address, opened_at, last_seen_at, expires_at = row
    return {
        "session_id": session_id,
        "method": method,
        "whereabouts": Whereabouts(device=device, client=client, address=address),
        "opened_at": opened_at,
        "last_seen_at": last_seen_at,
        "expires_at": min(expires_at, last_seen_at + IDLE),
    }


def _session(row: tuple[Any, ...]) -> Session:
    session_id, user_id, authenticated_at = row
    return Session(session_id=session_id, user_id=user_id, authenticated_at=authenticated_at)
