"""The connection that a copy runs on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from psycopg import AsyncConnection, OperationalError, errors

from medianest.adapters.eventlog.connection import connect
from medianest.ports.event_log import LogFull
from medianest.ports.failures import LogUnavailable


@asynccontextmanager
async def linked(direct_url: str, name: str) -> AsyncIterator[AsyncConnection[Any]]:
    """In autocommit; past a pooler, because a copy takes its time. Raises LogUnavailable, LogFull, also for what
    happens to it inside the block."""
    try:
        async with await connect(direct_url, name) as connection:
            yield connection
    except errors.DiskFull as error:
        raise LogFull from error
    except OperationalError as error:
        raise LogUnavailable from error
