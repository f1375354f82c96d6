"""Emptying, in the tables of views, what is personal to people who are forgotten."""

from collections.abc import Collection, Sequence
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection

from medianest.adapters.postgres.pool import Database
from medianest.projections.kernel import AnyProjection, PersonalColumns

PATIENCE: Final = "500ms"
"""How long somebody who is busy with a table is waited for: the projector, or a build that folds the deletion itself
before it is done."""

# Of every shape, and of builds under way or broken off. A former shape may lack columns.
TABLES: Final = r"""
SELECT relname, array_agg(attname::text) FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
  AND relname ~ ('^' || %s::text || '_v[0-9]+(__next)?$')
GROUP BY relname"""


class PostgresEraser:
    """Implements `Eraser` for these projections."""

    def __init__(self, database: Database, projections: Collection[AnyProjection]) -> None:
        self._database = database
        self._projections = [view for view in projections if view.personal]

    async def erase(self) -> int:
        erased = 0
        async with self._database.connection() as connection:
            for view in self._projections:
                cursor = await connection.execute(TABLES, (view.name,))
                for table, columns in await cursor.fetchall():
                    erased += await _erase(connection, view, table, columns)
        return erased


async def _erase(connection: AsyncConnection[Any], view: AnyProjection, table: str, columns: Sequence[str]) -> int:
    erased = 0
    try:
        async with connection.transaction():
            await connection.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
            # The projector reads rows, and writes them back as it has read them: not around what is done here.
            await connection.execute(
                "SELECT FROM checkpoints WHERE name = %s AND name || '_v' || shape = %s FOR UPDATE", (view.name, table)
            )
            for personal in view.personal:
                if {personal.of, *personal.columns} <= {*columns}:
                    erased += (await connection.execute(_statement(table, personal))).rowcount
    except (psycopg.errors.LockNotAvailable, psycopg.errors.UndefinedTable):  # busy, or just exchanged for another
        return 0
    return erased


def _statement(table: str, personal: PersonalColumns) -> str:
    emptied = ", ".join(f"{column} = NULL" for column in personal.columns)
    are_there = " OR ".join(f"{column} IS NOT NULL" for column in personal.columns)
    return (
        f"UPDATE {table} SET {emptied} WHERE ({are_there}) "
        f"AND {personal.of} IN (SELECT user_id FROM subject_keys WHERE destroyed_at IS NOT NULL)"
    )
