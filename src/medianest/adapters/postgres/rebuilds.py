"""The table of rebuilds: what was asked for, how far it is, and what became of it."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from psycopg import AsyncConnection

from medianest.adapters.postgres.election import BUILDING, QUEUEING, lock_number
from medianest.adapters.postgres.pool import Database
from medianest.ports.rebuilds import UNDER_WAY, RebuildRunning, RebuildStatus, RowDifference, ViewCheck
from medianest.projections.catalog import PROJECTIONS
from medianest.projections.kernel import AnyProjection

Place = tuple[UUID, int]
"""A rebuild that broke off, and the position it had come to."""

COLUMNS: Final = "rebuild_id, views, state, position, head, asked_by, asked_at, finished_at, error"
KEPT: Final = "30 days"

NEVER_BEGUN: Final = timedelta(hours=1)
"""After which nobody waits any more for a rebuild that was asked for: whoever put it down may have died before saying
so in the log."""


def beside(view: AnyProjection) -> str:
    """The name of the table that a view is built in."""
    return f"{view.table}__next"


async def begin(connection: AsyncConnection[Any], rebuild_id: UUID, views: Sequence[AnyProjection]) -> None:
    """It runs from now on, whether it was asked for before or not. Older ones of these views have ended somehow."""
    names = [view.name for view in views]
    await connection.execute(
        "UPDATE rebuilds SET state = 'interrupted' WHERE state = 'running' AND views && %s AND rebuild_id <> %s",
        (names, rebuild_id),
    )
    await connection.execute(
        "INSERT INTO rebuilds (rebuild_id, views, state) VALUES (%s, %s, 'running') ON CONFLICT (rebuild_id) "
        "DO UPDATE SET state = 'running', updated_at = clock_timestamp(), finished_at = NULL, error = NULL",
        (rebuild_id, names),
    )


async def unfinished(
    connection: AsyncConnection[Any], views: Sequence[AnyProjection], rebuild_id: UUID | None
) -> Place | None:
    """The build of exactly these views that broke off, if its tables are still there: this one, or the latest."""
    cursor = await connection.execute(
        "SELECT rebuild_id, position, state FROM rebuilds WHERE views @> %(names)s AND views <@ %(names)s "
        "AND rebuild_id = coalesce(%(id)s, rebuild_id) AND state <> 'queued' ORDER BY updated_at DESC LIMIT 1",
        {"names": [view.name for view in views], "id": rebuild_id},
    )
    row = await cursor.fetchone()
    if row is None or row[2] not in {"running", "interrupted"}:
        return None
    there = await connection.execute(
        "SELECT bool_and(to_regclass(name) IS NOT NULL) FROM unnest(%s::text[]) AS name",
        ([beside(view) for view in views],),
    )
    found = await there.fetchone()
    return (row[0], row[1]) if found and found[0] else None


async def move(connection: AsyncConnection[Any], rebuild_id: UUID, position: int, head: int) -> None:
    await connection.execute(
        "UPDATE rebuilds SET position = %s, head = %s, updated_at = clock_timestamp() WHERE rebuild_id = %s",
        (position, head, rebuild_id),
    )


async def completed(
    connection: AsyncConnection[Any], rebuild_id: UUID, views: Sequence[AnyProjection], position: int
) -> None:
    """In the transaction that puts the views in place: what was found wrong with the former ones is no matter now."""
    await connection.execute("DELETE FROM view_checks WHERE name = ANY(%s)", ([view.name for view in views],))
    await connection.execute(
        "UPDATE rebuilds SET state = 'completed', position = %s, head = %s, updated_at = clock_timestamp(), "
        "finished_at = clock_timestamp() WHERE rebuild_id = %s",
        (position, position, rebuild_id),
    )


async def interrupted(connection: AsyncConnection[Any], rebuild_id: UUID) -> None:
    await connection.execute("UPDATE rebuilds SET state = 'interrupted' WHERE rebuild_id = %s", (rebuild_id,))


async def refused(connection: AsyncConnection[Any], rebuild_id: UUID, error: str) -> bool:
    """Whether it was not begun, and is not any more. One that has begun is left alone: a job may be run twice."""
    cursor = await connection.execute(
        "UPDATE rebuilds SET state = 'failed', error = %s, finished_at = clock_timestamp() "
        "WHERE rebuild_id = %s AND state = 'queued'",
        (error, rebuild_id),
    )
    return cursor.rowcount == 1


async def completed_at(connection: AsyncConnection[Any], rebuild_id: UUID) -> int | None:
    """The position that it put its views at, if it has."""
    cursor = await connection.execute(
        "SELECT position FROM rebuilds WHERE rebuild_id = %s AND state = 'completed'", (rebuild_id,)
    )
    row = await cursor.fetchone()
    return row[0] if row else None


async def failed(connection: AsyncConnection[Any], rebuild_id: UUID, error: str) -> None:
    await connection.execute(
        "UPDATE rebuilds SET state = 'failed', error = %s, finished_at = clock_timestamp() WHERE rebuild_id = %s",
        (error, rebuild_id),
    )


class PostgresRebuilds:
    """Implements Rebuilds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def queue(self, rebuild_id: UUID, views: Sequence[str], asked_by: UUID) -> None:
        async with self._database.connection() as connection, connection.transaction():
            # One after the other, whichever process asks: each sees what the one before it queued.
            await connection.execute("SELECT pg_advisory_xact_lock(%s, 0)", (QUEUEING,))
            others = await _select(connection, "WHERE views && %s AND rebuild_id <> %s", list(views), rebuild_id)
            if any(status.state in UNDER_WAY for status in others):
                raise RebuildRunning
            await connection.execute(
                "INSERT INTO rebuilds (rebuild_id, views, state, asked_by) VALUES (%s, %s, 'queued', %s) "
                "ON CONFLICT DO NOTHING",
                (rebuild_id, list(views), asked_by),
            )

    async def find(self, rebuild_id: UUID) -> RebuildStatus | None:
        async with self._database.connection() as connection:
            found = await _select(connection, "WHERE rebuild_id = %s", rebuild_id)
        return found[0] if found else None

    async def list(self) -> Sequence[RebuildStatus]:
        async with self._database.connection() as connection:
            recent = f"WHERE asked_at > clock_timestamp() - interval '{KEPT}' ORDER BY asked_at DESC"
            return await _select(connection, recent)

    async def checks(self) -> Sequence[ViewCheck]:
        async with self._database.connection() as connection:
            cursor = await connection.execute(
                "SELECT DISTINCT ON (name) name, position, compared, differing, differences::text, checked_at "
                "FROM view_checks ORDER BY name, shape DESC"
            )
            return [
                ViewCheck(
                    name=name,
                    position=position,
                    compared=compared,
                    differing=differing,
                    differences=msgspec.json.decode(differences, type=tuple[RowDifference, ...]),
                    checked_at=checked_at,
                )
                for name, position, compared, differing, differences, checked_at in await cursor.fetchall()
            ]

    async def sweep(self) -> None:
        async with self._database.connection() as connection:
            await connection.execute(
                f"DELETE FROM rebuilds WHERE asked_at < clock_timestamp() - interval '{KEPT}' AND state <> 'running'"
            )


