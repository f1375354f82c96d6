"""What the log keeps beside the events: states of long streams, and answers to repeated requests."""

from typing import Any, Final
from uuid import UUID

import msgspec
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from medianest.adapters.eventlog.connection import event_cursor
from medianest.domain.kernel import AnyAggregate
from medianest.domain.spendings import Spending, Spendings
from medianest.ports.event_log import Receipt

Pool = AsyncConnectionPool[AsyncConnection[Any]]

LOAD: Final = """
SELECT state, version FROM snapshots WHERE stream_id = %s AND category = %s AND state_version = %s"""
SAVE: Final = """
INSERT INTO snapshots (category, stream_id, version, state_version, state) VALUES (%s, %s, %s, %s, %s::text::json)
ON CONFLICT (stream_id) DO UPDATE SET version = excluded.version, state_version = excluded.state_version,
  state = excluded.state, taken_at = clock_timestamp()
WHERE (snapshots.state_version, snapshots.version) < (excluded.state_version, excluded.version)"""
FIND_RECEIPT: Final = """
SELECT body_hash, status, answer FROM receipts
WHERE actor = %s AND key = %s AND created_at > clock_timestamp() - interval '24 hours'"""
SWEEP_RECEIPTS: Final = "DELETE FROM receipts WHERE created_at <= clock_timestamp() - interval '24 hours'"


class PostgresSnapshots:
    """Implements Snapshots. One per stream: the newest state in the newest shape."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def load(self, aggregate: AnyAggregate, stream_id: UUID) -> tuple[object, int] | None:
        async with self._pool.connection() as connection:
            cursor = event_cursor(connection)
            await cursor.execute(LOAD, (stream_id, aggregate.category, aggregate.state_version), prepare=True)
            row = await cursor.fetchone()
        state = None if row is None else read_state(aggregate, row[0])
        return None if row is None or state is None else (state, row[1])

    async def save(self, aggregate: AnyAggregate, stream_id: UUID, state: object, version: int) -> None:
        body = written_state(state)
        async with self._pool.connection() as connection:
            await connection.execute(SAVE, (aggregate.category, stream_id, version, aggregate.state_version, body))


def written_state(state: object) -> str:
    return msgspec.json.encode(state, enc_hook=_written).decode()


def read_state(aggregate: AnyAggregate, body: bytes | str) -> object | None:
    """None where it does not fit: somebody changed the state and forgot its version, but the events still know."""
    try:
        state: object = msgspec.json.decode(body, type=aggregate.state, dec_hook=_read)
    except msgspec.DecodeError:
        return None
    return state


def _written(value: object) -> object:
    if isinstance(value, Spendings):
        return [*value]
    raise NotImplementedError(type(value))


def _read(kind: type, body: object) -> object:
    if kind is Spendings:
        return Spendings(msgspec.convert(body, list[Spending]))
    raise NotImplementedError(kind)


class PostgresReceipts:
    """Implements Receipts. The writer puts them down, in the transaction of their events."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def find(self, actor: UUID, key: str) -> Receipt | None:
        async with self._pool.connection() as connection, connection.cursor(binary=True) as cursor:
            await cursor.execute(FIND_RECEIPT, (actor, key), prepare=True)
            row = await cursor.fetchone()
        if row is None:
            return None
        return Receipt(actor=actor, key=key, body_hash=row[0], status=row[1], answer=row[2])

    async def sweep(self) -> int:
        """Delete what is too old to be found; the answer is how many."""
        async with self._pool.connection() as connection:
            return (await connection.execute(SWEEP_RECEIPTS)).rowcount
