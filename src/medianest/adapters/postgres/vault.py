"""Secrets sealed in their rows, under a ring of keys that only the server's own key unwraps; the newest key seals."""

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from medianest.adapters.postgres.sealing import Cipher, Sealing
from medianest.ports.failures import SealBroken

KEY_BYTES: Final = 32
BATCH: Final = 100
"""Secrets that are sealed anew, and so locked, in one transaction: a few milliseconds."""
NIL: Final = UUID(int=0)

# Whoever writes a secret shares this lock ("mnvault") until the commit, and whoever makes a key holds it alone. So when
# a new key is there, every row under an older one can be seen, and no more of them come. A process that is frozen
# meanwhile must not hold up the others.
WITHIN: Final = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED"  # the newest key as of when the lock was ours
PATIENCE: Final = "SELECT set_config('idle_in_transaction_session_timeout', '10s', true)"
SHARED: Final = f"{PATIENCE}, pg_advisory_xact_lock_shared({0x6D6E7661756C74})"
ALONE: Final = f"{PATIENCE}, pg_advisory_xact_lock({0x6D6E7661756C74})"

NEWEST: Final = "SELECT key_id, wrapped_key FROM vault_keys ORDER BY key_id DESC LIMIT 1"
ADD_KEY: Final = "INSERT INTO vault_keys (wrapped_key) VALUES (%s) RETURNING key_id"
ADD_FIRST: Final = "INSERT INTO vault_keys (wrapped_key) SELECT %s WHERE NOT EXISTS (SELECT FROM vault_keys)"
DROP_KEYS: Final = """
DELETE FROM vault_keys WHERE key_id < %s
  AND NOT EXISTS (SELECT FROM secrets WHERE secrets.key_id = vault_keys.key_id)"""

PUT: Final = """
INSERT INTO secrets (kind, owner, key_id, sealed) VALUES (%s, %s, %s, %s)
ON CONFLICT (kind, owner) DO UPDATE
SET key_id = excluded.key_id, sealed = excluded.sealed, changed_at = clock_timestamp()"""
FIND: Final = """
SELECT key_id, sealed, wrapped_key FROM secrets JOIN vault_keys USING (key_id) WHERE kind = %s AND owner = %s"""
FORGET: Final = "DELETE FROM secrets WHERE owner = %(owner)s AND kind = coalesce(%(kind)s::text, kind)"
SWEEP: Final = "DELETE FROM secrets WHERE kind = %s AND changed_at < %s"
COUNTS: Final = "SELECT kind, count(*) FROM secrets GROUP BY kind ORDER BY kind"

OLDER: Final = "SELECT count(*) FROM secrets WHERE key_id < %s"
# Their keys are asked for afterwards, since somebody else may have sealed a row anew while we waited for it.
NEXT: Final = f"""
SELECT kind, owner, key_id, sealed FROM secrets
WHERE key_id < %s AND (kind, owner) > (%s, %s) ORDER BY kind, owner LIMIT {BATCH} FOR UPDATE"""
KEYS: Final = "SELECT key_id, wrapped_key FROM vault_keys WHERE key_id = ANY(%s)"
RESEAL: Final = "UPDATE secrets SET key_id = %s, sealed = %s WHERE kind = %s AND owner = %s"


