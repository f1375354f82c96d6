"""The schema comes to be once, whole, and only from the files that made it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import psycopg
import pytest

from medianest.adapters.postgres import migrations
from medianest.adapters.postgres.migrations import Migration, MigrationError, SchemaDrift, load, migrate
from medianest.ports.failures import LogUnavailable

FIRST = Migration(1, "first", "CREATE TABLE first (id int)")
SECOND = Migration(2, "second", "CREATE TABLE second (id int); INSERT INTO second SELECT 1")


def _tables(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {name for (name,) in rows} - {"schema_migrations"}


def test_the_files_of_the_package_are_applied_once(empty_database_url: str) -> None:
    expected = [migration.number for migration in load(files(migrations))]
    assert migrate(empty_database_url) == expected
    assert migrate(empty_database_url) == []
    assert {"events", "snapshots", "receipts", "subject_keys", "credentials", "sessions"} <= _tables(empty_database_url)


def test_processes_that_start_together_apply_each_file_once(empty_database_url: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        applied = list(threads.map(lambda _: migrate(empty_database_url, [FIRST, SECOND]), range(4)))
    assert sorted(number for numbers in applied for number in numbers) == [1, 2]


def test_a_file_that_fails_leaves_nothing_behind_and_is_named(empty_database_url: str) -> None:
    broken = replace(SECOND, sql=SECOND.sql + "; SELECT 1/0")
    with pytest.raises(MigrationError, match=r"0002_second failed: division by zero"):
        migrate(empty_database_url, [FIRST, broken])
    assert _tables(empty_database_url) == {"first"}
    assert migrate(empty_database_url, [FIRST, SECOND]) == [2]


def test_a_file_that_was_changed_after_it_had_been_applied_is_refused(empty_database_url: str) -> None:
    migrate(empty_database_url, [FIRST])
    with pytest.raises(SchemaDrift, match="0001_first"):
        migrate(empty_database_url, [replace(FIRST, sql="CREATE TABLE other (id int)"), SECOND])
    assert _tables(empty_database_url) == {"first"}


def test_a_database_of_a_newer_build_is_refused(empty_database_url: str) -> None:
    migrate(empty_database_url, [FIRST, SECOND])
    with pytest.raises(SchemaDrift, match=r"newer.*\[2\]"):
        migrate(empty_database_url, [FIRST])


def test_an_index_can_be_made_without_stopping_the_writers(empty_database_url: str) -> None:
    index = Migration(2, "index", "-- no-transaction\nCREATE INDEX CONCURRENTLY first_id ON first (id)")
    assert migrate(empty_database_url, [FIRST, index]) == [1, 2]
    assert migrate(empty_database_url, [FIRST, index]) == []


def test_numbers_with_a_gap_are_refused(tmp_path: Path) -> None:
    (tmp_path / "0001_a.sql").write_text("SELECT 1")
    (tmp_path / "0003_c.sql").write_text("SELECT 1")
    with pytest.raises(MigrationError, match="gap"):
        load(tmp_path)


def test_line_ends_of_another_system_are_no_change() -> None:
    assert Migration(1, "a", "SELECT 1;\r\nSELECT 2").sha256 == Migration(1, "a", "SELECT 1;\nSELECT 2").sha256


def test_a_database_out_of_reach_is_said_to_be_away(tmp_path: Path) -> None:
    with pytest.raises(LogUnavailable):
        migrate(f"postgresql://nobody@/nothing?host={tmp_path}")


@pytest.mark.parametrize("change", ["UPDATE events SET tag = 'x'", "DELETE FROM events", "TRUNCATE events"])
@pytest.mark.parametrize("role", ["origin", "replica"])
def test_the_log_refuses_every_change(database_url: str, change: str, role: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"SET session_replication_role = {role}")
        with pytest.raises(psycopg.errors.RestrictViolation, match="the event log only grows"):
            connection.execute(change)
