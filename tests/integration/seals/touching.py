"""A small sealed log, and the hands of somebody who owns the database."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection
from tests.contract.event_log.logs import MASTER
from tests.fakes.clock import FakeClock

from medianest.adapters.eventlog.codec import EventCodec
from medianest.adapters.eventlog.memory import MemoryEventLog, MemoryKeyring
from medianest.adapters.eventlog.seals.anchor import Anchor
from medianest.adapters.eventlog.seals.checks import SealChecks
from medianest.adapters.eventlog.seals.findings import SealReport
from medianest.adapters.eventlog.seals.sealer import Sealer
from medianest.adapters.eventlog.seals.verifying import SealVerifier
from medianest.adapters.postgres.pool import Database

POSITIONS = (1, 2, 4, 5, 7, 8, 10, 11, 12, 14)
"""With gaps, as aborted appends leave them. In seals of three: 1 to 4, 5 to 8, 9 to 12, 13 to 14."""
GAPS = (-3, 0, 3, 6, 9, 13)
MOST = 3
TABLES = ("events", "seals", "seal_keys")
GUARDS = (*((table, f"{table}_never_change") for table in TABLES), ("events", "events_in_order"))


@contextmanager
def owner(url: str) -> Iterator[Connection[Any]]:
    """A connection for which nothing that guards the tables holds."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(";".join(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in TABLES).encode())
        yield connection
        connection.execute(
            ";".join(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}" for table, name in GUARDS).encode()
        )


def insert(connection: Connection[Any], *positions: int) -> None:
    for position in positions:
        connection.execute(
            "INSERT INTO events (position, category, stream_id, version, tag, schema, event_id, actor, correlation_id,"
            " occurred_at, recorded_at, body) OVERRIDING SYSTEM VALUE"
            " VALUES (%s, 'media_request', %s, 1, 'media_request.followed', 1, %s, %s, 'a-click',"
            " '2026-05-01 12:00Z', '2026-05-01 12:00Z', json_build_object('n', %s::bigint, 'text', 'Grüße 🎬'))",
            (position, _id(position, 1), _id(position, 2), _id(position, 3), position),
        )


def refill(url: str, positions: Sequence[int] = POSITIONS) -> None:
    """The log holds exactly these positions, and nothing is sealed."""
    with owner(url) as connection:
        connection.execute("DELETE FROM events; DELETE FROM seals; DELETE FROM seal_keys; DELETE FROM seal_checks")
        connection.execute("CREATE UNIQUE INDEX IF NOT EXISTS events_position ON events (position)")
        insert(connection, *positions)


@asynccontextmanager
async def sealer(url: str, clock: FakeClock | None = None) -> AsyncIterator[Sealer]:
    log = MemoryEventLog(EventCodec({}, MemoryKeyring()), clock or FakeClock())
    async with Database(url, max_size=2) as pool:
        yield Sealer(pool, log, MASTER, clock or FakeClock(), most=MOST, pause=0.01)


async def seal(url: str) -> None:
    async with sealer(url) as one:
        await one.catch_up()


async def verify(url: str, *, after: int = 0, anchor: Anchor | None = None, master: bytes = MASTER) -> SealReport:
    return await SealVerifier(url, master).verify(after=after, anchor=anchor)


async def found(url: str, *, after: int = 0, anchor: Anchor | None = None) -> tuple[str, int, int, int] | None:
    """(kind, position, last, seal) of the first fault."""
    fault = (await verify(url, after=after, anchor=anchor)).fault
    return fault and (fault.kind, fault.position, fault.last, fault.seal)


async def anchored(url: str) -> Anchor:
    async with Database(url, max_size=1) as pool:
        return await SealChecks(pool).anchor()


def _id(position: int, what: int) -> UUID:
    return UUID(int=(position + 1000) << 8 | what)
