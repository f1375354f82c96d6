"""How far the views are, and waiting for them: one follower per process wakes all who wait."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Final, Protocol

from medianest.adapters.postgres.checkpoints import CHANNEL
from medianest.adapters.postgres.pool import Database
from medianest.application.tasks import end
from medianest.ports.event_log import EventLog
from medianest.ports.failures import Unavailable
from medianest.ports.views import ViewState

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

    Between notifications it goes by what it heard last, so a view is never said to be further than it is.
    """

    def __init__(self, database: Database, announcements: Announcements, log: EventLog) -> None:
        self._database = database
        self._announcements = announcements
        self._log = log
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
        async with self._database.connection() as connection:
            cursor = await connection.execute("SELECT name, position, updated_at, error FROM checkpoints ORDER BY name")
            rows = await cursor.fetchall()
        head = await self._log.head()
        return [
            ViewState(name=name, position=position, lag=max(head - position, 0), updated_at=updated_at, error=error)
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
                name, _, position = payload.rpartition(":")
                moved[name] = int(position)
            await self._know(moved)

    async def _look(self) -> None:
        async with self._database.connection() as connection:
            cursor = await connection.execute("SELECT name, position FROM checkpoints")
            await self._know(dict(await cursor.fetchall()))

    async def _know(self, positions: dict[str, int]) -> None:
        async with self._moved:
            self._positions |= positions
            self._moved.notify_all()
