"""The log on a real Postgres with what follows it, for tests of views, reactions and jobs."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from psycopg import AsyncConnection
from structlog.testing import capture_logs

from medianest.adapters.eventlog.codec import EventCodec
from medianest.adapters.eventlog.keyring import PostgresKeyring
from medianest.adapters.eventlog.log import PostgresEventLog
from medianest.adapters.eventlog.rows import LOG_CHANNEL
from medianest.adapters.eventlog.signal import Signals
from medianest.adapters.eventlog.writer import AppendWriter
from medianest.adapters.postgres.checkpoints import CHANNEL
from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.progress import PostgresViewProgress
from medianest.adapters.postgres.projector import Projector
from medianest.adapters.postgres.view_schema import tables_of
from medianest.application.tasks import end
from medianest.domain.catalog import EVENT_TYPES
from medianest.domain.user.commands import DeleteUser, RegisterUser
from medianest.projections.catalog import PROJECTIONS
from medianest.projections.kernel import AnyProjection
from tests.histories import Happening, House

T = TypeVar("T")
MASTER = bytes(range(32))
TABLES = [table for view in PROJECTIONS.values() for table in tables_of(view, view.table)]


@dataclass
class World:
    url: str
    database: Database
    log: PostgresEventLog
    keyring: PostgresKeyring
    progress: PostgresViewProgress
    said: Sequence[Mapping[str, Any]]
    """What was logged: captured, because the usual rendering of a stack takes a second."""
    house: House = field(default_factory=lambda: House(random.Random(1)))

    async def live(self, commands: int, seed: int = 1) -> int:
        """Let something happen; the answer is where the log stands then."""
        if not self.house.versions:
            self.house = House(random.Random(seed))
        for happening in self.house.live(commands):
            await self.record(happening)
        return await self.log.head()

    async def record(self, happening: Happening) -> int:
        if isinstance(happening.command, RegisterUser):
            await self.keyring.create(happening.command.user_id)
        recorded = await self.log.append(happening.append())
        if isinstance(happening.command, DeleteUser):
            await self.keyring.destroy(happening.command.user_id)
        return recorded[-1].position

    async def views_at(self, position: int, names: Iterable[str] = tuple(PROJECTIONS)) -> None:
        assert await self.progress.wait(list(names), position=position, timeout=10.0), await self.progress.states()

    async def rows(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        async with self.database.connection() as connection:
            return await (await connection.execute(statement, parameters)).fetchall()

    async def tables(self) -> dict[str, list[str]]:
        """Every view, row by row, as text."""
        return {
            table: [text for (text,) in await self.rows(f"SELECT row::text FROM {table} AS row ORDER BY 1")]
            for table in TABLES
        }


@asynccontextmanager
async def world(url: str) -> AsyncIterator[World]:
    with capture_logs() as said:
        async with (
            Database(url, max_size=4) as database,
            AppendWriter(url) as writer,
            Signals(url, [LOG_CHANNEL, CHANNEL]) as signals,
        ):
            keyring = PostgresKeyring(database, MASTER)
            log = PostgresEventLog(database, writer, EventCodec(EVENT_TYPES, keyring), signals)
            async with log, PostgresViewProgress(database, signals, log) as progress:
                yield World(url, database, log, keyring, progress, said)


@asynccontextmanager
async def running(run: Callable[[], Awaitable[None]]) -> AsyncIterator[asyncio.Task[None]]:
    """Something that runs until it is cancelled; it must not have ended by itself."""
    task = asyncio.ensure_future(run())
    try:
        yield task
        if task.done() and not task.cancelled():
            task.result()
            raise AssertionError("it ended by itself")
    finally:
        async with asyncio.timeout(30.0):
            await end(task, again=5.0)


def a_projector(world: World, *projections: AnyProjection, **options: Any) -> Projector:
    """A quick one, of all views or of these."""
    chosen = projections or tuple(PROJECTIONS.values())
    return Projector(world.log, world.url, chosen, **{"back_off": 0.05, "poll": 0.2, **options})


async def eventually(look: Callable[[], Awaitable[T]], within: float = 10.0) -> T:
    """The first true answer of `look`."""
    seen = await look()
    async with asyncio.timeout(within):
        while not seen:
            await asyncio.sleep(0.01)
            seen = await look()
    return seen


async def cut_connections(url: str, application: str) -> int:
    """End the connections of this application name, as a restart of the server would; the answer is how many."""
    async with await AsyncConnection.connect(url, autocommit=True) as connection:
        ended = await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = %s AND pid <> pg_backend_pid()",
            (application,),
        )
        return ended.rowcount
