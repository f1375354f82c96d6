"""The schema, forward only: numbered SQL files beside this one, each applied once and whole.

A file never changes after it was applied anywhere (its SHA-256 is kept), and processes that start together wait for
one another on an advisory lock. A file that begins with `-- no-transaction` holds a single statement that cannot run
inside a transaction (CREATE INDEX CONCURRENTLY).
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

import psycopg

from medianest.adapters.postgres.view_schema import completion, creation
from medianest.ports.failures import LogUnavailable
from medianest.projections.catalog import PROJECTIONS

LOCK = 0x6D6E6D6967  # "mnmig"
FILE_NAME = re.compile(r"^(\d{4})_([a-z0-9_]+)\.sql$")
LEDGER = """
CREATE TABLE IF NOT EXISTS schema_migrations (
  number integer PRIMARY KEY,
  name text NOT NULL,
  sha256 text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)"""


class MigrationError(Exception):
    """The schema could not be brought up to date. The text names the file and the reason."""


class SchemaDrift(MigrationError):
    """The database was made by other files than this build has: edited, renumbered, or newer."""


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    name: str
    sql: str

    @property
    def label(self) -> str:
        return f"{self.number:04d}_{self.name}"

    @property
    def sha256(self) -> str:
        """Over the text with Unix line ends, so that a checkout on another system does not look edited."""
        return hashlib.sha256(self.sql.replace("\r\n", "\n").encode()).hexdigest()

    @property
    def is_transactional(self) -> bool:
        return not self.sql.startswith("-- no-transaction")


def load(folder: Traversable) -> list[Migration]:
    """The migrations of `folder` in order. Raises MigrationError when a number is missing or used twice."""
    found = sorted(
        (
            Migration(int(match[1]), match[2], entry.read_text("utf-8"))
            for entry in folder.iterdir()
            if (match := FILE_NAME.match(entry.name))
        ),
        key=lambda migration: migration.number,
    )
    if [migration.number for migration in found] != list(range(1, len(found) + 1)):
        raise MigrationError(f"migration numbers have a gap or repeat: {[migration.label for migration in found]}")
    return found


def migrate(dsn: str, migrations: Sequence[Migration] | None = None) -> list[int]:
    """Bring the database at `dsn` up to date; the answer is the numbers that were applied now.

    Raises SchemaDrift before anything is changed, MigrationError when a file fails (that file leaves nothing
    behind), LogUnavailable when the database cannot be reached.
    """
    wanted = load(files(__name__)) if migrations is None else list(migrations)
    try:
        connection = psycopg.connect(dsn, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise LogUnavailable from error
    with connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        connection.execute("SET client_min_messages = warning")
        connection.execute(LEDGER)
        applied: dict[int, str] = dict(connection.execute("SELECT number, sha256 FROM schema_migrations").fetchall())
        _refuse_drift(wanted, applied)
        todo = [migration for migration in wanted if migration.number not in applied]
        for migration in todo:
            _apply(connection, migration)
        if migrations is None:
            _make_first_views(connection)
    return [migration.number for migration in todo]


def _make_first_views(connection: psycopg.Connection) -> None:
    """In a new house every view is empty, and so complete at once. Where there is a log, whoever leads the views
    builds them from it."""
    with connection.transaction():
        if connection.execute("SELECT FROM events LIMIT 1").rowcount:
            return
        for view in PROJECTIONS.values():
            there = connection.execute(
                "INSERT INTO checkpoints (name, shape, position) VALUES (%s, %s, 0) ON CONFLICT DO NOTHING",
                (view.name, view.shape),
            )
            if there.rowcount:
                for statement in (*creation(view, view.table), *completion(view, view.table)):
                    connection.execute(statement.encode())


def _refuse_drift(wanted: Sequence[Migration], applied: Mapping[int, str]) -> None:
    for migration in wanted:
        if applied.get(migration.number, migration.sha256) != migration.sha256:
            raise SchemaDrift(
                f"{migration.label} was changed after it had been applied to this database: it was made by another "
                "build. Start that one, or a release."
            )
    unknown = sorted(applied.keys() - {migration.number for migration in wanted})
    if unknown:
        raise SchemaDrift(
            f"The database is newer than this MediaNest: it has migrations {unknown}. Start the newer release, or put "
            "back a copy from before the upgrade."
        )


def _apply(connection: psycopg.Connection, migration: Migration) -> None:
    try:
        if migration.is_transactional:
            with connection.transaction():
                # A migration that waits for a busy table would make every query behind it wait as well.
                connection.execute("SET LOCAL lock_timeout = '5s'")
                connection.execute(migration.sql.encode())
                _enter(connection, migration)
        else:
            connection.execute(migration.sql.encode())
            _enter(connection, migration)
    except psycopg.Error as error:
        raise MigrationError(f"The migration {migration.label} failed: {error}") from error


def _enter(connection: psycopg.Connection, migration: Migration) -> None:
    connection.execute(
        "INSERT INTO schema_migrations (number, name, sha256) VALUES (%s, %s, %s)",
        (migration.number, migration.name, migration.sha256),
    )
