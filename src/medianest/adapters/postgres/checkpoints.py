"""How far each view is in the log, by name and shape. A checkpoint is moved first in the transaction of its batch: its
row's lock keeps a rebuild and the projector out of one another's way."""

from collections.abc import Sequence
from typing import Any, Final

from psycopg import AsyncConnection

from medianest.adapters.postgres.election import SteppedDown
from medianest.projections.kernel import AnyProjection

CHANNEL: Final = "medianest_views"
"""Told `table:position` whenever a view has moved."""


async def positions(connection: AsyncConnection[Any], projections: Sequence[AnyProjection]) -> dict[str, int]:
    """The positions of those views that are there in their shape; the others have to be built first."""
    cursor = await connection.execute(
        "SELECT name, position FROM checkpoints JOIN unnest(%s::text[], %s::int[]) AS wanted(name, shape) "
        "USING (name, shape)",
        _keys(projections),
    )
    return dict(await cursor.fetchall())


async def move(connection: AsyncConnection[Any], views: Sequence[AnyProjection], old: int, new: int) -> None:
    """Move the checkpoints of `views` from `old` to `new` and tell whoever waits. Raises SteppedDown."""
    moved = await connection.execute(
        "UPDATE checkpoints SET position = %s, updated_at = clock_timestamp(), error = NULL "
        "WHERE (name, shape) IN (SELECT * FROM unnest(%s::text[], %s::int[])) AND position = %s "
        "RETURNING pg_notify(%s, name || '_v' || shape || ':' || position)",
        (new, *_keys(views), old, CHANNEL),
    )
    if len(await moved.fetchall()) != len(views):  # in a pipeline, the number of rows is known once they are read
        raise SteppedDown(f"the checkpoints of {', '.join(view.name for view in views)} are no longer at {old}")


async def stop(connection: AsyncConnection[Any], view: AnyProjection, position: int, error: str) -> None:
    """Say why the view stands still at `position`."""
    await connection.execute(
        "UPDATE checkpoints SET error = %s, updated_at = clock_timestamp() "
        "WHERE name = %s AND shape = %s AND position = %s",
        (error, view.name, view.shape, position),
    )


async def locked(connection: AsyncConnection[Any], view: AnyProjection) -> int | None:
    """The position, which nobody moves before the caller's transaction ends; None for a view that is not there."""
    cursor = await connection.execute(
        "SELECT position FROM checkpoints WHERE name = %s AND shape = %s FOR UPDATE", (view.name, view.shape)
    )
    row = await cursor.fetchone()
    return row[0] if row else None


async def put(connection: AsyncConnection[Any], view: AnyProjection, position: int) -> None:
    """The view was built and stands at `position` now."""
    await connection.execute(
        "INSERT INTO checkpoints (name, shape, position) VALUES (%s, %s, %s) ON CONFLICT (name, shape) "
        "DO UPDATE SET position = excluded.position, updated_at = clock_timestamp(), error = NULL "
        "RETURNING pg_notify(%s, name || '_v' || shape || ':' || position)",
        (view.name, view.shape, position, CHANNEL),
    )


def _keys(views: Sequence[AnyProjection]) -> tuple[list[str], list[int]]:
    return [view.name for view in views], [view.shape for view in views]
