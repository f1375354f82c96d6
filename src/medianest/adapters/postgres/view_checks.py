"""Comparing a view, row by row, with a fold of the log up to where the view stands."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from psycopg import AsyncConnection, errors

from medianest.adapters.postgres import view_schema
from medianest.adapters.postgres.election import direct_connection
from medianest.adapters.postgres.rebuild import REMEMBERED, STEP, OnProgress
from medianest.adapters.postgres.view_writer import ViewWriter
from medianest.application.collector import paused_collector
from medianest.ports.event_log import EventLog
from medianest.ports.failures import ViewNotBuilt
from medianest.ports.rebuilds import RowDifference, ViewCheck
from medianest.projections.kernel import AnyProjection

NAMED: Final = 10
"""Differing rows that are named."""

FORGOTTEN: Final = "SELECT user_id FROM subject_keys WHERE destroyed_at IS NOT NULL"


async def verify(
    view: AnyProjection, log: EventLog, direct_url: str, on_progress: OnProgress | None = None
) -> ViewCheck:
    """Fold `view` aside and compare. The view goes on meanwhile: all that is looked at is of one moment.

    Raises ViewNotBuilt, LogUnavailable, and what the fold raises.
    """
    async with direct_connection(direct_url) as connection:
        try:
            async with connection.transaction():
                # One snapshot for the whole comparison; the tables of the fold are gone with its end.
                await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                position = await _folded(view, log, connection, on_progress or (lambda _position, _until: None))
                check = await _compare(view, position, connection, await _forgotten_since(connection, direct_url))
        except errors.UndefinedTable as error:
            raise ViewNotBuilt from error
        await _record(connection, view, check)
    return check


async def _folded(view: AnyProjection, log: EventLog, connection: AsyncConnection[Any], on_progress: OnProgress) -> int:
    """Up to where the view stands, which is the answer; into the table that `_aside` names."""
    cursor = await connection.execute(
        "SELECT position FROM checkpoints WHERE name = %s AND shape = %s", (view.name, view.shape)
    )
    row = await cursor.fetchone()
    if row is None:
        raise ViewNotBuilt
    position: int = row[0]
    folded = _aside(view)
    for statement in view_schema.creation(view, folded, is_temporary=True):
        await connection.execute(statement)
    writer = ViewWriter(view, folded, remember=REMEMBERED, is_empty=True)
    done = 0
    with paused_collector():
        async for batch in log.scan(after=0, until=position):
            await writer.fold(connection, batch)
            done += len(batch)
            if done >= STEP:
                await writer.flush(connection)
                done = 0
            on_progress(batch[-1].position, position)
        await writer.flush(connection)
    return position


async def _forgotten_since(connection: AsyncConnection[Any], direct_url: str) -> Sequence[UUID]:
    """Whose key was destroyed after the moment that `connection` sees. The view as of then has their words still; the
    fold may have been too late to read them."""
    known = {user_id for (user_id,) in await (await connection.execute(FORGOTTEN)).fetchall()}
    async with direct_connection(direct_url) as now:
        return [user_id for (user_id,) in await (await now.execute(FORGOTTEN)).fetchall() if user_id not in known]


async def _compare(
    view: AnyProjection, position: int, connection: AsyncConnection[Any], forgotten: Sequence[UUID]
) -> ViewCheck:
    """Rows that hold words of the `forgotten` are left out: what became of those, the next check sees."""
    folded = _aside(view)
    of = {personal.of for personal in view.personal} if forgotten else ()
    compared, differing, differences = await _differences(
        connection, view.table, folded, view.key, of=of, but_of=forgotten
    )
    if view.counters is not None:
        names = view_schema.counters_of(view.table), view_schema.counters_of(folded)
        also_compared, also_differing, more = await _differences(connection, *names, "counter")
        compared, differing, differences = compared + also_compared, differing + also_differing, differences + more
    return ViewCheck(
        name=view.name,
        position=position,
        compared=compared,
        differing=differing,
        differences=differences[:NAMED],
        checked_at=datetime.now(UTC),
    )


def _aside(view: AnyProjection) -> str:
    return f"{view.table}__checked"


async def _differences(
    connection: AsyncConnection[Any],
    live: str,
    folded: str,
    key: str,
    *,
    of: Collection[str] = (),
    but_of: Sequence[UUID] = (),
) -> tuple[int, int, tuple[RowDifference, ...]]:
    """Without the rows where one of the columns `of` names one of the people `but_of`."""
    both = f"FROM {live} AS live FULL JOIN {folded} AS folded USING ({key})"
    theirs = [f"coalesce({row}.{column} = ANY(%(but_of)s), false)" for row in ("live", "folded") for column in of]
    differ = " AND NOT ".join(["live::text IS DISTINCT FROM folded::text", *theirs])
    given = {"but_of": [*but_of], "limit": NAMED}
    counted = await connection.execute(f"SELECT count(*), count(*) FILTER (WHERE {differ}) {both}", given)
    compared, differing = await counted.fetchone() or (0, 0)
    if not differing:
        return compared, 0, ()
    named = await connection.execute(
        f"SELECT {key}::text, to_jsonb(live), to_jsonb(folded) {both} WHERE {differ} ORDER BY {key} LIMIT %(limit)s",
        given,
    )
    return compared, differing, tuple(_difference(*row) for row in await named.fetchall())


def _difference(key: str, live: dict[str, Any] | None, folded: dict[str, Any] | None) -> RowDifference:
    if live is None:
        return RowDifference(key=key, kind="missing")
    if folded is None:
        return RowDifference(key=key, kind="extra")
    columns: Sequence[str] = [name for name in live if live[name] != folded[name]]
    return RowDifference(key=key, kind="different", columns=tuple(columns))


async def _record(connection: AsyncConnection[Any], view: AnyProjection, check: ViewCheck) -> None:
    await connection.execute(
        "INSERT INTO view_checks (name, shape, position, compared, differing, differences, checked_at) "
        "VALUES (%s, %s, %s, %s, %s, %s::jsonb, %s) ON CONFLICT (name, shape) DO UPDATE SET "
        "position = excluded.position, compared = excluded.compared, differing = excluded.differing, "
        "differences = excluded.differences, checked_at = excluded.checked_at",
        (
            check.name,
            view.shape,
            check.position,
            check.compared,
            check.differing,
            msgspec.json.encode(check.differences).decode(),
            check.checked_at,
        ),
    )
