"""Connections of the log's own, and how its rows are read from any connection."""

from typing import Any

from psycopg import AsyncConnection, AsyncCursor
from psycopg.types.string import ByteaBinaryLoader


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
