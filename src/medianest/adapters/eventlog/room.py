"""Whether the disk of the database has room again, once it had none."""

import time
from typing import Any, Final

from psycopg import AsyncConnection, errors
from psycopg_pool import AsyncConnectionPool

from medianest.ports.event_log import LogFull

EVERY: Final = 1.0
"""Seconds between two looks, whoever asks."""

# On the disk of the database: temporary tables may have another one to themselves.
_WHERE: Final = "SET LOCAL temp_tablespaces = ''"
# A file of its own that has to grow, as the log has to: whatever exists may have some room left inside.
_GROW: Final = (
    "CREATE TEMP TABLE medianest_room ON COMMIT DROP AS SELECT number FROM generate_series(1, 20000) AS number"
)


class Room:
    """What the writer of this process met with last. While that is a full disk, `is_there` looks for room by itself, so
    that nobody has to write before it is seen that it can be done. `pool` raises LogFull, LogUnavailable."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        self._pool = pool
        self._was_missing = False
        self._looked = 0.0

    def met(self, *, is_missing: bool) -> None:
        self._was_missing = is_missing

    async def is_there(self) -> bool:
        """Raises LogUnavailable."""
        if self._was_missing and time.monotonic() >= self._looked + EVERY:
            self._looked = time.monotonic()
            self._was_missing = not await self._can_grow()
        return not self._was_missing

    async def _can_grow(self) -> bool:
        try:
            async with self._pool.connection() as connection, connection.transaction(force_rollback=True):
                await connection.execute(_WHERE)
                await connection.execute(_GROW)
        except LogFull:
            return False
        except errors.InsufficientPrivilege:
            return True  # nobody can tell: the next append does
        return True