class PostgresVault:
    """Implements Vault. `master` is the server's secret; `pool` raises LogUnavailable when the database is away.

    A seal is bound to kind, owner and key id, so a sealed value opens in no other row.
    """

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]], master: bytes, sealing: Sealing) -> None:
        self._pool = pool
        self._wrapping = sealing(master, "vault keys")
        self._sealing = sealing

    async def put(self, kind: str, owner: UUID, secret: str) -> None:
        async with self._pool.connection() as connection:
            while not await self._put(connection, kind, owner, secret):
                await self._add_key(connection, ADD_FIRST)

    async def find(self, kind: str, owner: UUID) -> str | None:
        async with self._pool.connection() as connection:
            row = await (await connection.execute(FIND, (kind, owner))).fetchone()
        return None if row is None else self._opened(kind, owner, *row).decode()

    async def forget(self, owner: UUID, kind: str | None = None) -> None:
        async with self._pool.connection() as connection:
            await connection.execute(FORGET, {"owner": owner, "kind": kind})

    async def sweep(self, kind: str, before: datetime) -> int:
        async with self._pool.connection() as connection:
            return (await connection.execute(SWEEP, (kind, before))).rowcount

    async def counts(self) -> Mapping[str, int]:
        async with self._pool.connection() as connection:
            return {kind: number async for kind, number in await connection.execute(COUNTS)}

    async def rotate(self, on_progress: Callable[[int, int], None] = lambda _done, _total: None) -> int:
        done = 0
        broken: list[str] = []
        last: tuple[str, UUID] | None = ("", NIL)
        async with self._pool.connection() as connection:
            newest = await self._add_key(connection, ADD_KEY)
            ((total,),) = await (await connection.execute(OLDER, newest[:1])).fetchall()
            while last is not None:
                last, resealed, unread = await self._reseal(connection, newest, last)
                done += resealed
                broken += unread
                on_progress(done, max(done, total))
            await connection.execute(DROP_KEYS, newest[:1])
        if broken:
            raise SealBroken(f"Sealed anew: {done}. Not opening, and left as they are: {', '.join(broken)}.")
        return done

    async def _put(self, connection: AsyncConnection[Any], kind: str, owner: UUID, secret: str) -> bool:
        """Whether there was a key to seal it under."""
        async with connection.transaction():
            await connection.execute(WITHIN)
            await connection.execute(SHARED)
            newest = await (await connection.execute(NEWEST)).fetchone()
            if newest is None:
                return False
            key_id, wrapped = newest
            sealed = self._cipher(wrapped).seal(secret.encode(), _place(kind, owner, key_id))
            await connection.execute(PUT, (kind, owner, key_id, sealed))
        return True

    async def _add_key(self, connection: AsyncConnection[Any], insert: str) -> tuple[int, bytes]:
        """The newest key, wrapped, behind its id. Nobody seals under an older one any more."""
        async with connection.transaction():
            await connection.execute(WITHIN)
            await connection.execute(ALONE)
            await connection.execute(insert.encode(), (self._wrapping.seal(os.urandom(KEY_BYTES), b"vault key"),))
            ((key_id, wrapped),) = await (await connection.execute(NEWEST)).fetchall()
        return key_id, wrapped

    async def _reseal(
        self, connection: AsyncConnection[Any], newest: tuple[int, bytes], after: tuple[str, UUID]
    ) -> tuple[tuple[str, UUID] | None, int, list[str]]:
        """The next rows under an older key: the last of them or None, how many, and which of them do not open."""
        key_id, cipher = newest[0], self._cipher(newest[1])
        broken, fresh = [], []
        async with connection.transaction():
            await connection.execute(WITHIN)
            rows = await (await connection.execute(NEXT, (key_id, *after))).fetchall()
            ids = list({row[2] for row in rows})
            keys = {older: wrapped async for older, wrapped in await connection.execute(KEYS, (ids,))}
            for kind, owner, older, sealed in rows:
                try:
                    clear = self._opened(kind, owner, older, sealed, keys[older])
                except SealBroken:
                    broken.append(f"{kind} of {owner}")
                else:
                    fresh.append((key_id, cipher.seal(clear, _place(kind, owner, key_id)), kind, owner))
            await connection.cursor().executemany(RESEAL, fresh)
        return (rows[-1][:2] if rows else None), len(fresh), broken

    def _cipher(self, wrapped: bytes) -> Cipher:
        return self._sealing(self._wrapping.open(wrapped, b"vault key"), "vault")

    def _opened(self, kind: str, owner: UUID, key_id: int, sealed: bytes, wrapped: bytes) -> bytes:
        try:
            return self._cipher(wrapped).open(sealed, _place(kind, owner, key_id))
        except SealBroken:
            raise SealBroken(f"the secret {kind} of {owner} does not open under key {key_id}") from None


def _place(kind: str, owner: UUID, key_id: int) -> bytes:
    return f"{kind}\0{owner}\0{key_id}".encode()
