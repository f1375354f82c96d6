"""Writes a made-up history into an empty log, past the writer and many times as fast.

What comes out is what the domain decided, sealed and stored as ever. The reactions begin after it, so nothing of it is
handed on or told again.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, Final

from psycopg import AsyncConnection, AsyncCopy

from medianest.adapters.eventlog.codec import EventCodec
from medianest.adapters.eventlog.connection import connect
from medianest.adapters.eventlog.keyring import PostgresKeyring
from medianest.adapters.eventlog.rows import COLUMNS, LOG_CHANNEL, LOG_LOCK, StoredRow, placed
from medianest.adapters.postgres.pool import Database
from medianest.domain.catalog import EVENT_TYPES
from medianest.domain.user.events import UserDeleted, UserRegistered
from medianest.main.demo.chronicle import Entry

CHUNK: Final = 500
"""Appends that are encoded together."""
TYPES: Final = {
    **dict.fromkeys(("position", "version"), "int8"),
    **dict.fromkeys(("category", "tag", "correlation_id"), "text"),
    **dict.fromkeys(("stream_id", "event_id", "actor", "session_id", "causation_id"), "uuid"),
    **dict.fromkeys(("occurred_at", "recorded_at"), "timestamptz"),
    "schema": "int2",
    "body": "bytea",  # the codec has made JSON of it already
}
IS_USED: Final = "SELECT EXISTS (SELECT FROM events)"
# A filling that broke off left these; where there is no event, they are of nobody.
CLEAR: Final = "DELETE FROM subject_keys"
CONTINUE: Final = """
SELECT setval(pg_get_serial_sequence('events', 'position'), %(head)s::bigint),
  pg_notify(%(channel)s, %(head)s::text)"""
ANSWERED: Final = "UPDATE reaction_checkpoints SET position = %s, updated_at = clock_timestamp()"


class LogBegun(Exception):
    """The log holds something already."""


async def fill(
    direct_url: str, key: bytes, entries: Iterable[Entry], told: Callable[[int], object] = lambda _: None
) -> int:
    """Write `entries` into the migrated, empty log, whole or not at all; how many events that were.

    `key` is the server's; `told` hears how many have been written. Raises LogBegun.
    """
    story = iter(entries)
    written = 0
    async with Database(direct_url) as pool, await connect(direct_url, "fill") as connection:
        keyring = PostgresKeyring(pool, key)
        codec = EventCodec(EVENT_TYPES, keyring)
        async with connection.transaction():
            await _begin(connection, pool)
            async with connection.cursor().copy(f"COPY events ({COLUMNS}) FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types([TYPES[column] for column in StoredRow._fields])
                while chunk := list(islice(story, CHUNK)):
                    written = await _write(copy, chunk, codec, keyring, written)
                    told(written)
            if written:
                await connection.execute(CONTINUE, {"head": written, "channel": LOG_CHANNEL})
                await connection.execute(ANSWERED, (written,))
        await connection.execute("VACUUM (ANALYZE) events")
    return written


async def _begin(connection: AsyncConnection[Any], pool: Database) -> None:
    """Hold the lock of an empty log. Raises LogBegun."""
    await connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOG_LOCK,))
    ((is_used,),) = await (await connection.execute(IS_USED)).fetchall()
    if is_used:
        raise LogBegun
    async with pool.connection() as another:  # which commits: keys are made outside of the transaction, as ever
        await another.execute(CLEAR)


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
