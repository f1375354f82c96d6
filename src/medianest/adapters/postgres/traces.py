"""Trace steps, gathered in memory and written to Postgres in batches, beside whatever they speak of."""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self

import structlog
from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg_pool import AsyncConnectionPool

from medianest.application.tasks import end
from medianest.ports.failures import Unavailable
from medianest.ports.traces import TraceStep

ROOM: Final = 10_000
"""Steps that are held while they cannot be written: some MiB."""
BATCH: Final = 1_000
PAUSE: Final = 0.1
"""Seconds in which steps gather before they are written: one statement for all that happened meanwhile."""
BACK_OFF: Final = 1.0
FAREWELL: Final = 0.5
"""Seconds that what waits still is given at the end; the process has little more itself."""

_COLUMNS: Final = TraceStep.__struct_fields__
_INSERT: Final = f"""
INSERT INTO trace_steps ({", ".join(_COLUMNS)})
SELECT * FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[],
  %s::timestamptz[], %s::timestamptz[])
ON CONFLICT (step_id) DO NOTHING"""
_OF: Final = f"""
SELECT {", ".join(_COLUMNS)} FROM trace_steps WHERE correlation_id = %s ORDER BY began_at, step_id LIMIT %s"""
_SWEEP: Final = "DELETE FROM trace_steps WHERE began_at < %s"

logger = structlog.get_logger(__name__)


class PostgresTraces:
    """Implements `Traces`. `async with` writes while it is open. At most `room` steps wait to be written; while the
    database is away longer than that lasts, the oldest are dropped, and `dropped` counts them. Times in seconds."""

    def __init__(
        self, pool: AsyncConnectionPool[AsyncConnection[Any]], *, room: int = ROOM, back_off: float = BACK_OFF
    ) -> None:
        self._pool = pool
        self._room = room
        self._back_off = back_off
        self._waiting: deque[TraceStep] = deque()
        self._has_some = asyncio.Event()
        self._writing: asyncio.Task[None] | None = None
        self.dropped = 0

    def record(self, step: TraceStep) -> None:
        if len(self._waiting) >= self._room:
            self._waiting.popleft()
            self.dropped += 1
        self._waiting.append(step)
        self._has_some.set()

    async def of(self, correlation_id: str, *, limit: int) -> Sequence[TraceStep]:
        async with self._pool.connection() as connection, connection.cursor(row_factory=class_row(TraceStep)) as cursor:
            return await (await cursor.execute(_OF, (correlation_id, limit))).fetchall()

    async def sweep(self, before: datetime) -> None:
        async with self._pool.connection() as connection:
            await connection.execute(_SWEEP, (before,))

    async def __aenter__(self) -> Self:
        self._writing = asyncio.create_task(self._keep_writing(), name="traces")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writing is not None:
            await end(self._writing)
        with suppress(Unavailable, TimeoutError):
            async with asyncio.timeout(FAREWELL):
                while self._waiting:
                    await self._write()

    async def _keep_writing(self) -> None:
        while True:
            await self._has_some.wait()
            await asyncio.sleep(PAUSE)
            try:
                await self._write()
            except Unavailable as failure:
                logger.warning("traces_wait", reason=failure.code, waiting=len(self._waiting), dropped=self.dropped)
                await asyncio.sleep(self._back_off)
            except Exception:
                # They are samples: what cannot be written must not stand in the way of what can.
                logger.exception("traces_lost", dropped=self.dropped)

    async def _write(self) -> None:
        batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
        try:
            async with self._pool.connection() as connection:
                await connection.execute(_INSERT, [[getattr(step, name) for step in batch] for name in _COLUMNS])
        except (Unavailable, asyncio.CancelledError):
            self._put_back(batch)
            raise
        except Exception:
            self.dropped += len(batch)
            raise
        finally:
            if not self._waiting:
                self._has_some.clear()

    def _put_back(self, batch: Sequence[TraceStep]) -> None:
        """Before those that came meanwhile. Should they have been written after all, that is once and no more."""
        self._waiting.extendleft(reversed(batch))
        while len(self._waiting) > self._room:
            self._waiting.popleft()
            self.dropped += 1
