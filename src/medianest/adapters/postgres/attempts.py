"""Wrong attempts on Postgres: the rows of what is tried stay locked while an attempt is taken, so none counts twice."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from psycopg import AsyncConnection

from medianest.adapters.postgres.pool import Database
from medianest.domain.lockout import Limits, Tally, TargetKind, given_back, remembered, taken
from medianest.ports.attempts import Admission, Lockout, Target

# What is locked is refused by a read: a flood at one account waits for no row and writes none.
LOCKED_UNTIL: Final = """
SELECT max(locked_until) FROM attempts JOIN unnest(%s::text[], %s::text[]) AS given (kind, key) USING (kind, key)
WHERE locked_until > %s"""

# A write that changes nothing, where there is a row: it is locked from here to the commit, and read as it is now. The
# order is the same for everybody, so that two who try the same things never wait for one another.
HOLD: Final = """
INSERT INTO attempts (kind, key, count, last_at, lockouts)
SELECT kind, key, 0, %s, 0 FROM unnest(%s::text[], %s::text[]) AS given (kind, key) ORDER BY kind, key
ON CONFLICT (kind, key) DO UPDATE SET count = attempts.count
RETURNING kind, key, count, last_at, lockouts, locked_until"""

WRITE: Final = """
UPDATE attempts SET count = given.count, last_at = given.last_at, lockouts = given.lockouts,
  locked_until = given.locked_until
FROM unnest(%s::text[], %s::text[], %s::integer[], %s::timestamptz[], %s::integer[], %s::timestamptz[])
  AS given (kind, key, count, last_at, lockouts, locked_until)
WHERE attempts.kind = given.kind AND attempts.key = given.key"""

READ_ONE: Final = """
SELECT kind, key, count, last_at, lockouts, locked_until FROM attempts WHERE kind = %s AND key = %s FOR UPDATE"""

DELETE: Final = "DELETE FROM attempts WHERE kind = %s AND key = %s"

LOCKED: Final = """
SELECT kind, key, count, last_at, lockouts, locked_until FROM attempts WHERE locked_until > %s
ORDER BY last_at DESC, kind DESC, key DESC LIMIT %s"""

SWEEP: Final = """
DELETE FROM attempts WHERE greatest(last_at, locked_until) <=
  CASE WHEN kind <> 'address' THEN %s::timestamptz WHEN lockouts > 0 THEN %s ELSE %s END"""


class _LockedMeanwhile(Exception):
    """Somebody was a moment earlier."""

    def __init__(self, until: datetime) -> None:
        super().__init__()
        self.until = until


class PostgresAttempts:
    """Implements `Attempts`."""

    def __init__(self, database: Database, limits: Limits) -> None:
        self._database = database
        self._limits = limits

    async def admit(self, *targets: Target, now: datetime) -> Admission:
        kinds, keys = [target.kind for target in targets], [target.key for target in targets]
        async with self._database.connection() as connection:
            ((until,),) = await (await connection.execute(LOCKED_UNTIL, (kinds, keys, now))).fetchall()
            if until is not None:
                return _refused(until, now)
            try:
                async with connection.transaction():
                    held = await (await connection.execute(HOLD, (now, kinds, keys))).fetchall()
                    return await self._take(connection, dict(map(_tally, held)), now)
            except _LockedMeanwhile as locked:
                return _refused(locked.until, now)

    async def _take(self, connection: AsyncConnection[Any], held: dict[Target, Tally], now: datetime) -> Admission:
        """Raises _LockedMeanwhile: then nothing is taken, and no row is left behind."""
        for tally in held.values():
            if tally.locked_until is not None and tally.is_locked(now):
                raise _LockedMeanwhile(tally.locked_until)
        tallies = {target: taken(tally, target.kind, self._limits, now) for target, tally in held.items()}
        await _write(connection, tallies)
        locked = {target: tally.locked_until for target, tally in tallies.items() if tally.locked_until is not None}
        return Admission(is_admitted=True, locked=locked)

    async def succeeded(self, *targets: Target) -> None:
        async with self._database.connection() as connection:
            for target in targets:  # each by itself: whoever holds no two rows keeps nobody waiting for the other
                if target.kind != "address":
                    await connection.execute(DELETE, (target.kind, target.key))
                    continue
                async with connection.transaction():
                    found = await (await connection.execute(READ_ONE, (target.kind, target.key))).fetchall()
                    await _write(connection, {it: given_back(tally) for it, tally in map(_tally, found)})

    async def unlock(self, target: Target) -> bool:
        async with self._database.connection() as connection:
            return (await connection.execute(DELETE, (target.kind, target.key))).rowcount > 0

    async def locked(self, now: datetime, *, limit: int = 100) -> Sequence[Lockout]:
        async with self._database.connection() as connection:
            rows = await (await connection.execute(LOCKED, (now, limit))).fetchall()
        return [
            Lockout(target=Target(kind, key), last_at=last_at, locked_until=locked_until, lockouts=lockouts)
            for kind, key, _, last_at, lockouts, locked_until in rows
        ]

    async def sweep(self, now: datetime) -> int:
        def before(kind: TargetKind, *, has_locked: bool) -> datetime:
            return now - remembered(kind, self._limits, has_locked=has_locked)

        moments = (
            before("account", has_locked=False),
            before("address", has_locked=True),
            before("address", has_locked=False),
        )
        async with self._database.connection() as connection:
            return (await connection.execute(SWEEP, moments)).rowcount


async def _write(connection: AsyncConnection[Any], tallies: dict[Target, Tally]) -> None:
    rows = [
        (it.kind, it.key, tally.count, tally.last_at, tally.lockouts, tally.locked_until)
        for it, tally in tallies.items()
    ]
    if rows:
        await connection.execute(WRITE, [list(column) for column in zip(*rows, strict=True)])


def _tally(row: Sequence[Any]) -> tuple[Target, Tally]:
    kind, key, count, last_at, lockouts, locked_until = row
    return Target(kind, key), Tally(count=count, last_at=last_at, lockouts=lockouts, locked_until=locked_until)


def _refused(until: datetime, now: datetime) -> Admission:
    return Admission(is_admitted=False, retry_after=(until - now).total_seconds())
