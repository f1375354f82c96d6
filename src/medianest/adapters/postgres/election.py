"""One leader at a time: whoever holds a session advisory lock on a direct connection.

Holding the lock only saves work. What makes it safe is that every follower moves its checkpoint from a known place
and steps down when it has been moved by somebody else.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection

from medianest.adapters.postgres.pool import LIVENESS
from medianest.application.tasks import end

CLASS: Final = 0x6D6E  # "mn": ours among the advisory locks of a database that others may use
REACTIONS: Final = 2

FOLLOWING: Final = 0x6D76  # "mv": following the log for one view, whose name is the rest of the lock
BUILDING: Final = 0x6D62  # "mb": building one view
QUEUEING: Final = 0x6D71  # "mq": putting down which views are to be built

NEVER: Final = 2**63 - 1
"""A position that no log reaches: waiting for more than that is waiting for the timeout."""

STANDBY: Final = 1.0
"""Seconds between two attempts to become the leader."""

CONNECTION: Final[Mapping[str, Any]] = {"connect_timeout": 3, "application_name": "medianest follower", **LIVENESS}


class SteppedDown(Exception):
    """Somebody else moved a checkpoint that we thought ours. Nothing of the batch was kept."""


LOST: Final = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction)
"""What a connection raises when the database is away, stops, has no room, or is a replica now: to be tried again."""


@asynccontextmanager
async def direct_connection(url: str) -> AsyncIterator[AsyncConnection[Any]]:
    """A connection of one's own, not through a pooler. Raises `LOST`."""
    connection = await AsyncConnection.connect(url, autocommit=True, **CONNECTION)
    try:
        yield connection
    finally:
        # The server notices only a little later that we are gone, and others wait for what is locked.
        unlocking = asyncio.create_task(connection.execute("SELECT pg_advisory_unlock_all()"))
        try:
            await asyncio.wait({unlocking}, timeout=1.0)
        finally:
            await connection.close()  # first: on a connection that is open, psycopg waits long for a query to be ended
            await end(unlocking)


@asynccontextmanager
async def at_one_go(connection: AsyncConnection[Any]) -> AsyncIterator[None]:
    """A transaction in pipeline mode: what is executed is sent at once, and waited for only where its rows are read and
    at the end. For small batches, where the way there and back is what takes time."""
    try:
        async with connection.pipeline():
            await connection.execute("BEGIN")
            yield
            await connection.execute("COMMIT")
    except BaseException:
        if not connection.closed:
            await connection.rollback()
        raise


@asynccontextmanager
async def leadership(url: str, role: int, *, standby: float = STANDBY) -> AsyncIterator[AsyncConnection[Any]]:
    """Wait until `role` is ours; the connection holds it until it closes. Raises `LOST`."""
    async with direct_connection(url) as connection:
        while True:
            if await _lock(connection, CLASS, role):
                break
            await asyncio.sleep(standby)
        yield connection


def lock_number(name: str) -> int:
    """The second half of the key of the lock on `name`: 32 bits, unsigned as pg_locks shows them."""
    return zlib.crc32(name.encode())


async def claim(connection: AsyncConnection[Any], what: int, name: str) -> bool:
    """Whether `what` (`FOLLOWING` or `BUILDING`) of the view called `name` is ours, until the connection closes."""
    # Asked for as a signed number.
    signed = (lock_number(name) ^ 1 << 31) - (1 << 31)
    return await _lock(connection, what, signed)


def stop_if_cancelled() -> None:
    """Raises CancelledError if that is what the current task was asked for: a connection that breaks while its query
    is being cancelled raises its own failure instead."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def _lock(connection: AsyncConnection[Any], first: int, second: int) -> bool:
    cursor = await connection.execute("SELECT pg_try_advisory_lock(%s::int, %s::int)", (first, second))
    row = await cursor.fetchone()
    return bool(row and row[0])
