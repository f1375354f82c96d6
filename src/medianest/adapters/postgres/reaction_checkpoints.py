"""How far each reaction is in the log."""

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection

from medianest.adapters.postgres.election import SteppedDown


async def ready(connection: AsyncConnection[Any], names: Sequence[str], head: int) -> dict[str, int]:
    """The position of each reaction. One that is new begins at `head`, so that an upgrade answers nothing that
    happened before it; the very first ones begin where the log stood when their table was made."""
    async with connection.transaction():
        cursor = await connection.execute("SELECT name, position FROM reaction_checkpoints FOR UPDATE")
        known: dict[str, int] = dict(await cursor.fetchall())
        origin = known.pop("", 0)
        begin = head if known else origin
        fresh = [name for name in names if name not in known]
        await connection.execute(
            "INSERT INTO reaction_checkpoints (name, position) SELECT *, %s::bigint FROM unnest(%s::text[])",
            (begin, fresh),
        )
    return {name: known.get(name, begin) for name in names}


async def move(connection: AsyncConnection[Any], name: str, old: int, new: int) -> None:
    """Raises SteppedDown."""
    moved = await connection.execute(
        "UPDATE reaction_checkpoints SET position = %s, updated_at = clock_timestamp() "
        "WHERE name = %s AND position = %s",
        (new, name, old),
    )
    if moved.rowcount != 1:
        raise SteppedDown(f"the reaction {name} is no longer at {old}")


async def confirm(connection: AsyncConnection[Any], positions: dict[str, int]) -> None:
    """Raises SteppedDown unless the reactions stand at `positions`."""
    cursor = await connection.execute(
        "SELECT name, position FROM reaction_checkpoints WHERE name = ANY(%s)", (list(positions),)
    )
    if dict(await cursor.fetchall()) != positions:
        raise SteppedDown("a reaction was moved by somebody else")
