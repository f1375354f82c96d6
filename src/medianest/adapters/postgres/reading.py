"""Reading rows of a view, and the keys that its lists go on from."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec
import psycopg

from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.view_table import ViewTable
from medianest.ports.failures import ViewNotBuilt
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

    def go_on(self, comparison: str, after: tuple[str, ...] | None) -> None:
        """Begin after the row with this key of two parts. Raises ValueError for a key of another list."""
        if after is None:
            return
        if len(after) != 2:
            raise ValueError("not a key of this list")
        self.require(comparison, *after)

    def __str__(self) -> str:
        return f"WHERE {' AND '.join(self._parts)}" if self._parts else ""


class ViewReader(Generic[V]):
    """Rows of one projection's table. Raises LogUnavailable when the database is away, ViewNotBuilt."""

    def __init__(self, database: Database, projection: Projection[V]) -> None:
        self.database = database
        self.table: ViewTable[V] = ViewTable(projection.table, projection.row, projection.key)

    async def rows(self, rest: str, parameters: Sequence[Any] = ()) -> list[V]:
        """Rows by what follows FROM."""
        return self.table.read(await self.fetch(f"{self.table.select} {rest}", parameters))

    async def first(self, rest: str, parameters: Sequence[Any] = ()) -> V | None:
        return next(iter(await self.rows(rest, parameters)), None)

    async def fetch(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Raises ValueError where a parameter is not of its column's type: the key of another list; ViewNotBuilt while
        the view is not there in the shape that this release knows."""
        try:
            async with self.database.connection() as connection:
                cursor = await connection.execute(statement, parameters)
                return await cursor.fetchall()
        except psycopg.DataError as error:
            raise ValueError("not a key of this list") from error
        except psycopg.errors.UndefinedTable as error:
            raise ViewNotBuilt from error


def key_of(*values: Any) -> tuple[str, ...]:
    """What a list continues after, as text that `ViewTable.type_of` the columns reads back exactly."""
    return tuple(value.isoformat() if isinstance(value, datetime) else str(value) for value in values)


def page_of(rows: Sequence[V], limit: int) -> tuple[Sequence[V], V | None]:
    """Of `limit` + 1 rows asked for: those to show, and the last of them if more follow."""
    return rows[:limit], rows[limit - 1] if len(rows) > limit else None
