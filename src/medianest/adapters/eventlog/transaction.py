"""One batch of appends, in one transaction under the log's lock.

At first the server is asked to do all of it in one statement, in the hope that everybody wins, which is nearly always
so: a lone caller waits for one round trip, and the lock is not held while the network carries anything. Where somebody
loses or something has to be looked up, nothing was written: it is done in steps, with a look at the heads in between.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection, errors

from medianest.adapters.eventlog.connection import binary_cursor, event_cursor
from medianest.adapters.eventlog.insertion import insert
from medianest.adapters.eventlog.rows import COLUMNS, LOG_LOCK, Placed, StoredRow, event_id
from medianest.adapters.eventlog.settle import ReceiptKey, expected_heads, receipt_keys, settle, streams
from medianest.ports.event_log import Append, Conflict, ReceiptTaken

# Read committed whatever the server's default: the heads must be read by a statement that begins after the lock.
BEGIN: Final = "BEGIN ISOLATION LEVEL READ COMMITTED"
# A process that is frozen while it holds the lock must not hold up the others for longer than this.
IDLE: Final = "set_config('idle_in_transaction_session_timeout', '10s', true)"
LOCK: Final = f"SELECT {IDLE}, pg_advisory_xact_lock({LOG_LOCK})"
HEADS: Final = """
SELECT s.id, (SELECT version FROM events WHERE stream_id = s.id ORDER BY version DESC LIMIT 1)
FROM unnest(%s::uuid[]) AS s(id)"""
TAKEN: Final = """
SELECT r.actor, r.key FROM receipts r
JOIN unnest(%s::uuid[], %s::text[]) AS k(actor, key) ON r.actor = k.actor AND r.key = k.key
WHERE r.created_at > clock_timestamp() - interval '24 hours'"""
SAME_RECEIPT: Final = """
SELECT 1 FROM receipts WHERE actor = %s AND key = %s AND body_hash = %s AND status = %s AND answer = %s"""
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
        if not doubtful and (accepted := await _at_once(connection, batch)):
            return accepted
        async with connection.pipeline():
            await connection.execute(BEGIN)
            await connection.execute(LOCK, prepare=True)
            outcomes = await _under_lock(connection, batch, doubtful=doubtful)
    except BaseException:
        if not connection.closed:
            await connection.rollback()
        raise
    return outcomes


async def _at_once(connection: AsyncConnection[Any], batch: Sequence[Waiting]) -> list[tuple[Waiting, Outcome]]:
    """Everybody, or nobody: then nothing is recorded, and the answer is empty."""
    if not any(waiting.placed for waiting in batch):
        return []  # the places of events are how we know
    appends = [waiting.append for waiting in batch]
    heads = expected_heads(appends)
    if any(verdict is not None for verdict in settle(appends, heads, ())):
        return []
    try:
        inserted = await insert(connection, [(waiting.append, waiting.placed) for waiting in batch], heads=heads)
    except errors.LockNotAvailable:
        return []
    places = await inserted.fetchall()
    return _accepted(batch, places) if places else []


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
    # Under the lock, heads and receipts are as they were found.
    inserted = await insert(connection, [(waiting.append, waiting.placed) for waiting in winners], heads={})
    for waiting, verdict in verdicts:
        if verdict is not None:
            rows = await _recorded_before(connection, waiting.append.command_id)
            outcomes.append((waiting, Repeated(rows) if rows else verdict))
    # Sent before the answers to the inserts are read: a statement that failed makes the server skip it.
    await connection.execute("COMMIT")
    return outcomes + _accepted(winners, await inserted.fetchall())


def _accepted(winners: Sequence[Waiting], places: Sequence[tuple[int, datetime]]) -> list[tuple[Waiting, Outcome]]:
    following = iter(places)
    return [(waiting, Accepted([next(following) for _ in waiting.placed])) for waiting in winners]


async def _heads(connection: AsyncConnection[Any], stream_ids: Sequence[UUID]) -> dict[UUID, int]:
    cursor = await binary_cursor(connection).execute(HEADS, (stream_ids,), prepare=True)
    return {stream_id: version or 0 for stream_id, version in await cursor.fetchall()}


async def _taken(connection: AsyncConnection[Any], keys: Sequence[ReceiptKey]) -> list[ReceiptKey]:
    if not keys:
        return []
    actors, names = zip(*keys, strict=True)
    cursor = await connection.execute(TAKEN, (list(actors), list(names)), prepare=True)
    return await cursor.fetchall()


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
