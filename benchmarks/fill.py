"""`python -m benchmarks.fill`: fills an empty log with the months of a made-up house, for trying things at size.

What comes out is what the domain itself decided, sealed and stored as ever; only the writer is passed over. Stop
MediaNest meanwhile. The reactions begin after all this, so nothing is handed on or sent; nobody has a password, so make
an administrator with `medianest admin create`.
"""

import argparse
import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from typing import Any, Final

from msgspec.structs import replace
from psycopg import AsyncConnection, AsyncCopy
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.story import Entry, Story
from medianest.adapters.eventlog.codec import EventCodec
from medianest.adapters.eventlog.connection import connect
from medianest.adapters.eventlog.keyring import PostgresKeyring
from medianest.adapters.eventlog.rows import COLUMNS, LOG_LOCK, StoredRow, placed
from medianest.adapters.postgres.pool import Database
from medianest.adapters.security.claim_ids import HmacClaimIds
from medianest.domain.catalog import EVENT_TYPES
from medianest.domain.user.events import UserDeleted, UserRegistered
from medianest.main.cli.seam import finish
from medianest.main.operations.connected import connected
from medianest.main.server_key import server_key
from medianest.main.settings import Secret
from medianest.main.settings_source import load_settings

CHUNK: Final = 500
"""Appends that are encoded together."""
STRETCH: Final = 50_000
"""Events of one transaction."""
PER_PERSON: Final = 1000
"""Events that one person causes in about five months."""
TYPES: Final = {
    **dict.fromkeys(("position", "version"), "int8"),
    **dict.fromkeys(("category", "tag", "correlation_id"), "text"),
    **dict.fromkeys(("stream_id", "event_id", "actor", "session_id", "causation_id"), "uuid"),
    **dict.fromkeys(("occurred_at", "recorded_at"), "timestamptz"),
    "schema": "int2",
    "body": "bytea",  # the codec has made JSON of it already
}


class NotEmpty(Exception):
    """The log holds something already, perhaps somebody's."""


async def fill(
    url: str, key: bytes, events: int, *, seed: int = 1, told: Callable[[int], object] = lambda _: None
) -> int:
    """Fill the migrated, empty log at `url` with at least so many events; how many there are in the end.

    `key` is the server's; `told` hears how many have been written. Raises NotEmpty.
    """
    claims = HmacClaimIds(key)
    story = iter(Story(seed, max(10, events // PER_PERSON), claims.of_email))
    written = 0
    async with Database(url) as pool, _alone(url) as connection:
        keyring = PostgresKeyring(pool, key)
        codec = EventCodec(EVENT_TYPES, keyring)
        while written < events:
            end = min(written + STRETCH, events)
            async with connection.transaction():
                await connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOG_LOCK,))
                async with connection.cursor().copy(f"COPY events ({COLUMNS}) FROM STDIN (FORMAT BINARY)") as copy:
                    copy.set_types([TYPES[column] for column in StoredRow._fields])
                    while written < end:
                        written = await _write(copy, list(islice(story, CHUNK)), codec, keyring, written)
                        told(written)
        await connection.execute(
            "SELECT setval(pg_get_serial_sequence('events', 'position'), max(position)) FROM events"
        )
        await connection.execute("UPDATE reaction_checkpoints SET position = %s", (written,))
        await connection.execute("VACUUM (ANALYZE) events")
    return written


async def _write(
    copy: AsyncCopy, entries: Sequence[Entry], codec: EventCodec, keyring: PostgresKeyring, before: int
) -> int:
    """Write the rows of `entries` behind the position `before`; the last position after that."""
    events = [event for entry in entries for write in entry.append.writes for event in write.events]
    for event in events:
        if isinstance(event, UserRegistered):
            await keyring.create(event.user_id)
    encoded = iter(await codec.encode(events))
    position = before
    for append, recorded_at in entries:
        context = append.context
        count = sum(len(write.events) for write in append.writes)
        for place in placed(append, list(islice(encoded, count))):
            position += 1
            row = StoredRow(
                position=position,
                category=place.category,
                stream_id=place.stream_id,
                version=place.version,
                event_id=place.event_id,
                actor=append.actor,
                session_id=context.session_id,
                correlation_id=context.correlation_id,
                causation_id=context.causation_id,
                occurred_at=append.occurred_at,
                recorded_at=recorded_at,
                tag=place.encoded.tag,
                schema=place.encoded.schema,
                body=place.encoded.body,
            )
            await copy.write_row(row)
    for event in events:
        if isinstance(event, UserDeleted):
            await keyring.destroy(event.user_id)
    return position


@asynccontextmanager
async def _alone(url: str) -> AsyncIterator[AsyncConnection[Any]]:
    """A connection to an empty log."""
    async with await connect(url, "fill") as connection:
        cursor = await connection.execute("SELECT FROM events UNION ALL SELECT FROM subject_keys LIMIT 1")
        if await cursor.fetchone() is not None:
            raise NotEmpty("The log is not empty. Fill one of its own: give another --url, or MEDIANEST_DATA_DIR.")
        yield connection


async def _filled(events: int, seed: int, url: str | None, console: Console) -> None:
    settings = load_settings(os.environ)
    if url:
        settings = replace(settings, database_url=Secret(url), database_direct_url=None)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    async with connected(settings) as named:
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("Filling", total=events)
            began = time.perf_counter()
            written = await fill(
                str(named.database_direct_url),
                server_key(settings),
                events,
                seed=seed,
                told=lambda done: progress.update(task, completed=min(done, events)),
            )
        rate = written / (time.perf_counter() - began)
    console.print(f"{written:,} events, {rate:,.0f} a second.")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fill", description=__doc__)
    parser.add_argument("--events", type=int, default=200_000, help="how many (the last append may exceed it)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same house")
    parser.add_argument("--url", help="the database (default: as the settings say, the private one if they name none)")
    wanted = parser.parse_args()
    try:
        finish(_filled(wanted.events, wanted.seed, wanted.url, Console()))
    except NotEmpty as refusal:
        parser.exit(1, f"{refusal}\n")


if __name__ == "__main__":
    main()
