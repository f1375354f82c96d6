"""No question to the audit trail reads more of the log than it has to."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import psycopg
import pytest

from medianest.adapters.eventlog.asking import Stretch, counts_asked, events_asked
from medianest.domain.catalog import EVENT_TYPES
from medianest.ports.audit import AuditFilter
from tests.servers import RunServers

EVENTS: Final = 20_000
BEGINNING: Final = datetime(2026, 1, 1, tzinfo=UTC)
TAGS: Final = sorted(EVENT_TYPES)
COMMON, RARE = TAGS[0], TAGS[-1]


def _id(number: str) -> str:
    """In SQL what `person` is in Python."""
    return f"lpad(({number})::text, 32, '0')::uuid"


# One tag has half of all events; of the others, each has its share but the last, which happens once in a thousand.
FILL: Final = f"""
INSERT INTO events (category, stream_id, version, tag, schema, event_id, actor, session_id, correlation_id,
                    causation_id, occurred_at, recorded_at, body)
SELECT split_part(tag, '.', 1), {_id("n / 5 + 1000")}, n %% 5 + 1, tag, 1, gen_random_uuid(), {_id("n %% 50")},
       {_id("n / 20")}, 'click-' || n / 4, {_id("n / 3")}, at, at, '{{}}'
FROM generate_series(1, %(events)s::int) AS n
CROSS JOIN LATERAL (SELECT %(beginning)s::timestamptz + n * interval '1 minute' AS at) AS clock
CROSS JOIN LATERAL (SELECT (%(tags)s::text[])[CASE WHEN n %% 2 = 0 THEN 1 WHEN n %% 1000 = 1 THEN %(kinds)s::int
                                              ELSE 1 + n %% (%(kinds)s::int - 1) END] AS tag) AS happened
ORDER BY n"""


def person(number: int) -> UUID:
    return UUID(f"{number:032d}")


def at(number: int) -> datetime:
    return BEGINNING + timedelta(minutes=number)


def some(*values: Any) -> frozenset[Any]:
    return frozenset(values)


QUESTIONS: Final = {
    "everything": AuditFilter(),
    "somebody": AuditFilter(actors=some(person(7))),
    "somebody's rare act": AuditFilter(actors=some(person(1)), tags=some(RARE)),
    "two people's acts of some kinds": AuditFilter(actors=some(person(1), person(8)), tags=some(*TAGS[3:9])),
    "somebody in a stretch of time": AuditFilter(actors=some(person(7)), since=at(100), until=at(12_000)),
    "a common act": AuditFilter(tags=some(COMMON)),
    "a rare act": AuditFilter(tags=some(RARE)),
    "all but a few kinds": AuditFilter(tags=some(*TAGS[5:])),
    "some kinds in a stretch of time": AuditFilter(tags=some(*TAGS[3:9]), since=at(100), until=at(12_000)),
    "a stream": AuditFilter(streams=some(person(1500))),
    "an act in a stream": AuditFilter(streams=some(person(1500)), tags=some(COMMON)),
    "what words may mean": AuditFilter(about=(some(*(person(n) for n in range(1900, 1960)), person(7)),)),
    "two words": AuditFilter(about=(some(person(1900), person(1901)), some(person(7)))),
    "a click": AuditFilter(correlation="click-77"),
    "a click's acts of one kind": AuditFilter(correlation="click-77", tags=some(COMMON)),
    "a cause": AuditFilter(causation=person(77)),
    "a sign-in": AuditFilter(session=person(77)),
    "somebody's acts under a sign-in": AuditFilter(session=person(77), actors=some(person(1)), tags=some(COMMON)),
    "from a moment on": AuditFilter(since=at(100)),
    "the last things": AuditFilter(since=at(19_990)),
    "until a moment": AuditFilter(until=at(10)),
    "not somebody": AuditFilter(without_actors=some(person(7))),
}


@pytest.fixture(scope="module")
def connection(servers: RunServers) -> Iterator[psycopg.Connection[Any]]:
    with servers.database(migrated=True) as url, psycopg.connect(url, autocommit=True) as opened:
        values = {"beginning": BEGINNING, "tags": TAGS, "kinds": len(TAGS), "events": EVENTS}
        with opened.transaction():
            opened.execute(FILL.encode(), values)
        opened.execute("VACUUM ANALYZE events")
        yield opened


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_page_is_found_by_walking_an_index_no_further_than_it_must(
    connection: psycopg.Connection[Any], question: str
) -> None:
    for stretch in (
        Stretch(limit=21, is_newest_first=True),
        Stretch(limit=21, is_newest_first=True, until=9_000),
        Stretch(limit=21, is_newest_first=False, after=9_000, until=19_000),
    ):
        for asked in (events_asked, counts_asked):
            query, parameters = asked(QUESTIONS[question], stretch, TAGS)
            cursor = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}".encode(), parameters)
            ((plan,),) = cursor.fetchall()
            scans = list(_scans(plan[0]["Plan"]))
            assert "Seq Scan" not in {scan["Node Type"] for scan in scans}
            assert sum(_rows_read(scan) for scan in scans) < 2000, plan


def _scans(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if node["Node Type"].endswith("Scan") and node.get("Relation Name") == "events":
        yield node
    for part in node.get("Plans", ()):
        yield from _scans(part)


def _rows_read(scan: dict[str, Any]) -> int:
    found = scan["Actual Rows"] + scan.get("Rows Removed by Filter", 0) + scan.get("Rows Removed by Index Recheck", 0)
    return int(found * scan["Actual Loops"])
