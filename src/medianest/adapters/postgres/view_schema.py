"""The tables of views, made from their definitions: columns from the row type, indexes from what it is looked up by."""

from collections.abc import Sequence
from typing import Any, Final

from psycopg import AsyncConnection

from medianest.adapters.postgres.view_table import ViewTable
from medianest.projections.kernel import AnyProjection, Index

COUNTERS: Final = "counter text PRIMARY KEY, value bigint NOT NULL"


def counters_of(table: str) -> str:
    """The table of the counters beside the table of the rows."""
    return f"{table}_counters"


def tables_of(projection: AnyProjection, table: str) -> Sequence[str]:
    return [table] if projection.counters is None else [table, counters_of(table)]


def creation(projection: AnyProjection, table: str, *, is_temporary: bool = False) -> Sequence[str]:
    """Statements that make the tables of `projection` under the name `table`, with the indexes by which events find
    the rows they touch. The other indexes are for whoever reads it: see `completion`.

    Of personal columns the planner keeps no statistics: those quote values, and would outlive them."""
    columns = ", ".join(column.definition for column in ViewTable(table, projection.row, projection.key).columns)
    create = "CREATE TEMP TABLE" if is_temporary else "CREATE TABLE"
    statements = [f"{create} {table} ({columns}, PRIMARY KEY ({projection.key}))"]
    if projection.counters is not None:
        statements.append(f"{create} {counters_of(table)} ({COUNTERS})")
    statements += [
        f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0"
        for personal in projection.personal
        for column in personal.columns
        if column != personal.of
    ]
    return statements + [_index(index, table) for index in projection.indexes if index.finds_touched]


def completion(projection: AnyProjection, table: str) -> Sequence[str]:
    """Statements that make everything fit to be read: quicker after the rows are there than before."""
    indexes = [_index(index, table) for index in projection.indexes if not index.finds_touched]
    return [*indexes, *(f"ANALYZE {name}" for name in tables_of(projection, table))]


async def complete(connection: AsyncConnection[Any], projection: AnyProjection, table: str) -> None:
    """Make a view that was folded fit to be read, unless it is so already: a build may go on after this."""
    cursor = await connection.execute("SELECT count(*) FROM pg_index WHERE indrelid = %s::regclass", (table,))
    (indexes,) = await cursor.fetchone() or (0,)
    if indexes < 1 + len(projection.indexes):
        async with connection.transaction():
            for statement in completion(projection, table):
                await connection.execute(statement)


def _index(index: Index, table: str) -> str:
    # Without a name of ours, so that an index of the table this one will replace cannot be in its way.
    where = f" WHERE {index.where}" if index.where else ""
    return f"CREATE INDEX ON {table} USING {index.method} ({index.columns}){where}"


async def drop(connection: AsyncConnection[Any], table: str) -> None:
    """The tables of a view, whether they are there or not."""
    await connection.execute(f"DROP TABLE IF EXISTS {counters_of(table)}, {table}")


async def put_in_place(connection: AsyncConnection[Any], projection: AnyProjection, made: str) -> None:
    """In the caller's transaction: what was made under the name `made` becomes the view, and what was the view goes."""
    await drop(connection, projection.table)
    for ours, its in zip(tables_of(projection, made), tables_of(projection, projection.table), strict=True):
        await connection.execute(f"ALTER TABLE {ours} RENAME TO {its}")
