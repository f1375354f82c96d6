"""The sealer: seals what was appended, about a second behind the log."""

import asyncio
from typing import Any, Final

import structlog
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from medianest.adapters.eventlog.connection import binary_cursor, is_passing
from medianest.adapters.eventlog.seals.canonical import UTF8, next_rows
from medianest.adapters.eventlog.seals.seal import Seal, SealKeys
from medianest.domain.kernel import Refused
from medianest.ports.event_log import EventLog
from medianest.ports.failures import Unavailable
from medianest.ports.surroundings import Clock

MOST: Final = 1000
"""Events in one seal."""
PAUSE: Final = 1.0
POLL: Final = 10.0
BACK_OFF: Final = 1.0
STANDSTILL: Final = 30.0

# Whoever seals holds this lock ("mnseal") until the commit, so seals follow one another whoever writes them; a process
# that is frozen meanwhile must not hold up the others.
LOCK: Final = (
    f"SELECT {UTF8}, set_config('idle_in_transaction_session_timeout', '10s', true),"
    f" pg_advisory_xact_lock({0x6D6E7365616C})"
)
LAST: Final = "SELECT number, last, mac FROM seals ORDER BY number DESC LIMIT 1"
CHECKED: Final = "SELECT coalesce(max(position), 0) FROM seal_checks"
NEWEST_KEY: Final = "SELECT key_id, wrapped_key FROM seal_keys ORDER BY key_id DESC LIMIT 1"
ADD_KEY: Final = "INSERT INTO seal_keys (wrapped_key) VALUES (%s) RETURNING key_id, wrapped_key"
INSERT: Final = """
INSERT INTO seals (number, after, last, positions, digests, key_id, sealed_at, mac)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"""

logger = structlog.get_logger(__name__)


class SealsGone(Refused):
    """Seals that this process or the last check saw are no longer there, or are others. Sealing on would cover that
    up."""

    code = "seals_gone"


class Sealer:
    """As many may run as like to: they take turns. `pool` raises LogUnavailable; `master` is the server's secret.

    What is visible is sealed, and no event ever appears below another one that is, so nothing is passed over. The
    clock is for `sealed_at` alone: the order is that of the numbers.
    """

    def __init__(
        self,
        pool: AsyncConnectionPool[AsyncConnection[Any]],
        log: EventLog,
        master: bytes,
        clock: Clock,
        *,
        most: int = MOST,
        pause: float = PAUSE,
        back_off: float = BACK_OFF,
    ) -> None:
        self._pool = pool
        self._log = log
        self._keys = SealKeys(master)
        self._clock = clock
        self._most = most
        self._pause = pause
        self._back_off = back_off
        self._seen = (0, 0, b"")

    async def run(self) -> None:
        """Until cancelled. The loss of the database ends nothing: it goes on when it is back."""
        while True:
            try:
                last = await self.catch_up()
                await self._log.wait(after=last, timeout=POLL)
                # Room for what comes in the same moment: one seal for many events.
                await asyncio.sleep(self._pause)
            except Exception as failure:
                if isinstance(failure, Unavailable) or is_passing(failure):
                    logger.warning("sealing_interrupted", reason=type(failure).__name__)
                    await asyncio.sleep(self._back_off)
                else:
                    # The process has other work to do, and readiness shows that nothing is sealed any more.
                    logger.exception("sealing_stands_still", number=self._seen[0], position=self._seen[1])
                    await asyncio.sleep(STANDSTILL)

    async def catch_up(self) -> int:
        """Seal everything that is there; the position sealed up to. Raises LogUnavailable, SealBroken, SealsGone."""
        while await self._seal_next():
            pass
        return self._seen[1]

    async def rotate(self) -> int:
        """The id of a new key, which the next seal is made under. Older seals keep theirs."""
        async with self._pool.connection() as connection:
            return (await self._add_key(connection))[0]

    async def _seal_next(self) -> bool:
        """One more seal; whether there may be more to do."""
        async with self._pool.connection() as connection, connection.transaction():
            # Whatever the server's default: each statement must see what others committed before the lock was ours.
            await connection.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            await connection.execute(LOCK)
            number, last, previous = await self._last(connection)
            rows = await next_rows(connection, last, self._most)
            if not rows:
                return False
            key_id, key = await self._key(connection)
            seal = Seal(
                number=number + 1,
                after=last,
                last=rows[-1][0],
                positions=[position for position, _ in rows],
                digests=b"".join(digest for _, digest in rows),
                key_id=key_id,
                sealed_at=self._clock.now(),
            )
            mac = seal.mac(key, previous)
            await binary_cursor(connection).execute(INSERT, (*seal, mac))
        self._seen = (seal.number, seal.last, mac)
        return len(rows) == self._most

    async def _last(self, connection: AsyncConnection[Any]) -> tuple[int, int, bytes]:
        """Number, last position and MAC of the newest seal. Raises SealsGone."""
        cursor = await binary_cursor(connection).execute(LAST)
        found = await cursor.fetchone() or (0, 0, b"")
        if found[0] < self._seen[0] or (found[0] == self._seen[0] and found != self._seen):
            raise SealsGone(
                f"Seal {self._seen[0]}, up to position {self._seen[1]}, was there and is not any more. If a backup was"
                " restored, start the worker again; if not, somebody cut the record."
            )
        if not self._seen[0]:
            ((checked,),) = await (await connection.execute(CHECKED)).fetchall()
            if checked > found[1]:
                raise SealsGone(
                    f"The last check found the log sealed up to position {checked}; now the seals end at {found[1]}."
                    " Somebody cut the record. If you know who and why, empty the table seal_checks."
                )
        self._seen = found
        return found

    async def _key(self, connection: AsyncConnection[Any]) -> tuple[int, bytes]:
        cursor = await binary_cursor(connection).execute(NEWEST_KEY)
        key_id, wrapped = await cursor.fetchone() or await self._add_key(connection)
        return key_id, self._keys.opened(wrapped)

    async def _add_key(self, connection: AsyncConnection[Any]) -> tuple[int, bytes]:
        cursor = await binary_cursor(connection).execute(ADD_KEY, (self._keys.made(),))
        ((key_id, wrapped),) = await cursor.fetchall()
        return key_id, wrapped
