"""Folding a view anew from the whole log while the old one is still read."""

from collections.abc import Callable
from typing import Any, Final

from psycopg import AsyncConnection

from medianest.adapters.postgres import checkpoints
from medianest.adapters.postgres.election import CLASS, REBUILD, direct_connection
from medianest.adapters.postgres.view_writer import ViewWriter
from medianest.ports.event_log import EventLog
from medianest.projections.kernel import AnyProjection

BATCH: Final = 5000

OnProgress = Callable[[int, int], None]


async def rebuild(
    projection: AnyProjection, log: EventLog, direct_url: str, on_progress: OnProgress | None = None
) -> int:
    """Fold `projection` into a table of this connection, then put that in place of the old one; the answer is the
    position the view stands at then.

    Readers see the old rows until the end. `on_progress` is told the position reached and the head of the log.
    Raises whatever the fold raises, and then nothing has changed. Rebuilds of all views queue behind one another.
    """
    async with direct_connection(direct_url) as connection:
        await connection.execute("SELECT pg_advisory_lock(%s, %s)", (CLASS, REBUILD))
        run = _Rebuild(projection, log, connection, on_progress or (lambda _position, _head: None))
        await run.prepare()
        position = await run.fold(after=0, until=await log.head())
        return await run.replace(position)


class _Rebuild:
    def __init__(
        self, projection: AnyProjection, log: EventLog, connection: AsyncConnection[Any], on_progress: OnProgress
    ) -> None:
        self._projection = projection
        self._log = log
        self._connection = connection
        self._on_progress = on_progress
        self._tables = (
            [projection.name]
            if projection.counters is None
            else [
                projection.name,
                f"{projection.name}_counters",
            ]
        )
        self._writer = ViewWriter(projection, f"rebuilt_{projection.name}")

    async def prepare(self) -> None:
        for table in self._tables:
            # Ends with the connection, so a rebuild that is killed leaves nothing behind.
            await self._connection.execute(
                f"CREATE TEMP TABLE rebuilt_{table} (LIKE {table} INCLUDING DEFAULTS INCLUDING INDEXES)"
            )

    async def fold(self, *, after: int, until: int) -> int:
        while after < until and (batch := await self._log.read(after=after, limit=BATCH, until=until)):
            async with self._connection.transaction():
                await self._writer.apply(self._connection, batch)
            after = batch[-1].position
            self._on_progress(after, until)
        return max(after, until)

    async def replace(self, position: int) -> int:
        connection, name = self._connection, self._projection.name
        async with connection.transaction():
            # From here the projector waits for this view in front of its next batch.
            cursor = await connection.execute("SELECT position FROM checkpoints WHERE name = %s FOR UPDATE", (name,))
            row = await cursor.fetchone()
            position = await self.fold(after=position, until=row[0] if row else 0)
            for table in self._tables:
                await connection.execute(f"DELETE FROM {table}")
                await connection.execute(f"INSERT INTO {table} SELECT * FROM rebuilt_{table}")
            await connection.execute(
                "INSERT INTO checkpoints (name, shape, position) VALUES (%s, %s, %s) ON CONFLICT (name) "
                "DO UPDATE SET shape = excluded.shape, position = excluded.position, updated_at = clock_timestamp(), "
                "error = NULL RETURNING pg_notify(%s, name || ':' || position)",
                (name, self._projection.shape, position, checkpoints.CHANNEL),
            )
        return position
