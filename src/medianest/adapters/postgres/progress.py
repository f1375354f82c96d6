"""How far the views are, and waiting for them: one follower per process wakes all who wait."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final, Protocol

from medianest.adapters.postgres.checkpoints import CHANNEL
from medianest.adapters.postgres.pool import Database
from medianest.application.tasks import end
from medianest.ports.event_log import EventLog
from medianest.ports.failures import Unavailable
from medianest.ports.views import ViewState
from medianest.projections.catalog import PROJECTIONS
from medianest.projections.kernel import AnyProjection

POLL: Final = 1.0
"""Seconds between looks at the checkpoints, since a wake-up can be lost."""


class Heard(Protocol):
    async def wait(self, timeout: float) -> Sequence[str]:
        """What was said since the last call; empty when it is time to look for oneself."""


class Announcements(Protocol):
    """The notifications of the database, by channel."""

    def subscribe(self, channel: str) -> Heard: ...


class PostgresViewProgress:
    """`async with PostgresViewProgress(...) as progress:`. `announcements` must listen on `checkpoints.CHANNEL`.

    Between notifications it goes by what it heard last, so a view is never said to be further than it is. It speaks of
    `projections` in the shapes that this release knows.
    """

    def __init__(
        self,
        database: Database,
        announcements: Announcements,
        log: EventLog,
        projections: Iterable[AnyProjection] = tuple(PROJECTIONS.values()),
    ) -> None:
        self._database = database
        self._announcements = announcements
        self._log = log
        self._names = {projection.table: projection.name for projection in projections}
        self._keys = [(projection.name, projection.shape) for projection in projections]
        self._positions: dict[str, int] = {}
        self._moved = asyncio.Condition()
        self._follower: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "PostgresViewProgress":
        self._follower = asyncio.create_task(self._follow(), name="view progress")
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._follower is not None:
            await end(self._follower)
            self._follower = None

    async def states(self) -> Sequence[ViewState]:
        rows = await self._rows()
        head = await self._log.head()
        return [
            ViewState(
                name=name,
                position=position or 0,
                lag=max(head - (position or 0), 0),
                updated_at=updated_at,
                error=error,
                is_built=position is not None,
            )
            for name, position, updated_at, error in rows
        ]

    async def wait(self, names: Collection[str], *, position: int, timeout: float) -> bool:
        def are_there() -> bool:
            return all(self._positions.get(name, 0) >= position for name in names)

        with suppress(TimeoutError):
            async with asyncio.timeout(timeout), self._moved:
                await self._moved.wait_for(are_there)
        return are_there()

    async def position(self, names: Collection[str]) -> int:
        """0 while one of them is not known."""
        if not self._positions:
            await self._look()
        return min((self._positions.get(name, 0) for name in names), default=0)

    async def _follow(self) -> None:
        heard = self._announcements.subscribe(CHANNEL)
        while True:
            payloads = await heard.wait(POLL)
            if not payloads:
                with suppress(Unavailable):
                    await self._look()
                continue
            moved: dict[str, int] = {}
            for payload in payloads:
                table, _, position = payload.rpartition(":")
                if table in self._names:  # another release may follow the log beside us
                    moved[self._names[table]] = int(position)
            await self._know(moved)

    async def _look(self) -> None:
        await self._know({name: position for name, position, _, _ in await self._rows() if position is not None})

    async def _rows(self) -> Sequence[tuple[str, int | None, datetime | None, str | None]]:
        """Name, position, when it moved last and why it stands still; without a position where it is not built yet."""
        names, shapes = zip(*self._keys, strict=True)
        async with self._database.connection() as connection:
            cursor = await connection.execute(
                "SELECT name, position, updated_at, error FROM unnest(%s::text[], %s::int[]) AS wanted(name, shape) "
                "LEFT JOIN checkpoints USING (name, shape) ORDER BY name",
                (list(names), list(shapes)),
            )
            return await cursor.fetchall()

    async def _know(self, positions: dict[str, int]) -> None:
        async with self._moved:
            self._positions |= positions
            self._moved.notify_all()
