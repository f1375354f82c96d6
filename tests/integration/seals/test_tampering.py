"""Whatever is done to a sealed row, the first place that does not match is named, and how."""

import asyncio

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.integration.seals.touching import GAPS, POSITIONS, found, insert, owner, refill, seal, verify
from tests.servers import RunServers

from medianest.adapters.eventlog.seals.canonical import COLUMNS

CHANGES = {
    "category": "'user'",
    "stream_id": "gen_random_uuid()",
    "version": "2",
    "tag": "'media_request.approved'",
    "schema": "2",
    "event_id": "gen_random_uuid()",
    "actor": "gen_random_uuid()",
    "session_id": "gen_random_uuid()",
    "correlation_id": "'another-click'",
    "causation_id": "gen_random_uuid()",
    "occurred_at": "occurred_at + interval '1 microsecond'",
    "recorded_at": "recorded_at - interval '1 microsecond'",
    "body": "(body::text || ' ')::json",
}


async def test_an_untouched_log_matches_whole(sealed: str) -> None:
    report = await verify(sealed)
    assert (report.fault, report.events, report.seals, report.position, report.unsealed) == (None, 10, 4, 14, 0)


async def test_nobody_changes_a_row_or_a_seal_by_mistake(sealed: str) -> None:
    with psycopg.connect(sealed, autocommit=True) as connection:
        for statement in ("UPDATE seals SET last = 99", "DELETE FROM seals", "TRUNCATE seal_keys CASCADE"):
            with pytest.raises(psycopg.errors.RestrictViolation):
                connection.execute(statement.encode())


async def test_a_change_of_any_column_is_found_until_it_is_undone(sealed: str) -> None:
    with owner(sealed) as connection:
        for column, value in CHANGES.items():
            connection.execute(f"UPDATE events SET {column} = {value} WHERE position = 7".encode())
            assert await found(sealed) == ("changed", 7, 7, 2), column
            connection.execute("DELETE FROM events WHERE position = 7")
            insert(connection, 7)
            assert await found(sealed) is None, column
    assert {"position", *CHANGES} == set(COLUMNS.split(", "))


async def test_two_bodies_that_were_exchanged_are_found_at_the_first(sealed: str) -> None:
    with owner(sealed) as connection:
        connection.execute(
            "UPDATE events SET body = other.body FROM events AS other"
            " WHERE (events.position, other.position) IN ((2, 11), (11, 2))"
        )
    assert await found(sealed) == ("changed", 2, 2, 1)


@pytest.mark.parametrize(
    ("condition", "position", "number"),
    [("position = 1", 1, 1), ("position = 11", 11, 3), ("position BETWEEN 5 AND 8", 5, 2), ("position = 14", 14, 4)],
)
async def test_a_row_that_was_deleted_is_missing(sealed: str, condition: str, position: int, number: int) -> None:
    with owner(sealed) as connection:
        connection.execute(f"DELETE FROM events WHERE {condition}".encode())
    assert await found(sealed) == ("missing", position, position, number)


@pytest.mark.parametrize(("position", "number"), [(-3, 1), (0, 1), (3, 1), (6, 2), (9, 3), (13, 4)])
async def test_a_row_that_was_put_in_is_found_also_before_and_between_seals(
    sealed: str, position: int, number: int
) -> None:
    with owner(sealed) as connection:
        insert(connection, position)
    assert await found(sealed) == ("inserted", position, position, number)


async def test_a_second_row_at_a_sealed_position_is_found(sealed: str) -> None:
    with owner(sealed) as connection:
        connection.execute("DROP INDEX events_position")
        connection.execute("DROP INDEX events_event_id")
        connection.execute("ALTER TABLE events DROP CONSTRAINT events_pkey")
        insert(connection, 14)
        fault = await found(sealed)
        connection.execute("DELETE FROM events WHERE position = 14")
        connection.execute("ALTER TABLE events ADD PRIMARY KEY (stream_id, version)")
        connection.execute("CREATE UNIQUE INDEX events_event_id ON events (event_id)")
    assert fault == ("inserted", 14, 14, 4)


async def test_many_rows_in_one_place_are_not_all_read(sealed: str) -> None:
    with owner(sealed) as connection:
        insert(connection, *range(-500, 0))
    assert await found(sealed) == ("inserted", -500, -500, 1)


async def test_what_came_after_the_last_seal_is_counted_and_not_vouched_for(sealed: str) -> None:
    with owner(sealed) as connection:
        insert(connection, 15, 16)
    report = await verify(sealed)
    assert (report.fault, report.position, report.unsealed) == (None, 14, 2)


@pytest.fixture(scope="module")
def small_log_url(servers: RunServers) -> object:
    with servers.database(migrated=True) as url:
        refill(url)
        asyncio.run(seal(url))
        with owner(url) as connection:
            connection.execute("CREATE TABLE events_before AS SELECT * FROM events")
        yield url


@given(
    changed=st.sets(st.sampled_from(POSITIONS), max_size=3),
    deleted=st.sets(st.sampled_from(POSITIONS), max_size=3),
    inserted=st.sets(st.sampled_from(GAPS), max_size=3),
)
@settings(max_examples=15, deadline=None)
def test_of_many_faults_the_first_is_named(
    small_log_url: str, changed: set[int], deleted: set[int], inserted: set[int]
) -> None:
    with owner(small_log_url) as connection:
        connection.execute("DELETE FROM events")
        connection.execute("INSERT INTO events OVERRIDING SYSTEM VALUE SELECT * FROM events_before")
        connection.execute("UPDATE events SET tag = 'x' WHERE position = ANY(%s)", (list(changed),))
        connection.execute("DELETE FROM events WHERE position = ANY(%s)", (list(deleted),))
        insert(connection, *inserted)
    kinds = {**dict.fromkeys(changed, "changed"), **dict.fromkeys(deleted, "missing")}
    kinds.update(dict.fromkeys(inserted, "inserted"))
    fault = asyncio.run(found(small_log_url))
    assert (fault and fault[:2]) == (min(kinds.items())[::-1] if kinds else None)