async def _select(connection: AsyncConnection[Any], rest: str, *values: object) -> Sequence[RebuildStatus]:
    rows = await (await connection.execute(f"SELECT {COLUMNS} FROM rebuilds {rest}".encode(), values)).fetchall()
    built = await connection.execute(
        "SELECT objid::bigint FROM pg_locks JOIN pg_database ON database = pg_database.oid "
        "WHERE locktype = 'advisory' AND classid = %s AND granted AND datname = current_database()",
        (BUILDING,),
    )
    held = {number for (number,) in await built.fetchall()}
    return [_status(row, held) for row in rows]


def _status(row: Sequence[Any], held: Collection[int]) -> RebuildStatus:
    rebuild_id, views, state, position, head, asked_by, asked_at, finished_at, error = row
    # Whoever builds holds the lock of each view for as long as they live.
    if state == "running" and not any(
        lock_number(PROJECTIONS[name].table) in held for name in views if name in PROJECTIONS
    ):
        state = "interrupted"
    if state == "queued" and asked_at < datetime.now(UTC) - NEVER_BEGUN:
        state, error = "failed", "No worker has begun it. See that one runs, then ask again."
    return RebuildStatus(
        rebuild_id=rebuild_id,
        views=tuple(views),
        state=state,
        position=position,
        head=head,
        asked_by=asked_by,
        asked_at=asked_at,
        finished_at=finished_at,
        error=error,
    )
