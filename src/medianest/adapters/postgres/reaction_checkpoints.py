"""How far each reaction is in the log."""

from collections.abc import Mapping, Sequence
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


async def move(connection: AsyncConnection[Any], stands: Mapping[str, int], to: int) -> None:
    """Reactions that stand at these positions go `to` another, in one statement. Raises SteppedDown."""
    moved = await connection.execute(
        "UPDATE reaction_checkpoints AS c SET position = %s, updated_at = clock_timestamp() "
        "FROM unnest(%s::text[], %s::bigint[]) AS s(name, position) WHERE c.name = s.name AND c.position = s.position",
        (to, list(stands), list(stands.values())),
    )
    if moved.rowcount != len(stands):
        raise SteppedDown(f"one of the reactions is no longer where it was: {', '.join(stands)}")


async def confirm(connection: AsyncConnection[Any], positions: dict[str, int]) -> None:
    """Raises SteppedDown unless the reactions stand at `positions`."""
    cursor = await connection.execute(
        "SELECT name, position FROM reaction_checkpoints WHERE name = ANY(%s)", (list(positions),)
    )
    if dict(await cursor.fetchall()) != positions:
        raise SteppedDown("a reaction was moved by somebody else")
