"""First pages of the audit trail, timed in the database by EXPLAIN ANALYZE, in logs of different lengths."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from statistics import median
from typing import Any, Final, LiteralString

from psycopg import AsyncConnection

from benchmarks.report import Table, milliseconds
from medianest.adapters.eventlog.asking import Stretch, counts_asked, events_asked
from medianest.adapters.eventlog.connection import connect
from medianest.application.narrowing import tags_of_action, tags_of_category
from medianest.domain.catalog import EVENT_TYPES
from medianest.domain.kernel import SYSTEM
from medianest.ports.audit import AuditFilter

ROUNDS: Final = 7
PAGE: Final = Stretch(limit=21, is_newest_first=True)
COUNTED: Final = Stretch(limit=5001, is_newest_first=True)
TAGS: Final = tuple(EVENT_TYPES)

PERSON: Final = "SELECT actor FROM events WHERE actor <> %s GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
STREAM: Final = (
    "SELECT stream_id FROM events WHERE category = 'media_request' GROUP BY 1 ORDER BY max(version) DESC LIMIT 1"
)
CLICK: Final = """SELECT correlation_id, causation_id FROM events WHERE causation_id IS NOT NULL
AND position > (SELECT max(position) / 2 FROM events) ORDER BY position LIMIT 1"""
SESSION: Final = "SELECT session_id FROM events WHERE session_id IS NOT NULL ORDER BY position LIMIT 1"
MIDDLE: Final = "SELECT recorded_at FROM events WHERE position = (SELECT max(position) / 2 FROM events)"
TITLES: Final = """SELECT stream_id FROM events WHERE tag = 'media_request.submitted'
AND position > (SELECT max(position) / 2 FROM events) ORDER BY position LIMIT 100"""


async def measure(logs: Mapping[int, str], made: str = "") -> Table:
    """In these logs, by how many events each holds, the shortest first; `made` says how, for the note."""
    times: dict[str, list[float]] = {}
    indexes: dict[str, str] = {}
    for url in logs.values():
        async with await connect(url, "benchmark") as connection:
            await connection.execute("VACUUM ANALYZE events")
            for name, (query, parameters) in (await _questions(connection)).items():
                seconds, plan = await _timed(connection, query, parameters)
                times.setdefault(name, []).append(seconds)
                indexes[name] = ", ".join(sorted(set(_indexes(plan))))
    rows = [
        [name, indexes[name], *(milliseconds(one) for one in several), f"{several[-1] / several[0]:.1f}"]
        for name, several in times.items()
    ]
    note = (
        f"The first 20 of what fits, newest first, planning included: EXPLAIN ANALYZE, medians of {ROUNDS}. The person "
        f"and the request are those with most events. {made}"
    ).rstrip()
    columns = ("question", "indexes", *(f"{events:,} events" for events in logs), "ratio")
    return Table("Asking who did what", note, columns, rows)


async def _questions(connection: AsyncConnection[Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    ((person,),) = await _fetch(connection, PERSON, SYSTEM)
    ((stream,),) = await _fetch(connection, STREAM)
    ((click, cause),) = await _fetch(connection, CLICK)
    ((session,),) = await _fetch(connection, SESSION)
    ((middle,),) = await _fetch(connection, MIDDLE)
    titles = frozenset(stream for (stream,) in await _fetch(connection, TITLES))
    somebody, requests = frozenset({person}), tags_of_category("media_request")
    week = {"since": middle, "until": middle + timedelta(days=7)}
    approved = tags_of_action("media_request.approved")
    criteria = {
        "everything": AuditFilter(),
        "actor:": AuditFilter(actors=somebody),
        "actor:system": AuditFilter(actors=frozenset({SYSTEM})),
        "stream:": AuditFilter(streams=frozenset({stream})),
        "action:": AuditFilter(tags=approved),
        "category:": AuditFilter(tags=requests),
        "correlation:": AuditFilter(correlation=click),
        "causation:": AuditFilter(causation=cause),
        "session:": AuditFilter(session=session),
        "created: a week": AuditFilter(**week),
        "actor: action:": AuditFilter(actors=somebody, tags=approved),
        "actor: category:": AuditFilter(actors=somebody, tags=requests),
        "actor: created:": AuditFilter(actors=somebody, **week),
        "category: created:": AuditFilter(tags=requests, **week),
        "stream: action:": AuditFilter(streams=frozenset({stream}), tags=approved),
        "-category:": AuditFilter(tags=frozenset(TAGS) - requests),
        "-actor:system": AuditFilter(without_actors=frozenset({SYSTEM})),
        "text in 100 titles or a name": AuditFilter(about=(titles | somebody,)),
        "actor: and text": AuditFilter(actors=somebody, about=(titles,)),
    }
    questions = {name: events_asked(one, PAGE, TAGS) for name, one in criteria.items()}
    questions["facets of 5,000: actor:"] = counts_asked(criteria["actor:"], COUNTED, TAGS)
    questions["facets of 5,000: category:"] = counts_asked(criteria["category:"], COUNTED, TAGS)
    return questions


async def _fetch(connection: AsyncConnection[Any], query: LiteralString, *values: Any) -> Sequence[tuple[Any, ...]]:
    return await (await connection.execute(query, values)).fetchall()


async def _timed(
    connection: AsyncConnection[Any], query: str, parameters: Mapping[str, Any]
) -> tuple[float, dict[str, Any]]:
    """Seconds of planning and carrying out, and the plan."""
    explained = f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {query}".encode()
    taken = []
    for _ in range(ROUNDS):
        cursor = await connection.execute(explained, parameters, prepare=False)
        ((answer,),) = await cursor.fetchall()
        taken.append((answer[0]["Planning Time"] + answer[0]["Execution Time"]) / 1000)
    return median(taken), answer[0]["Plan"]


def _indexes(plan: dict[str, Any]) -> Iterator[str]:
    """The names of the indexes that were used; `Seq Scan` where the log was read from one end to the other."""
    if plan["Node Type"] == "Seq Scan":
        yield plan["Node Type"]
    if "Index Name" in plan:
        yield plan["Index Name"].removeprefix("events_")
    for part in plan.get("Plans", ()):
        yield from _indexes(part)
