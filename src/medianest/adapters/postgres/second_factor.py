"""Second factors: what was enrolled and the last code that was taken, recovery codes, remembered devices."""

import asyncio
import secrets
from base64 import b32encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from medianest.adapters.postgres.tokens import hash_of, new_token
from medianest.domain.second_factor import SecondFactorNotEnrolled, SecondFactorThere
from medianest.ports.second_factor import OneTimeCodes
from medianest.ports.vault import Vault

SEED: Final = "totp"
BEGUN: Final = "totp_begun"
"""Kinds of secrets: of the app that counts, and of one whose first code was not shown yet."""

CODES: Final = 10
CODE_BYTES: Final = 15  # 120 bits, 24 letters and digits
GROUP: Final = 4
WAITS: Final = timedelta(hours=1)
"""How long a seed that was begun waits for its first code, at least: it goes with the next sweep."""

REMEMBERED: Final = timedelta(days=30)

IS_ENROLLED: Final = "SELECT FROM second_factors WHERE user_id = %s AND enrolled_at IS NOT NULL"
ENROL: Final = """
INSERT INTO second_factors (user_id, last_step, enrolled_at) VALUES (%s, %s, %s) ON CONFLICT (user_id) DO NOTHING"""
# The row is locked while it is changed, and whoever waited looks again: of those with the same step one is left.
TAKE: Final = """
UPDATE second_factors SET last_step = %(step)s
WHERE user_id = %(user)s AND last_step < %(step)s AND enrolled_at IS NOT NULL"""
REMOVE: Final = "DELETE FROM second_factors WHERE user_id = %s"

ADD_CODES: Final = "INSERT INTO recovery_codes (user_id, code_hash) SELECT %s, unnest(%s::bytea[])"
SPEND_CODE: Final = "DELETE FROM recovery_codes WHERE user_id = %s AND code_hash = %s"
DROP_CODES: Final = "DELETE FROM recovery_codes WHERE user_id = %s"
LEFT: Final = "SELECT count(*) FROM recovery_codes WHERE user_id = %s"

REMEMBER: Final = "INSERT INTO remembered_devices (token_hash, user_id, expires_at) VALUES (%s, %s, %s)"
KNOWN: Final = "SELECT FROM remembered_devices WHERE token_hash = %s AND user_id = %s AND expires_at > %s"
FORGET: Final = "DELETE FROM remembered_devices WHERE user_id = %s"
SWEEP: Final = "DELETE FROM remembered_devices WHERE expires_at <= %s"

Pool = AsyncConnectionPool[AsyncConnection[Any]]


