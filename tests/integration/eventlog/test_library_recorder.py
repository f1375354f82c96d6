"""The eventsourcing library's own recorder test cases, over our table.

Their fixtures write bytes that are no JSON and versions from 0, so the table of this suite differs from the real one
in these two points only; the last test uses the real one.
"""

import threading
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.postgres import PostgresDatastore
from eventsourcing.tests.persistence import ApplicationRecorderTestCase, NonInterleavingNotificationIDsBaseCase
from psycopg.conninfo import conninfo_to_dict

from medianest.adapters.eventlog.recorder import PostgresEventRecorder
from medianest.ports.event_log import Context

TABLE = """
CREATE TABLE raw_events (LIKE events INCLUDING ALL);
ALTER TABLE raw_events DROP CONSTRAINT events_version_check, ALTER body TYPE bytea USING NULL;
CREATE VIEW raw_stored_events AS
  SELECT position AS notification_id, stream_id AS originator_id, version AS originator_version, tag AS topic,
         body AS state
  FROM raw_events
"""


@pytest.fixture
def datastore(database_url: str) -> Iterator[PostgresDatastore]:
    parts = conninfo_to_dict(database_url)
    with PostgresDatastore(
        dbname=str(parts["dbname"]),
        host=str(parts["host"]),
        port=str(parts["port"]),
        user=str(parts["user"]),
        password="",
        pool_size=4,
        connect_timeout=30,
    ) as opened:
        yield opened


class OverOurTable:
    @pytest.fixture(autouse=True)
    def _recorder(self, database_url: str, datastore: PostgresDatastore) -> None:
        with psycopg.connect(database_url) as connection:
            connection.execute(TABLE)
        self.recorder = PostgresEventRecorder(datastore, table="raw_events", view="raw_stored_events", body="bytea")

    def create_recorder(self) -> PostgresEventRecorder:
        return self.recorder


class TestApplicationRecorder(OverOurTable, ApplicationRecorderTestCase[PostgresEventRecorder]):
    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestNonInterleavingNotificationIds(OverOurTable, NonInterleavingNotificationIDsBaseCase):
    pass


# pytest collects what it finds by name: the library's abstract cases are not for running.
del ApplicationRecorderTestCase, NonInterleavingNotificationIDsBaseCase


def test_the_real_table_takes_events_with_their_metadata(database_url: str, datastore: PostgresDatastore) -> None:
    recorder = PostgresEventRecorder(datastore)
    stream, actor = uuid4(), uuid4()
    stored = StoredEvent(stream, 1, "user.renamed", b'{"user_id": "x"}')
    positions = recorder.insert_events([stored], actor=actor, context=Context(correlation_id="import"))
    assert positions is not None
    (position,) = positions
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT position, category, tag, actor, correlation_id FROM events").fetchone()
    assert row == (position, "user", "user.renamed", actor, "import")
    assert recorder.select_events(stream) == [stored]
    assert recorder.max_notification_id() == position
    with pytest.raises(IntegrityError):
        recorder.insert_events([stored])


def test_the_lock_does_not_wait_for_a_vacuum(database_url: str, datastore: PostgresDatastore) -> None:
    recorder = PostgresEventRecorder(datastore)
    with psycopg.connect(database_url) as other:
        # What VACUUM and ANALYZE hold on the table, and what LOCK TABLE ... IN EXCLUSIVE MODE would wait for.
        other.execute("LOCK TABLE events IN SHARE UPDATE EXCLUSIVE MODE")
        inserted = threading.Event()

        def insert() -> None:
            recorder.insert_events([StoredEvent(uuid4(), 1, "user.renamed", b"{}")])
            inserted.set()

        threading.Thread(target=insert, daemon=True).start()
        assert inserted.wait(5)
