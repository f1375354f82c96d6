"""One batch of appends, in one transaction under the log's lock: the SQL behind the writer."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection, AsyncCursor

from medianest.adapters.eventlog.connection import binary_cursor, event_cursor
from medianest.adapters.eventlog.rows import COLUMNS, LOG_CHANNEL, LOG_LOCK, Placed, StoredRow, event_id
from medianest.adapters.eventlog.settle import ReceiptKey, receipt_keys, settle, streams
from medianest.ports.event_log import Append, Conflict, ReceiptTaken

# Read committed whatever the server's default: the heads must be read by a statement that begins after the lock.
BEGIN: Final = "BEGIN ISOLATION LEVEL READ COMMITTED"
# A process that is frozen while it holds the lock must not hold up the others for longer than this.
LOCK: Final = (
    f"SELECT set_config('idle_in_transaction_session_timeout', '10s', true), pg_advisory_xact_lock({LOG_LOCK})"
)
HEADS: Final = """
SELECT s.id, (SELECT version FROM events WHERE stream_id = s.id ORDER BY version DESC LIMIT 1)
FROM unnest(%s::uuid[]) AS s(id)"""
TAKEN: Final = """
SELECT r.actor, r.key FROM receipts r
JOIN unnest(%s::uuid[], %s::text[]) AS k(actor, key) ON r.actor = k.actor AND r.key = k.key
WHERE r.created_at > clock_timestamp() - interval '24 hours'"""
SAME_RECEIPT: Final = """
SELECT 1 FROM receipts WHERE actor = %s AND key = %s AND body_hash = %s AND status = %s AND answer = %s"""
INSERT_RECEIPTS: Final = """
INSERT INTO receipts (actor, key, body_hash, status, answer)
SELECT * FROM unnest(%s::uuid[], %s::text[], %s::bytea[], %s::smallint[], %s::bytea[])
ON CONFLICT (actor, key) DO UPDATE SET body_hash = excluded.body_hash, status = excluded.status,
  answer = excluded.answer, created_at = clock_timestamp()"""
# One moment for the batch, never before that of the last event, whatever the machine's clock does.
INSERT_EVENTS: Final = f"""
WITH moment AS MATERIALIZED (
  SELECT greatest(clock_timestamp(), (SELECT recorded_at FROM events ORDER BY position DESC LIMIT 1)) AS at
), written AS (
  INSERT INTO events (category, stream_id, version, tag, schema, event_id, actor, session_id, correlation_id,
                      causation_id, occurred_at, recorded_at, body)
  SELECT e.category, e.stream_id, e.version, e.tag, e.schema, e.event_id, e.actor, e.session_id, e.correlation_id,
         e.causation_id, e.occurred_at, moment.at, e.body::json
  FROM unnest(%s::text[], %s::uuid[], %s::bigint[], %s::text[], %s::smallint[], %s::uuid[], %s::uuid[], %s::uuid[],
              %s::text[], %s::uuid[], %s::timestamptz[], %s::text[]) WITH ORDINALITY
    AS e(category, stream_id, version, tag, schema, event_id, actor, session_id, correlation_id, causation_id,
         occurred_at, body, number)
  CROSS JOIN moment ORDER BY e.number
  RETURNING position, recorded_at
), told AS (SELECT pg_notify('{LOG_CHANNEL}', max(position)::text) FROM written)
SELECT written.position, written.recorded_at FROM written CROSS JOIN told ORDER BY written.position"""
BY_EVENT_ID: Final = f"SELECT {COLUMNS} FROM events WHERE event_id = ANY(%s) ORDER BY position"
LOOK_AHEAD: Final = 32


@dataclass(frozen=True, slots=True)
class Accepted:
    """Where each event of an append went, in order: position and recording time."""

    places: Sequence[tuple[int, datetime]]


@dataclass(frozen=True, slots=True)
class Repeated:
    """What was recorded for the same command before."""

    rows: Sequence[StoredRow]


Outcome = Accepted | Repeated | Conflict | ReceiptTaken


@dataclass(slots=True, eq=False)
class Waiting:
    """An append, its events at their places, and whoever waits for the outcome."""

    append: Append
    placed: Sequence[Placed]
    answer: asyncio.Future[Outcome]


async def write_batch(
    connection: AsyncConnection[Any], batch: Sequence[Waiting], *, doubtful: bool
) -> list[tuple[Waiting, Outcome]]:
    """Settle and record `batch`; after the return it is committed. Whoever no longer waits is left out.

    `doubtful`: an earlier attempt may have been recorded, so look for it first. Raises what psycopg raises; then
    nothing was written, unless the connection was lost in the commit.
    """
    try:
        async with connection.pipeline():
            await connection.execute(BEGIN)
            await connection.execute(LOCK, prepare=True)
            outcomes = await _under_lock(connection, batch, doubtful=doubtful)
    except BaseException:
        if not connection.closed:
            await connection.rollback()
        raise
    return outcomes


async def _under_lock(
    connection: AsyncConnection[Any], batch: Sequence[Waiting], *, doubtful: bool
) -> list[tuple[Waiting, Outcome]]:
    outcomes: list[tuple[Waiting, Outcome]] = []
    if doubtful:
        outcomes += [(waiting, found) for waiting in batch if (found := await _found(connection, waiting)) is not None]
    answered = {id(waiting) for waiting, _ in outcomes}
    remaining = [waiting for waiting in batch if id(waiting) not in answered]
    appends = [waiting.append for waiting in remaining]
    heads = await _heads(connection, streams(appends))
    taken = await _taken(connection, receipt_keys(appends))
    # Whoever gave up before this moment was told that nothing is certain; from here on, it will be recorded.
    remaining = [waiting for waiting in remaining if not waiting.answer.done()]
    verdicts = list(zip(remaining, settle([waiting.append for waiting in remaining], heads, taken), strict=True))
    winners = [waiting for waiting, verdict in verdicts if verdict is None]
    inserted = await _insert(connection, winners)
    for waiting, verdict in verdicts:
        if verdict is not None:
            rows = await _recorded_before(connection, waiting.append.command_id)
            outcomes.append((waiting, Repeated(rows) if rows else verdict))
    # Sent before the answers to the inserts are read: a statement that failed makes the server skip it.
    await connection.execute("COMMIT")
    places = iter(await inserted.fetchall() if inserted else [])
    return outcomes + [(waiting, Accepted([next(places) for _ in waiting.placed])) for waiting in winners]


async def _heads(connection: AsyncConnection[Any], stream_ids: Sequence[UUID]) -> dict[UUID, int]:
    cursor = await binary_cursor(connection).execute(HEADS, (stream_ids,), prepare=True)
    return {stream_id: version or 0 for stream_id, version in await cursor.fetchall()}


async def _taken(connection: AsyncConnection[Any], keys: Sequence[ReceiptKey]) -> list[ReceiptKey]:
    if not keys:
        return []
    actors, names = zip(*keys, strict=True)
    cursor = await connection.execute(TAKEN, (list(actors), list(names)), prepare=True)
    return await cursor.fetchall()


async def _insert(
    connection: AsyncConnection[Any], winners: Sequence[Waiting]
) -> AsyncCursor[tuple[int, datetime]] | None:
    """Send the inserts; the cursor will have the places of the events, None where there are none."""
    receipts = [waiting.append.receipt for waiting in winners if waiting.append.receipt is not None]
    if receipts:
        written = zip(*((one.actor, one.key, one.body_hash, one.status, one.answer) for one in receipts), strict=True)
        await connection.execute(INSERT_RECEIPTS, [list(column) for column in written], prepare=True)
    rows = [_values(waiting.append, place) for waiting in winners for place in waiting.placed]
    if not rows:
        return None
    values = [list(column) for column in zip(*rows, strict=True)]
    return await binary_cursor(connection).execute(INSERT_EVENTS, values, prepare=True)


def _values(append: Append, place: Placed) -> tuple[Any, ...]:
    return (
        place.category,
        place.stream_id,
        place.version,
        place.encoded.tag,
        place.encoded.schema,
        place.event_id,
        append.actor,
        append.context.session_id,
        append.context.correlation_id,
        append.context.causation_id,
        append.occurred_at,
        place.encoded.body.decode(),
    )


async def _found(connection: AsyncConnection[Any], waiting: Waiting) -> Outcome | None:
    """What an earlier attempt at this very append left behind: its events, or its receipt where it has none."""
    if rows := await _recorded_before(connection, waiting.append.command_id):
        return Repeated(rows)
    receipt = waiting.append.receipt
    if receipt is None or waiting.placed:
        return None
    mine = (receipt.actor, receipt.key, receipt.body_hash, receipt.status, receipt.answer)
    cursor = await connection.execute(SAME_RECEIPT, mine, prepare=True)
    return None if await cursor.fetchone() is None else Accepted(())


async def _recorded_before(connection: AsyncConnection[Any], command_id: UUID) -> list[StoredRow]:
    """All events of this command that the log holds: it may have decided on more of them at its first attempt."""
    rows: list[StoredRow] = []
    for start in range(0, 1_000_000, LOOK_AHEAD):
        ids = [event_id(command_id, number) for number in range(start, start + LOOK_AHEAD)]
        cursor = event_cursor(connection)
        await cursor.execute(BY_EVENT_ID, (ids,), prepare=True)
        found = [StoredRow(*row) for row in await cursor.fetchall()]
        rows += found
        if len(found) < LOOK_AHEAD:
            break
    return rows
