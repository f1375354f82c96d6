"""A question to the audit trail as SQL: the one place where a filter becomes a query.

One part of the filter drives, the most selective first: it finds the newest (or oldest) positions that fit by walking
an index in the order of positions, and the other parts are checked on the way. Several values make one walk each, of
which the first few are merged: a condition on all of them at once would walk past everything else in the log. Someone's
events are walked by tag, since the tags are a closed list and the index is on (actor, tag, position). So the answer
takes as long in a long log as in a short one. `tests/contract/audit_trail` holds the plans.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from medianest.adapters.eventlog.rows import COLUMNS
from medianest.ports.audit import AuditFilter

Conditions = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Which matches, and in which order: at most `limit` with `after` < position <= `until`."""

    limit: int
    is_newest_first: bool
    after: int | None = None
    until: int | None = None

    @property
    def order(self) -> str:
        return f"{'DESC' if self.is_newest_first else 'ASC'} LIMIT {self.limit}"


def events_asked(criteria: AuditFilter, stretch: Stretch, tags: Collection[str]) -> tuple[str, dict[str, Any]]:
    """A query for the rows of the events (`COLUMNS`), and its parameters. `tags` is the whole catalogue."""
    positions, parameters = _positions(criteria, stretch, tags)
    # An array, so that whatever the planner believes of the walks inside, each row is looked up by its position.
    found = f"SELECT {COLUMNS} FROM events WHERE position = ANY(ARRAY({positions}))"
    return f"{found} ORDER BY position {'DESC' if stretch.is_newest_first else 'ASC'}", parameters


def streams_asked(criteria: AuditFilter, stretch: Stretch, tags: Collection[str]) -> tuple[str, dict[str, Any]]:
    """A query for the ids of the streams that the events are of."""
    positions, parameters = _positions(criteria, stretch, tags)
    return f"SELECT DISTINCT stream_id FROM events WHERE position = ANY(ARRAY({positions}))", parameters


def counts_asked(criteria: AuditFilter, stretch: Stretch, tags: Collection[str]) -> tuple[str, dict[str, Any]]:
    """A query for (category, tag, actor, number of events, position of the oldest of them)."""
    positions, parameters = _positions(criteria, stretch, tags)
    found = f"FROM events WHERE position = ANY(ARRAY({positions}))"
    return f"SELECT category, tag, actor, count(*), min(position) {found} GROUP BY category, tag, actor", parameters


def _positions(criteria: AuditFilter, stretch: Stretch, tags: Collection[str]) -> tuple[str, dict[str, Any]]:
    conditions, parameters = _conditions(criteria, stretch)
    parameters["every_tag"] = sorted(tags if criteria.tags is None else criteria.tags)
    return f"{_driven(conditions, stretch.order)} ORDER BY position {stretch.order}", parameters


def _driven(conditions: Conditions, order: str) -> str:
    """The positions by the most selective of `conditions`."""
    match next((name for name in _DRIVERS if name in conditions), None):
        case "correlation" | "session":
            return f"SELECT position FROM events{_where(conditions)}"
        case "causation":
            # Few events share a cause. Sorted apart, or the planner might walk all positions until it meets them.
            return f"SELECT position FROM (SELECT position FROM events{_where(conditions)} OFFSET 0) AS caused"
        case "streams":
            return _of_streams("streams", _without(conditions, "streams"), order)
        case "about_0":
            rest = _without(conditions, "about_0")
            of_streams, of_actors = _of_streams("about_0", rest, order), _of_actors("about_0", rest, order)
            return f"SELECT position FROM ({of_streams} UNION {of_actors}) AS about"
        case "actors":
            return _of_actors("actors", _without(conditions, "actors"), order)
        case "tags":
            walk = f"SELECT position FROM events{_where(_without(conditions, 'tags'), 'tag = wanted.tag')}"
            return (
                "SELECT position FROM unnest(%(tags)s::text[]) AS wanted(tag) "
                f"CROSS JOIN LATERAL ({walk} ORDER BY position {order}) AS walked"
            )
        case _:
            return f"SELECT position FROM events{_where(conditions)}"


def _of_streams(name: str, rest: Conditions, order: str) -> str:
    # Within a stream, versions and positions grow together.
    walk = f"SELECT position FROM events{_where(rest, 'stream_id = wanted.stream_id')} ORDER BY version {order}"
    wanted = f"unnest(%({name})s::uuid[]) AS wanted(stream_id)"
    return f"SELECT position FROM {wanted} CROSS JOIN LATERAL ({walk}) AS walked"


