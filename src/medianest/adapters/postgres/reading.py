"""Reading rows of a view, and the keys that its lists go on from."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.view_table import ViewTable
from medianest.projections.kernel import Projection

V = TypeVar("V", bound=msgspec.Struct)


class Condition:
    """Parts of a WHERE clause, joined by AND, with their parameters."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.parameters: list[Any] = []

    def require(self, part: str, *parameters: Any) -> None:
        self._parts.append(part)
        self.parameters.extend(parameters)

    def __str__(self) -> str:
        return f"WHERE {' AND '.join(self._parts)}" if self._parts else ""


class ViewReader(Generic[V]):
    """Rows of one projection's table. Raises LogUnavailable when the database is away."""

    def __init__(self, database: Database, projection: Projection[V]) -> None:
        self.database = database
        self.table: ViewTable[V] = ViewTable(projection.name, projection.row, projection.key)

    async def rows(self, rest: str, parameters: Sequence[Any] = ()) -> list[V]:
        """Rows by what follows FROM."""
        return self.table.read(await self.fetch(f"{self.table.select} {rest}", parameters))

    async def first(self, rest: str, parameters: Sequence[Any] = ()) -> V | None:
        return next(iter(await self.rows(rest, parameters)), None)

    async def fetch(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        async with self.database.connection() as connection:
            cursor = await connection.execute(statement, parameters)
            return await cursor.fetchall()


def key_of(*values: Any) -> tuple[str, ...]:
    """What a list continues after, as text that `ViewTable.type_of` the columns reads back exactly."""
    return tuple(value.isoformat() if isinstance(value, datetime) else str(value) for value in values)


def page_of(rows: Sequence[V], limit: int) -> tuple[Sequence[V], V | None]:
    """Of `limit` + 1 rows asked for: those to show, and the last of them if more follow."""
    return rows[:limit], rows[limit - 1] if len(rows) > limit else None
