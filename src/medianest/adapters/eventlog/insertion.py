"""Adding events and receipts, by a function of the database that also sees whether they may be added."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection, AsyncCursor

from medianest.adapters.eventlog.connection import binary_cursor
from medianest.adapters.eventlog.rows import Placed
from medianest.ports.event_log import Append

APPEND: Final = """
SELECT place, at FROM append_events(
  %b::uuid[], %b::text[], %b::bytea[], %b::smallint[], %b::bytea[],
  %b::uuid[], %b::bigint[],
  %b::text[], %b::uuid[], %b::bigint[], %b::text[], %b::smallint[], %b::uuid[],
  %b::uuid[], %b::uuid[], %b::text[], %b::uuid[], %b::timestamptz[], %b::text[])"""
"""0012_append.sql says what it does."""

Inserted = AsyncCursor[tuple[int, datetime]]
"""Has the position and the time of each event, in their order."""


async def insert(
    connection: AsyncConnection[Any],
    winners: Sequence[tuple[Append, Sequence[Placed]]],
    *,
    heads: Mapping[UUID, int],
) -> Inserted:
    """Add the events and receipts of `winners`, under the log's lock. The cursor has no rows, and nothing is written,
    where a stream has not the last version that `heads` says or one of the receipts is there; also where the server's
    transactions are of another kind than ours. In a pipeline it has none yet. Raises LockNotAvailable."""
    receipts = [append.receipt for append, _ in winners if append.receipt is not None]
    noted = [(one.actor, one.key, one.body_hash, one.status, one.answer) for one in receipts]
    rows = [_values(append, place) for append, placed in winners for place in placed]
    values = [*_columns(noted, 5), list(heads), list(heads.values()), *_columns(rows, 12)]
    return await binary_cursor(connection).execute(APPEND, values, prepare=True)


def _columns(rows: Sequence[tuple[Any, ...]], number: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(number)]


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
