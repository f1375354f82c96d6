"""Databases for one measurement each, and the log in one."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from medianest.adapters.eventlog.codec import EventCodec
from medianest.adapters.eventlog.keyring import PostgresKeyring
from medianest.adapters.eventlog.log import PostgresEventLog
from medianest.adapters.eventlog.rows import LOG_CHANNEL
from medianest.adapters.eventlog.signal import Signals
from medianest.adapters.eventlog.writer import AppendWriter
from medianest.adapters.postgres.migrations import migrate
from medianest.adapters.postgres.pool import Database
from medianest.domain.catalog import EVENT_TYPES
from medianest.ports.event_log import EventLog


@contextmanager
def database_beside(url: str, name: str) -> Iterator[str]:
    """The URL of a migrated, empty database beside that of `url`, dropped afterwards."""
    full = f"{conninfo_to_dict(url)['dbname']}_{name}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {full}".encode())
        try:
            own = make_conninfo(url, dbname=full)
            migrate(own)
            yield own
        finally:
            connection.execute(f"DROP DATABASE {full} WITH (FORCE)".encode())


@asynccontextmanager
async def log_of(url: str, key: bytes) -> AsyncIterator[EventLog]:
    """The log at `url`, whose server key is `key`."""
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(Database(url))
        writer = await stack.enter_async_context(AppendWriter(url))
        signals = await stack.enter_async_context(Signals(url, [LOG_CHANNEL]))
        codec = EventCodec(EVENT_TYPES, PostgresKeyring(pool, key))
        yield await stack.enter_async_context(PostgresEventLog(pool, writer, codec, signals))