def _of_actors(name: str, rest: Conditions, order: str) -> str:
    """Those that never did anything are left out first: of `about`, most are no people."""
    walk = _where(_along_actors(_without(rest, "tags")))
    actors = (
        f"SELECT actor FROM unnest(%({name})s::uuid[]) AS named(actor) "
        "WHERE EXISTS (SELECT FROM events WHERE events.actor = named.actor)"
    )
    pairs = f"(SELECT actor, tag FROM ({actors}) AS acting CROSS JOIN unnest(%(every_tag)s::text[]) AS each(tag))"
    direction = "DESC" if order.startswith("DESC") else "ASC"
    in_order = f"ORDER BY actor {direction}, tag {direction}, position {order}"
    return (
        f"SELECT position FROM {pairs} AS wanted "
        f"CROSS JOIN LATERAL (SELECT position FROM events{walk} {in_order}) AS walked"
    )


def _along_actors(conditions: Conditions) -> Conditions:
    """With bounds that the index on (actor, tag, position) alone can hold. Were actor and tag compared by themselves,
    the planner might walk the index on (tag, position) through what everybody else did. One bound at each end: of
    several, the walk would begin at any."""
    least, most = ["0"], ["9223372036854775807"]
    for sign, _, position in (
        conditions[name].removeprefix("position ").partition(" ") for name in _bounds(conditions)
    ):
        (most if sign == "<=" else least).append(f"{position} + 1" if sign == ">" else position)
    rest = {name: condition for name, condition in conditions.items() if name not in _BOUNDS}
    rest["least"] = f"(actor, tag, position) >= (wanted.actor, wanted.tag, greatest({', '.join(least)}))"
    rest["most"] = f"(actor, tag, position) <= (wanted.actor, wanted.tag, least({', '.join(most)}))"
    return rest


def _bounds(conditions: Conditions) -> Collection[str]:
    return [name for name in conditions if name in _BOUNDS]


_BOUNDS: Final = frozenset({"after", "until", "since", "before"})

_DRIVERS: Final = ("correlation", "causation", "streams", "about_0", "session", "actors", "tags")

# Recording times never decrease with the position, so a time is a position, which every index holds.
_SINCE: Final = """position >= coalesce((SELECT position FROM events WHERE recorded_at >= %(since)s
ORDER BY recorded_at, position LIMIT 1), 9223372036854775807)"""
_BEFORE: Final = """position <= coalesce((SELECT position FROM events WHERE recorded_at < %(before)s
ORDER BY recorded_at DESC, position DESC LIMIT 1), 0)"""


def _conditions(criteria: AuditFilter, stretch: Stretch) -> tuple[dict[str, str], dict[str, Any]]:
    """What every event must fulfil, by the name of the parameter that it speaks of."""
    every = [
        ("correlation", criteria.correlation, "correlation_id = %(correlation)s"),
        ("causation", criteria.causation, "causation_id = %(causation)s"),
        ("streams", _list(criteria.streams), "stream_id = ANY(%(streams)s)"),
        *(
            (f"about_{number}", list(ids), f"(stream_id = ANY(%(about_{number})s) OR actor = ANY(%(about_{number})s))")
            for number, ids in enumerate(criteria.about)
        ),
        ("actors", _list(criteria.actors), "actor = ANY(%(actors)s)"),
        ("tags", _list(criteria.tags), "tag = ANY(%(tags)s)"),
        ("without_actors", list(criteria.without_actors) or None, "actor <> ALL(%(without_actors)s)"),
        ("without_streams", list(criteria.without_streams) or None, "stream_id <> ALL(%(without_streams)s)"),
        ("session", criteria.session, "session_id = %(session)s"),
        ("after", stretch.after, "position > %(after)s"),
        ("until", stretch.until, "position <= %(until)s"),
        ("since", criteria.since, _SINCE),
        ("before", criteria.until, _BEFORE),
    ]
    given = [(name, value, condition) for name, value, condition in every if value is not None]
    return {name: condition for name, _, condition in given}, {name: value for name, value, _ in given}


def _list(values: Collection[Any] | None) -> list[Any] | None:
    return None if values is None else list(values)


def _where(conditions: Conditions, *more: str) -> str:
    every = [*more, *conditions.values()]
    return f" WHERE {' AND '.join(every)}" if every else ""


def _without(conditions: Conditions, name: str) -> Conditions:
    return {other: condition for other, condition in conditions.items() if other != name}
