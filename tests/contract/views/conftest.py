from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.view_table import ViewTable
from medianest.projections.kernel import AnyProjection

Fill = Callable[[AnyProjection, Sequence[Any]], Awaitable[None]]
Plans = Callable[[Callable[[Any], Any], Callable[[Any], Awaitable[Any]]], Awaitable[list[str]]]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with Database(database_url, max_size=2) as opened:
        yield opened


@pytest.fixture
def fill(database: Database) -> Fill:
    """Puts rows into a view, and its counters, as the projector would."""

    async def fill(projection: AnyProjection, rows: Sequence[Any]) -> None:
        table: ViewTable[Any] = ViewTable(projection.table, projection.row, projection.key)
        async with database.connection() as connection:
            await connection.execute(table.upsert, table.arrays(rows))
            await connection.execute(f"ANALYZE {projection.table}")

    return fill


@pytest.fixture
def plans(database: Database) -> Plans:
    """How Postgres carries out all that a reader asks in a call: a plan, as text, for every statement."""

    async def plans(reader: Callable[[Any], Any], call: Callable[[Any], Awaitable[Any]]) -> list[str]:
        explaining = ExplainingDatabase(database)
        await call(reader(explaining))
        return explaining.seen

    return plans


class ExplainingDatabase:
    """The database, asking for the plan of every statement before it is carried out."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.seen: list[str] = []

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        async with self._database.connection() as self._connection:
            yield self

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Any:
        cursor = await self._connection.execute(f"EXPLAIN {statement}", parameters)
        self.seen.append("\n".join(line for (line,) in await cursor.fetchall()))
        return await self._connection.execute(statement, parameters)
