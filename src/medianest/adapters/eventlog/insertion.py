"""Adding events and receipts: the statement that also sees whether they may be added."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection, AsyncCursor

from medianest.adapters.eventlog.connection import binary_cursor
from medianest.adapters.eventlog.rows import LOG_CHANNEL, Placed
from medianest.ports.event_log import Append

# `fitting` has its row if the streams end where it is expected and none of the receipts is there. One moment for the
# batch, never before that of the last event, whatever the machine's clock does.
INSERT: Final = f"""
WITH receipt AS MATERIALIZED (
  SELECT * FROM unnest(%b::uuid[], %b::text[], %b::bytea[], %b::smallint[], %b::bytea[])
    AS r(actor, key, body_hash, status, answer)
), fitting AS MATERIALIZED (
  SELECT WHERE NOT EXISTS (
    SELECT FROM unnest(%b::uuid[], %b::bigint[]) AS s(id, head)
    WHERE s.head <> coalesce((SELECT version FROM events WHERE stream_id = s.id ORDER BY version DESC LIMIT 1), 0)
  ) AND NOT EXISTS (
    SELECT FROM receipt JOIN receipts USING (actor, key)
    WHERE receipts.created_at > clock_timestamp() - interval '24 hours'
  )
), noted AS (
  INSERT INTO receipts (actor, key, body_hash, status, answer) SELECT receipt.* FROM receipt CROSS JOIN fitting
  ON CONFLICT (actor, key) DO UPDATE SET body_hash = excluded.body_hash, status = excluded.status,
    answer = excluded.answer, created_at = clock_timestamp()
), moment AS MATERIALIZED (
  SELECT greatest(clock_timestamp(), (SELECT recorded_at FROM events ORDER BY position DESC LIMIT 1)) AS at FROM fitting
), written AS (
  INSERT INTO events (category, stream_id, version, tag, schema, event_id, actor, session_id, correlation_id,
                      causation_id, occurred_at, recorded_at, body)
  SELECT e.category, e.stream_id, e.version, e.tag, e.schema, e.event_id, e.actor, e.session_id, e.correlation_id,
         e.causation_id, e.occurred_at, moment.at, e.body::json
  FROM unnest(%b::text[], %b::uuid[], %b::bigint[], %b::text[], %b::smallint[], %b::uuid[], %b::uuid[], %b::uuid[],
              %b::text[], %b::uuid[], %b::timestamptz[], %b::text[]) WITH ORDINALITY
    AS e(category, stream_id, version, tag, schema, event_id, actor, session_id, correlation_id, causation_id,
         occurred_at, body, number)
  CROSS JOIN moment ORDER BY e.number
  RETURNING position, recorded_at
), told AS (SELECT pg_notify('{LOG_CHANNEL}', max(position)::text) FROM written HAVING count(*) > 0)
SELECT written.position, written.recorded_at FROM written CROSS JOIN told ORDER BY written.position"""


async def insert(
    connection: AsyncConnection[Any],
    winners: Sequence[tuple[Append, Sequence[Placed]]],
    *,
    heads: Mapping[UUID, int],
) -> AsyncCursor[tuple[int, datetime]]:
    """Send the events and receipts of `winners` over a connection in pipeline mode. The cursor will have the position
    and the time of each event; none at all, and nothing is written, where a stream has not the last version that
    `heads` says or one of the receipts is there."""
    receipts = [append.receipt for append, _ in winners if append.receipt is not None]
    noted = [(one.actor, one.key, one.body_hash, one.status, one.answer) for one in receipts]
    rows = [_values(append, place) for append, placed in winners for place in placed]
    values = [*_columns(noted, 5), list(heads), list(heads.values()), *_columns(rows, 12)]
    return await binary_cursor(connection).execute(INSERT, values, prepare=True)


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
