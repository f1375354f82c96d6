"""How far each view is in the log. A checkpoint is moved first in the transaction of its batch: its row's lock keeps
a rebuild and the projector out of one another's way."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from psycopg import AsyncConnection

from medianest.adapters.postgres.election import SteppedDown
from medianest.projections.kernel import AnyProjection

CHANNEL: Final = "medianest_views"
"""Told `name:position` whenever a view has moved."""


async def ready(connection: AsyncConnection[Any], projections: Sequence[AnyProjection]) -> dict[str, int]:
    """The position of each view. One that is new, or whose shape has changed, is emptied and begins at 0."""
    async with connection.transaction():
        cursor = await connection.execute("SELECT name, shape, position FROM checkpoints FOR UPDATE")
        known = {name: (shape, position) for name, shape, position in await cursor.fetchall()}
        positions: dict[str, int] = {}
        for projection in projections:
            shape, position = known.get(projection.name, (None, 0))
            if shape != projection.shape:
                await empty(connection, projection)
                await connection.execute(
                    "INSERT INTO checkpoints (name, shape, position) VALUES (%s, %s, 0) ON CONFLICT (name) "
                    "DO UPDATE SET shape = excluded.shape, position = 0, updated_at = clock_timestamp(), error = NULL",
                    (projection.name, projection.shape),
                )
                position = 0
            positions[projection.name] = position
    return positions


async def empty(connection: AsyncConnection[Any], projection: AnyProjection) -> None:
    """Deleted, not truncated: readers see the old rows until the commit."""
    await connection.execute(f"DELETE FROM {projection.name}")
    if projection.counters is not None:
        await connection.execute(f"DELETE FROM {projection.name}_counters")


async def move(connection: AsyncConnection[Any], names: Sequence[str], old: int, new: int) -> None:
    """Move the checkpoints of `names` from `old` to `new` and tell whoever waits. Raises SteppedDown."""
    moved = await connection.execute(
        "UPDATE checkpoints SET position = %s, updated_at = clock_timestamp(), error = NULL "
        "WHERE name = ANY(%s) AND position = %s RETURNING pg_notify(%s, name || ':' || position)",
        (new, list(names), old, CHANNEL),
    )
    if moved.rowcount != len(names):
        raise SteppedDown(f"the checkpoints of {', '.join(names)} are no longer at {old}")


async def stop(connection: AsyncConnection[Any], name: str, position: int, error: str) -> None:
    """Say why the view stands still at `position`."""
    await connection.execute(
        "UPDATE checkpoints SET error = %s, updated_at = clock_timestamp() WHERE name = %s AND position = %s",
        (error, name, position),
    )


async def confirm(connection: AsyncConnection[Any], positions: Mapping[str, int]) -> None:
    """Raises SteppedDown unless the checkpoints stand at `positions`."""
    cursor = await connection.execute("SELECT name, position FROM checkpoints WHERE name = ANY(%s)", (list(positions),))
    if dict(await cursor.fetchall()) != dict(positions):
        raise SteppedDown("a checkpoint was moved by somebody else")
