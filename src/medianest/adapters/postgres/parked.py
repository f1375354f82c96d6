"""Events that a reaction could not handle, and the later ones of their streams, waiting in order."""

import traceback
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncConnection

from medianest.adapters.postgres.election import SteppedDown
from medianest.adapters.postgres.pool import Database
from medianest.domain.kernel import Recorded


class ParkedStream(msgspec.Struct, frozen=True, kw_only=True):
    """`position` is the event that could not be handled, `waiting` how many of its stream wait, with it. `error` is
    the kind of failure alone, because its text may quote what somebody wrote."""

    reaction: str
    stream_id: UUID
    position: int
    waiting: int
    error: str
    attempts: int


class ParkedEvents:
    """For whoever looks after the server."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def counts(self) -> Mapping[str, int]:
        """Events that wait, by reaction; a reaction with none is absent."""
        async with self._database.connection() as connection:
            cursor = await connection.execute("SELECT reaction, count(*) FROM parked_events GROUP BY reaction")
            return dict(await cursor.fetchall())

    async def streams(self, *, limit: int = 100) -> Sequence[ParkedStream]:
        """Oldest first."""
        async with self._database.connection() as connection:
            cursor = await connection.execute(
                "SELECT DISTINCT ON (reaction, stream_id) reaction, stream_id, position, "
                "count(*) OVER (PARTITION BY reaction, stream_id), error, attempts "
                "FROM parked_events ORDER BY reaction, stream_id, position LIMIT %s",
                (limit,),
            )
            rows = [
                ParkedStream(reaction=r, stream_id=s, position=p, waiting=n, error=e, attempts=a)
                for r, s, p, n, e, a in await cursor.fetchall()
            ]
        return sorted(rows, key=lambda row: row.position)


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


async def parked(connection: AsyncConnection[Any]) -> Mapping[str, Mapping[UUID, Sequence[int]]]:
    """The positions that wait, in order, by stream and by reaction."""
    cursor = await connection.execute("SELECT reaction, stream_id, position FROM parked_events ORDER BY position")
    waiting: dict[str, dict[UUID, list[int]]] = {}
    for reaction, stream_id, position in await cursor.fetchall():
        waiting.setdefault(reaction, {}).setdefault(stream_id, []).append(position)
    return waiting
