"""Building views anew from the log, aside, while those that there are go on being read and written.

The log is folded into tables beside the views, by COPY, in steps that are each whole or absent; then the indexes are
made; then what was recorded meanwhile is folded, and the tables are put in place of the views in one transaction that
holds the projector in front of its next batch. A build that breaks off leaves the views as they are, and can go on
where it stood.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import UUID, uuid4

from psycopg import AsyncConnection, errors

from medianest.adapters.postgres import checkpoints, rebuilds, view_schema
from medianest.adapters.postgres.election import BUILDING, LOST, claim, direct_connection
from medianest.adapters.postgres.rebuilds import beside
from medianest.adapters.postgres.view_writer import ViewWriter
from medianest.application.collector import paused_collector
from medianest.domain.kernel import Recorded
from medianest.ports.event_log import EventLog, LogFull
from medianest.ports.failures import LogUnavailable, Unavailable
from medianest.ports.rebuilds import RebuildFailed, RebuildRunning
from medianest.projections.kernel import AnyProjection

STEP: Final = 50_000
"""Positions between two steps. What breaks off loses one step."""

REMEMBERED: Final = 50_000
"""Rows of each view that stay in memory from one step to the next."""

CLOSE: Final = 1000
"""Events behind the log that are few enough to fold while the projector waits."""

LOCK_PATIENCE: Final = "500ms"
"""How long readers may be held up by the exchange of the tables, while it waits for somebody who reads longer."""

ATTEMPTS: Final = 120
PAUSE: Final = 1.0

OnProgress = Callable[[int, int], None]
"""Told the position reached, and the head of the log."""


async def rebuild(
    views: Sequence[AnyProjection],
    log: EventLog,
    direct_url: str,
    *,
    rebuild_id: UUID | None = None,
    resume: bool = False,
    on_progress: OnProgress | None = None,
) -> int:
    """Build `views` in one pass over the log; the answer is the position they stand at then.

    What is known under `rebuild_id` goes on where it broke off, and is not done twice; with `resume`, whatever build of
    the same views broke off last goes on. Raises RebuildRunning when one of them is being built already (LogUnavailable
    when that may be this very build, under another worker), RebuildFailed when a fold raises (then nothing has
    changed), LogFull, LogUnavailable.
    """
    async with direct_connection(direct_url) as connection:
        for view in views:
            if not await claim(connection, BUILDING, view.table):
                running = f"{view.name} is being built already. See how far it is: medianest projections status."
                if rebuild_id is None or await rebuilds.refused(connection, rebuild_id, running):
                    raise RebuildRunning(running)
                # It had begun: whoever holds it works on it, or has died and is not yet known to have.
                raise LogUnavailable(running)
        if rebuild_id is not None and (done := await rebuilds.completed_at(connection, rebuild_id)) is not None:
            return done
        goes_on = resume or rebuild_id is not None
        place = await rebuilds.unfinished(connection, views, rebuild_id) if goes_on else None
        run = _Rebuild(views, log, connection, on_progress or (lambda _position, _head: None))
        async with run.registered(place, rebuild_id or uuid4()):
            await run.fold_most()
            await run.complete()
            return await run.exchange()


class _Rebuild:
    def __init__(
        self, views: Sequence[AnyProjection], log: EventLog, connection: AsyncConnection[Any], on_progress: OnProgress
    ) -> None:
        self._views = views
        self._log = log
        self._connection = connection
        self._on_progress = on_progress
        self._writers: list[ViewWriter] = []
        self._id = UUID(int=0)
        self._position = 0
        self._head = 0

    @asynccontextmanager
    async def registered(self, place: rebuilds.Place | None, rebuild_id: UUID) -> AsyncIterator[None]:
        """Say in the table of rebuilds what becomes of this one."""
        try:
            await self._begin(place, rebuild_id)
            yield
        except RebuildFailed as failure:
            await self._give_up(str(failure))
            raise
        except errors.DiskFull as full:
            await self._give_up("The disk of the database is full.")  # which also makes room for the views that serve
            raise LogFull from full
        except LOST as lost:
            await self._break_off()
            raise LogUnavailable from lost
        except (Unavailable, asyncio.CancelledError):
            await self._break_off()
            raise

    async def _begin(self, place: rebuilds.Place | None, rebuild_id: UUID) -> None:
        self._id, self._position = place or (rebuild_id, 0)
        async with self._connection.transaction():
            await rebuilds.begin(self._connection, self._id, self._views)
            if place is None:
                for view in self._views:
                    await view_schema.drop(self._connection, beside(view))
                    for statement in view_schema.creation(view, beside(view)):
                        await self._connection.execute(statement)
        self._open_writers(is_empty=place is None)

    async def fold_most(self) -> None:
        """Up to where the log stands now, step by step."""
        self._head = await self._log.head()
        await self._fold(self._head)

    async def complete(self) -> None:
        """Make the indexes, and catch up with what was recorded meanwhile."""
        for view in self._views:
            await view_schema.complete(self._connection, view, beside(view))
        while (head := await self._log.head()) > self._position + CLOSE:
            self._head = head
            await self._fold(head)

    async def exchange(self) -> int:
        """Put what was built in place of the views. Somebody who reads a view for long holds this up, and only this."""
        for attempt in range(ATTEMPTS):
            try:
                async with self._connection.transaction():
                    return await self._exchange()
            except (errors.LockNotAvailable, errors.DeadlockDetected):
                if attempt == ATTEMPTS - 1:
                    raise
                # What was folded last is gone from the tables with the transaction, so the memory of it goes, too.
                self._open_writers(is_empty=False)
                await asyncio.sleep(PAUSE)
        raise AssertionError("the last attempt returns or raises")

    async def _exchange(self) -> int:
        connection = self._connection
        await connection.execute(f"SET LOCAL lock_timeout = '{LOCK_PATIENCE}'")
        # From here the projector waits in front of its next batch. A view may stand behind the others, or still.
        stands = [await checkpoints.locked(connection, view) for view in self._views]
        position = max([self._position, *(at for at in stands if at is not None)])
        await self._fold_within(self._position, position)
        for view in self._views:
            await view_schema.put_in_place(connection, view, beside(view))
            await checkpoints.put(connection, view, position)
        await rebuilds.completed(connection, self._id, self._views, position)
        return position

    async def _fold(self, until: int) -> None:
        """In steps, each in a transaction with the place that it leads to."""
        with paused_collector():
            while self._position < until:
                reached = min(until, self._position + STEP)
                async with self._connection.transaction():
                    await self._fold_within(self._position, reached)
                    await rebuilds.move(self._connection, self._id, reached, self._head)
                self._position = reached

    async def _fold_within(self, after: int, until: int) -> None:
        """Fold into the tables in the caller's transaction."""
        async for batch in self._log.scan(after=after, until=until):
            for writer in self._writers:
                await self._fold_into(writer, batch)
            self._on_progress(batch[-1].position, max(self._head, until))
        for writer in self._writers:
            await writer.flush(self._connection)

    async def _fold_into(self, writer: ViewWriter, batch: Sequence[Recorded]) -> None:
        try:
            await writer.fold(self._connection, batch)
        except (*LOST, Unavailable):
            raise
        except Exception as failure:
            # The exception's own text may quote what somebody wrote, and this one is shown.
            kind, name = type(failure).__name__, writer.projection.name
            between = f"between the events {batch[0].position} and {batch[-1].position}"
            raise RebuildFailed(f"{name}: {kind} {between}. The view is as it was.") from failure

    async def _break_off(self) -> None:
        if not self._connection.closed:
            await asyncio.shield(rebuilds.interrupted(self._connection, self._id))

    async def _give_up(self, error: str) -> None:
        for view in self._views:
            await view_schema.drop(self._connection, beside(view))
        await rebuilds.failed(self._connection, self._id, error)

    def _open_writers(self, *, is_empty: bool) -> None:
        self._writers = [ViewWriter(view, beside(view), remember=REMEMBERED, is_empty=is_empty) for view in self._views]
