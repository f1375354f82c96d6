"""Connections of the log's own, how they fail, and how the log's rows are read from any connection."""

from typing import Any, Final

from psycopg import AsyncConnection, AsyncCursor, OperationalError, errors
from psycopg.types.string import ByteaBinaryLoader

# Classes of SQLSTATE (PostgreSQL documentation, appendix A) that pass by themselves: connection lost, resources short,
# rolled back for another's sake, object in use, operator's intervention, errors of its system such as a failing disk.
# Without one, the connection itself broke.
PASSING: Final = frozenset({None, "08", "53", "40", "55", "57", "58"})


# By SET: a pooler hands that on with each transaction, and refuses the option by which a server is told at the start.
SETTLE: Final = "SELECT set_config('TimeZone', 'UTC', false), pg_backend_pid()"


async def connect(url: str, name: str) -> AsyncConnection[Any]:
    """A connection in autocommit that is settled; `name` shows in pg_stat_activity. A server that vanished without a
    word is noticed after about ten seconds."""
    connection = await AsyncConnection.connect(
        url,
        autocommit=True,
        application_name=f"medianest {name}",
        connect_timeout=3,
        keepalives_idle=5,
        keepalives_interval=2,
        keepalives_count=3,
        tcp_user_timeout=10_000,
    )
    try:
        await settle(connection)
    except BaseException:
        await connection.close()
        raise
    return connection


async def settle(connection: AsyncConnection[Any]) -> None:
    """Times in UTC whatever the server's zone is, and statements prepared only where they can be found again.

    Behind a pooler in transaction mode another server process may answer every time, without what was prepared with
    the one before. A pooler gives itself away: the process that greeted us is not the one that answers. What asks for
    `prepare=True` is then sent whole each time.
    """
    cursor = await connection.execute(SETTLE)
    row = await cursor.fetchone()
    if row is None or row[1] != connection.info.backend_pid:
        connection.prepare_threshold = None


def binary_cursor(connection: AsyncConnection[Any]) -> AsyncCursor[tuple[Any, ...]]:
    return connection.cursor(binary=True)


def event_cursor(connection: AsyncConnection[Any]) -> AsyncCursor[tuple[Any, ...]]:
    """A binary cursor that leaves JSON as the bytes it is, for the codec."""
    cursor = binary_cursor(connection)
    cursor.adapters.register_loader("json", ByteaBinaryLoader)
    return cursor


def is_passing(error: Exception) -> bool:
    """Whether the database is away or busy, and trying again later may help."""
    if isinstance(error, errors.ReadOnlySqlTransaction):
        return True  # a replica, until it is promoted or the address leads to the primary again
    if not isinstance(error, OperationalError):
        return False
    return (error.sqlstate[:2] if error.sqlstate else None) in PASSING
