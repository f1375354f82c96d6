"""The log under the eventsourcing library's own recorder: the synchronous way in, for scripts and migrations.

It reads the view `stored_events` (made by 0001_log.sql: our columns under the library's names) and inserts into
`events`, under the same advisory lock as the writer instead of LOCK TABLE, which would wait behind VACUUM.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg import Cursor, sql
from psycopg.rows import DictRow

from medianest.adapters.eventlog.rows import LOG_CHANNEL, LOG_LOCK
from medianest.domain.kernel import SYSTEM
from medianest.ports.event_log import Context

INSERT = """
INSERT INTO {table} (category, stream_id, version, tag, schema, event_id, actor, session_id, correlation_id,
                     causation_id, occurred_at, recorded_at, body)
SELECT split_part(e.tag, '.', 1), e.stream_id, e.version, e.tag, %(schema)s, gen_random_uuid(), %(actor)s,
       %(session_id)s, %(correlation_id)s, %(causation_id)s, %(occurred_at)s,
       greatest(clock_timestamp(), (SELECT recorded_at FROM {table} ORDER BY position DESC LIMIT 1)), {body}
FROM unnest(%(stream_ids)s::uuid[], %(versions)s::bigint[], %(tags)s::text[], %(bodies)s::bytea[])
  WITH ORDINALITY AS e(stream_id, version, tag, body, number)
ORDER BY e.number
RETURNING position AS notification_id"""
BODIES = {"json": "convert_from(e.body, 'UTF8')::json", "bytea": "e.body"}


class PostgresEventRecorder(PostgresApplicationRecorder):
    """`insert_events(stored, actor=..., context=..., occurred_at=..., schema=...)`; each may be left out, and then
    MediaNest itself is the actor. The category is the tag's part before the dot.

    `body` is the type of the column that holds the state.
    """

    def __init__(
        self,
        datastore: PostgresDatastore,
        *,
        table: str = "events",
        view: str = "stored_events",
        body: Literal["json", "bytea"] = "json",
    ) -> None:
        super().__init__(datastore, events_table_name=view)
        self.sql_create_statements = []  # the migrations make the table
        self.channel_name = LOG_CHANNEL
        self.lock_table_statements = [f"SELECT pg_advisory_xact_lock({LOG_LOCK})".encode()]
        self.insert_events_statement = sql.SQL(INSERT).format(table=sql.Identifier(table), body=sql.SQL(BODIES[body]))

    def _insert_stored_events(
        self,
        curs: Cursor[DictRow],
        stored_events: Sequence[StoredEvent],
        *,
        actor: UUID = SYSTEM,
        context: Context | None = None,
        occurred_at: datetime | None = None,
        schema: int = 1,
        **_: Any,
    ) -> None:
        self._lock_table(curs)
        self._notify_channel(curs)
        origin = context or Context(correlation_id=str(uuid4()))
        curs.execute(
            self.insert_events_statement,
            {
                "schema": schema,
                "actor": actor,
                "session_id": origin.session_id,
                "correlation_id": origin.correlation_id,
                "causation_id": origin.causation_id,
                "occurred_at": occurred_at or datetime.now(UTC),
                "stream_ids": [stored.originator_id for stored in stored_events],
                "versions": [stored.originator_version for stored in stored_events],
                "tags": [stored.topic for stored in stored_events],
                "bodies": [stored.state for stored in stored_events],
            },
            prepare=True,
        )
