"""Events that a reaction could not handle, and the later ones of their streams, waiting in order."""

import traceback
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection

from medianest.adapters.postgres.election import SteppedDown
from medianest.adapters.postgres.pool import Database
from medianest.domain.kernel import Recorded
from medianest.ports.parked import Parked
from medianest.ports.views import Page

FIRST_OF_EACH: Final = """
SELECT reaction, position, stream_id, error, stack, attempts, parked_at, waiting, position FROM (
  SELECT DISTINCT ON (reaction, stream_id) *, count(*) OVER (PARTITION BY reaction, stream_id) - 1 AS waiting
  FROM parked_events ORDER BY reaction, stream_id, position
) AS firsts WHERE (position, reaction) > (%s, %s) ORDER BY position, reaction LIMIT %s"""

ONE: Final = """
SELECT this.reaction, this.position, this.stream_id, this.error, this.stack, this.attempts, this.parked_at,
  count(*) FILTER (WHERE those.position > this.position), min(those.position)
FROM parked_events AS this JOIN parked_events AS those USING (reaction, stream_id)
WHERE this.reaction = %s AND this.position = %s
GROUP BY this.reaction, this.position"""


class PostgresParkedEvents:
    """Implements `ParkedEvents` on the table that the runner of reactions writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, reaction: str, position: int) -> Parked | None:
        async with self._database.connection() as connection:
            row = await (await connection.execute(ONE, (reaction, position))).fetchone()
        return _parked(row) if row else None

    async def list(self, *, limit: int, after: tuple[str, ...] | None) -> Page[Parked]:
        position, reaction = after or ("0", "")
        async with self._database.connection() as connection:
            cursor = await connection.execute(FIRST_OF_EACH, (int(position), reaction, limit + 1))
            found = [_parked(row) for row in await cursor.fetchall()]
        items, more = found[:limit], found[limit:]
        return Page(items=items, next_key=(str(items[-1].position), items[-1].reaction) if more else None)

    async def counts(self) -> Mapping[str, int]:
        async with self._database.connection() as connection:
            cursor = await connection.execute("SELECT reaction, count(*) FROM parked_events GROUP BY reaction")
            return dict(await cursor.fetchall())


def _parked(row: Sequence[Any]) -> Parked:
    """A row whose columns are the fields, in their order."""
    return Parked(**dict(zip(Parked.__struct_fields__, row, strict=True)))


async def park(
    connection: AsyncConnection[Any], reaction: str, recorded: Recorded, *, failure: Exception | None, attempts: int
) -> None:
    """`failure` is None for an event that only waits behind another one."""
    error = "waits" if failure is None else type(failure).__name__
    # Frames without the exception's own text: it may quote what somebody wrote.
    stack = "" if failure is None else "".join(traceback.format_tb(failure.__traceback__))
    await connection.execute(
        "INSERT INTO parked_events (reaction, position, stream_id, error, stack, attempts) "
        "VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (reaction, position) DO UPDATE SET error = excluded.error, "
        "stack = excluded.stack, attempts = parked_events.attempts + excluded.attempts",
        (reaction, recorded.position, recorded.stream_id, error, stack, attempts),
    )


async def unpark(connection: AsyncConnection[Any], reaction: str, position: int) -> None:
    """The event was handled after all. Raises SteppedDown if somebody else did so first."""
    statement = "DELETE FROM parked_events WHERE reaction = %s AND position = %s"
    if (await connection.execute(statement, (reaction, position))).rowcount != 1:
        raise SteppedDown(f"the event {position} is no longer parked for {reaction}")


async def streams(connection: AsyncConnection[Any]) -> Mapping[str, Mapping[UUID, Sequence[int]]]:
    """The positions that wait, in order, by stream and by reaction."""
    cursor = await connection.execute("SELECT reaction, stream_id, position FROM parked_events ORDER BY position")
    waiting: dict[str, dict[UUID, list[int]]] = {}
    for reaction, stream_id, position in await cursor.fetchall():
        waiting.setdefault(reaction, {}).setdefault(stream_id, []).append(position)
    return waiting


async def stream_of(
    connection: AsyncConnection[Any], reaction: str, position: int
) -> tuple[UUID, Sequence[int]] | None:
    """The stream of the event that is parked there, and what waits of it from there on; None if it is not parked."""
    cursor = await connection.execute(
        "SELECT those.stream_id, those.position FROM parked_events AS this"
        " JOIN parked_events AS those USING (reaction, stream_id)"
        " WHERE this.reaction = %s AND this.position = %s AND those.position >= this.position ORDER BY those.position",
        (reaction, position),
    )
    rows = await cursor.fetchall()
    return (rows[0][0], [waiting for _, waiting in rows]) if rows else None