class PostgresFactors:
    """Implements Factors. `pool` raises LogUnavailable when the database is away."""

    def __init__(self, pool: Pool, vault: Vault, codes: OneTimeCodes) -> None:
        self._pool = pool
        self._vault = vault
        self._codes = codes
        self._enrolling = asyncio.Lock()

    async def begin(self, user_id: UUID) -> str:
        await self._ensure_not_enrolled(user_id)
        seed = self._codes.seed()
        await self._vault.put(BEGUN, user_id, seed)
        return seed

    async def is_begun_by(self, user_id: UUID, code: str, now: datetime) -> bool:
        return await self._begun(user_id, code, now) is not None

    async def confirm(self, user_id: UUID, code: str, now: datetime) -> bool:
        await self._ensure_not_enrolled(user_id)
        if (begun := await self._begun(user_id, code, now)) is None:
            return False
        # Whoever enrols holds the row until the commit, and only they put a seed: another one that was begun and shown
        # meanwhile does not take the place of theirs. Nobody else sees the row before the seed is there. One at a time
        # in each process, so that those who hold a connection here do not wait for one another's second one.
        async with self._enrolling, self._pool.connection() as connection, connection.transaction():
            seed, step = begun
            if (await connection.execute(ENROL, (user_id, step, now))).rowcount == 0:
                return False
            await self._vault.put(SEED, user_id, seed)
        await self._vault.forget(user_id, BEGUN)
        return True

    async def verify(self, user_id: UUID, code: str, now: datetime) -> bool:
        seed = await self._vault.find(SEED, user_id)
        step = None if seed is None else self._codes.step(seed, code, now)
        if step is None:
            return False
        async with self._pool.connection() as connection:
            return (await connection.execute(TAKE, {"user": user_id, "step": step})).rowcount == 1

    async def is_enrolled(self, user_id: UUID) -> bool:
        async with self._pool.connection() as connection:
            return await (await connection.execute(IS_ENROLLED, (user_id,))).fetchone() is not None

    async def remove(self, user_id: UUID) -> None:
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(REMOVE, (user_id,))  # the recovery codes go with it
            await connection.execute(FORGET, (user_id,))
        for kind in (SEED, BEGUN):
            await self._vault.forget(user_id, kind)

    async def sweep(self, now: datetime) -> int:
        """Delete seeds that were begun, and of which no code was shown in time. How many."""
        return await self._vault.sweep(BEGUN, now - WAITS)

    async def _begun(self, user_id: UUID, code: str, now: datetime) -> tuple[str, int] | None:
        """The seed that was begun, and the time step of its code that this is."""
        seed = await self._vault.find(BEGUN, user_id)
        step = None if seed is None else self._codes.step(seed, code, now)
        return None if seed is None or step is None else (seed, step)

    async def _ensure_not_enrolled(self, user_id: UUID) -> None:
        if await self.is_enrolled(user_id):
            raise SecondFactorThere


class PostgresRecoveryCodes:
    """Implements RecoveryCodes: 120 bits each, so a plain hash is enough (ASVS 5.0, 6.5.2)."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def make(self, user_id: UUID) -> Sequence[str]:
        codes = [_grouped(b32encode(secrets.token_bytes(CODE_BYTES)).decode()) for _ in range(CODES)]
        async with self._pool.connection() as connection, connection.transaction():
            # Locked to the commit: of two who make some at once, those of the second are left and no others.
            if await (await connection.execute(f"{IS_ENROLLED} FOR UPDATE", (user_id,))).fetchone() is None:
                raise SecondFactorNotEnrolled
            await connection.execute(DROP_CODES, (user_id,))
            await connection.execute(ADD_CODES, (user_id, [_hash_of_code(code) for code in codes]))
        return codes

    async def spend(self, user_id: UUID, code: str) -> bool:
        async with self._pool.connection() as connection:
            return (await connection.execute(SPEND_CODE, (user_id, _hash_of_code(code)))).rowcount == 1

    async def left(self, user_id: UUID) -> int:
        async with self._pool.connection() as connection:
            ((number,),) = await (await connection.execute(LEFT, (user_id,))).fetchall()
        return int(number)


class PostgresRememberedDevices:
    """Implements RememberedDevices, by the hashes of their tokens."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def remember(self, user_id: UUID, now: datetime) -> str:
        token = new_token()
        async with self._pool.connection() as connection:
            await connection.execute(REMEMBER, (hash_of(token), user_id, now + REMEMBERED))
        return token

    async def knows(self, user_id: UUID, token: str, now: datetime) -> bool:
        async with self._pool.connection() as connection:
            return await (await connection.execute(KNOWN, (hash_of(token), user_id, now))).fetchone() is not None

    async def forget(self, user_id: UUID) -> None:
        async with self._pool.connection() as connection:
            await connection.execute(FORGET, (user_id,))

    async def sweep(self, now: datetime) -> int:
        async with self._pool.connection() as connection:
            return (await connection.execute(SWEEP, (now,))).rowcount


def _grouped(code: str) -> str:
    return "-".join(code[begin : begin + GROUP] for begin in range(0, len(code), GROUP))


def _hash_of_code(code: str) -> bytes:
    return hash_of("".join(sign for sign in code.upper() if sign.isalnum()))
