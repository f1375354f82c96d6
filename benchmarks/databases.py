"""Databases for one measurement each, and the log in one."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from multiprocessing import get_context
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from benchmarks.fill import fill
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
    beside = str(conninfo_to_dict(url)["dbname"])
    full = f"{beside}_{name}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {full}".encode())
        try:
            own = url.replace(f"/{beside}?", f"/{full}?", 1)  # an address still, as the settings want it
            migrate(own)
            yield own
        finally:
            connection.execute(f"DROP DATABASE {full} WITH (FORCE)".encode())


async def filled(url: str, key: bytes, events: int) -> None:
    """Fill the log at `url` with so many events."""
    await aside(fill, url, key, events)


async def aside(write: Callable[[str, bytes, int], Coroutine[Any, Any, int]], url: str, key: bytes, much: int) -> None:
    """`write` so much in a process of its own: a made-up house would leave this one's memory in shreds, and all that
    is measured after it would be slower by a third."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        await asyncio.wrap_future(pool.submit(_run, write, url, key, much))


def _run(write: Callable[[str, bytes, int], Coroutine[Any, Any, int]], url: str, key: bytes, much: int) -> int:
    return asyncio.run(write(url, key, much))


@asynccontextmanager
async def log_of(url: str, key: bytes) -> AsyncIterator[EventLog]:
    """The log at `url`, whose server key is `key`."""
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(Database(url))
        writer = await stack.enter_async_context(AppendWriter(url))
        signals = await stack.enter_async_context(Signals(url, [LOG_CHANNEL]))
        codec = EventCodec(EVENT_TYPES, PostgresKeyring(pool, key))
        yield await stack.enter_async_context(PostgresEventLog(pool, writer, codec, signals))
