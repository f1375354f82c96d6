"""Connections of the log's own, how they fail, and how the log's rows are read from any connection."""

from typing import Any, Final

from psycopg import AsyncConnection, AsyncCursor, OperationalError, errors
from psycopg.types.string import ByteaBinaryLoader

# Classes of SQLSTATE (PostgreSQL documentation, appendix A) that pass by themselves: connection lost, resources short,
# rolled back for another's sake, object in use, operator's intervention. Without one, the connection itself broke.
PASSING: Final = frozenset({None, "08", "53", "40", "55", "57"})


async def connect(url: str, name: str) -> AsyncConnection[Any]:
    """A connection in autocommit, with times in UTC whatever the server's zone is; `name` shows in
    pg_stat_activity. A server that vanished without a word is noticed after about ten seconds."""
    return await AsyncConnection.connect(
        url,
        autocommit=True,
        application_name=f"medianest {name}",
        options="-c timezone=UTC",
        connect_timeout=3,
        keepalives_idle=5,
        keepalives_interval=2,
        keepalives_count=3,
        tcp_user_timeout=10_000,
    )


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
