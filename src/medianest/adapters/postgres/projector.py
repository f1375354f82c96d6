"""The projector: brings every view up to the log, batch by batch, for as long as it leads."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any, Final

import structlog
from psycopg import AsyncConnection

from medianest.adapters.postgres import checkpoints
from medianest.adapters.postgres.election import (
    FOLLOWING,
    LOST,
    NEVER,
    STANDBY,
    SteppedDown,
    at_one_go,
    claim,
    direct_connection,
    stop_if_cancelled,
)
from medianest.adapters.postgres.view_writer import MANY, ViewWriter
from medianest.application.collector import paused_collector
from medianest.application.tasks import end
from medianest.domain.kernel import Recorded
from medianest.ports.event_log import EventLog
from medianest.ports.failures import Unavailable
from medianest.projections.kernel import AnyProjection

BATCH: Final = 5_000
"""Events of one transaction, where there are so many: the more, the fewer rows are written twice, and the more memory
stays with the process for ever, scattered as it is. With 10,000 it holds some 13 MB more, with 2,000 some 7 MB less;
between those two lies a third of the speed."""

BREATH: Final = 0.005
"""Seconds between two batches, where there is no pause between the events either: what comes meanwhile goes with the
next one. Whoever comes alone, after what was there has been seen, waits for none."""

POLL: Final = 1.0
RETRY_STOPPED: Final = 30.0
BACK_OFF: Final = 1.0

logger = structlog.get_logger(__name__)


class Projector:
    """Elected view by view, by advisory locks on `direct_url`, which must not be a pooler in transaction mode: while
    one release takes over from another, each leads the shapes that it knows.

    Views at the same position share one read of the log and one transaction. A view that is not there in its shape is
    left to whoever builds it. A view that cannot apply an event stops alone in front of it, says so in its checkpoint,
    and tries again every `retry_stopped` seconds. Times in seconds.
    """

    def __init__(
        self,
        log: EventLog,
        direct_url: str,
        projections: Sequence[AnyProjection],
        *,
        batch: int = BATCH,
        poll: float = POLL,
        retry_stopped: float = RETRY_STOPPED,
        back_off: float = BACK_OFF,
    ) -> None:
        self._log = log
        self._url = direct_url
        self._projections = {projection.name: projection for projection in projections}
        self._writers = {projection.name: ViewWriter(projection) for projection in projections}
        self._batch = batch
        self._poll = poll
        self._retry_stopped = retry_stopped
        self._back_off = back_off
        self._led: list[AnyProjection] = []
        self._next_claim = 0.0
        self._looked, self._moved, self._excused = 0.0, 0.0, -1.0
        self._positions: dict[str, int] = {}
        self._stopped: dict[str, float] = {}
        self._ahead: tuple[int, int | None, asyncio.Task[Sequence[Recorded]]] | None = None

    async def run(self) -> None:
        """Lead or stand by until cancelled. The loss of the database ends nothing: it goes on when it is back."""
        while True:
            try:
                try:
                    async with direct_connection(self._url) as connection:
                        await self._lead(connection)
                finally:
                    await self._look_no_further()
            except (*LOST, Unavailable, SteppedDown) as failure:
                stop_if_cancelled()
                logger.warning("projector_interrupted", reason=type(failure).__name__)
                await asyncio.sleep(self._back_off)
            except Exception:
                # The process has other work to do, and the views show how far behind they are.
                logger.exception("projector_failed", positions=self._positions)
                await asyncio.sleep(self._retry_stopped)

    async def _lead(self, connection: AsyncConnection[Any]) -> None:
        self._led, self._next_claim, self._stopped = [], 0.0, {}
        while True:
            await self._look_around(connection)
            if not self._led:
                await asyncio.sleep(min(STANDBY, self._poll))
                continue
            try:
                with paused_collector():  # a batch makes tens of thousands of objects that all die with it
                    has_more = await self._round(connection)
            except SteppedDown as failure:
                # A rebuild may have put a view in place since the last look. Somebody who leads as well does it again.
                before, is_again = self._positions, self._excused == self._moved
                await self._look_at_positions(connection)
                if is_again or self._positions == before:
                    raise
                logger.info("projector_looks_again", reason=str(failure))
                self._excused, has_more = self._moved, True
            if not has_more:
                await self._rest(connection)

    async def _rest(self, connection: AsyncConnection[Any]) -> None:
        """Until there is more in the log, or it is time to look again whether all is as it was."""
        going = [position for name, position in self._positions.items() if name not in self._stopped]
        await self._log.wait(after=max(going, default=NEVER), timeout=self._poll)
        if time.monotonic() - self._moved < BREATH:
            await asyncio.sleep(BREATH)
        if time.monotonic() - self._looked >= self._poll:
            await self._look_at_positions(connection)

    async def _look_at_positions(self, connection: AsyncConnection[Any]) -> None:
        """The locks live with the connection, which may have died; a rebuild may have moved a view, or made it."""
        before, self._positions = self._positions, await checkpoints.positions(connection, self._led)
        for name in [name for name in self._stopped if self._positions.get(name) != before.get(name)]:
            del self._stopped[name]  # it was made anew, and may go on
        self._looked = time.monotonic()

    async def _look_around(self, connection: AsyncConnection[Any]) -> None:
        """Take over, from time to time, what nobody leads."""
        now = time.monotonic()
        if now < self._next_claim or len(self._led) == len(self._projections):
            return
        self._next_claim = now + min(STANDBY, self._poll)
        led = {view.name for view in self._led}
        new = [
            view
            for view in self._projections.values()
            if view.name not in led and await claim(connection, FOLLOWING, view.table)
        ]
        if new:
            self._led += new
            await self._look_at_positions(connection)
            logger.info("projector_leads", views=[view.table for view in new], positions=self._positions)

    async def _round(self, connection: AsyncConnection[Any]) -> bool:
        """One batch for every group of views that stand at the same position; whether there may be more at once."""
        now = time.monotonic()
        groups: dict[int, list[str]] = {}
        for name, position in self._positions.items():
            if self._stopped.get(name, now) <= now:
                groups.setdefault(position, []).append(name)
        has_more = False
        places = sorted(groups)
        for place, following in zip(places, [*places[1:], None], strict=False):
            # Not past the next group: those behind catch up to exactly there and go on together.
            batch, is_all = await self._read(connection, groups[place], place, following)
            if batch:
                await self._apply(connection, groups[place], place, batch)
                has_moved = any(self._positions[name] != place for name in groups[place])
                has_more = has_more or (has_moved and not (is_all and following is None))
                self._moved = time.monotonic()
        return has_more

    async def _read(
        self, connection: AsyncConnection[Any], names: Sequence[str], after: int, until: int | None
    ) -> tuple[Sequence[Recorded], bool]:
        """The next events, and whether these are all that there are. Where one cannot be read, those before it; in
        front of it, all of `names` stop."""
        limit = self._batch
        ahead = await self._read_ahead(after, until)
        while True:
            try:
                batch = await (ahead or self._log.read(after=after, limit=limit, until=until))
                if len(batch) == self._batch:
                    # There is more: read it while the database writes this.
                    position = batch[-1].position
                    reading = asyncio.create_task(self._log.read(after=position, limit=self._batch, until=until))
                    self._ahead = (position, until, reading)
                return batch, len(batch) < limit == self._batch
            except (*LOST, Unavailable):
                raise
            except Exception as failure:
                ahead = None
                if limit > 1:
                    limit = (limit + 1) // 2
                    continue
                for name in names:
                    await self._stop(connection, name, after, failure, "the next event, which cannot be read")
                return (), False

    async def _read_ahead(self, after: int, until: int | None) -> "asyncio.Task[Sequence[Recorded]] | None":
        """What is being read already, if it is what is wanted now."""
        if self._ahead is not None and self._ahead[:2] == (after, until):
            reading, self._ahead = self._ahead[2], None
            return reading
        await self._look_no_further()
        return None

    async def _look_no_further(self) -> None:
        if self._ahead is not None:
            reading, self._ahead = self._ahead[2], None
            await end(reading)

    async def _apply(
        self, connection: AsyncConnection[Any], names: Sequence[str], after: int, batch: Sequence[Recorded]
    ) -> None:
        """All together; if that fails each view by itself, and the one that fails event by event up to the fault."""
        last = batch[-1].position
        try:
            async with at_one_go(connection) if len(batch) < MANY else connection.transaction():
                await checkpoints.move(connection, [self._projections[name] for name in names], after, last)
                for name in names:
                    await self._writers[name].apply(connection, batch)
        except (*LOST, Unavailable, SteppedDown):
            raise
        except Exception as failure:
            if len(names) > 1:
                for name in names:
                    await self._apply(connection, [name], after, batch)
            elif len(batch) > 1:
                middle = len(batch) // 2
                await self._apply(connection, names, after, batch[:middle])
                if names[0] not in self._stopped:
                    await self._apply(connection, names, batch[middle - 1].position, batch[middle:])
            else:
                fault = f"event {last} ({batch[0].event.tag})"
                await self._stop(connection, names[0], after, failure, fault)
        else:
            for name in names:
                self._positions[name] = last
                self._stopped.pop(name, None)

    async def _stop(
        self, connection: AsyncConnection[Any], name: str, position: int, failure: Exception, fault: str
    ) -> None:
        logger.error("view_stopped", view=name, position=position, exc_info=failure)
        self._stopped[name] = time.monotonic() + self._retry_stopped
        # The exception's own text may quote what somebody wrote, and this one is shown.
        view = self._projections[name]
        await checkpoints.stop(connection, view, position, f"{type(failure).__name__} at {fault}")
