"""Parts of filters of the audit trail: what stored names mean, and what fits two filters at once."""

from collections.abc import Collection, Sequence
from typing import Final, TypeVar

from medianest.application.phrase import suggestion
from medianest.domain.catalog import AGGREGATES, EVENT_TYPES
from medianest.ports.audit import AuditFilter

T = TypeVar("T")

NOTHING: Final = AuditFilter(tags=frozenset())
"""What no event fits."""


class UnknownName(ValueError):
    """No action or category has this name. The text says which come close."""


def tags_of_action(pattern: str) -> frozenset[str]:
    """The stored names that `pattern` means: one of them, or several by `*`. Raises UnknownName."""
    tags = _named(pattern, EVENT_TYPES)
    if not tags:
        hint = suggestion(pattern.lower(), tuple(EVENT_TYPES))
        raise UnknownName(f"no event has such a name.{hint} media_request.approved is one, media_request.* several.")
    return frozenset(tags)


def tags_of_category(pattern: str) -> frozenset[str]:
    """The stored names of what happens to such things: of one category, or of several by `*`. Raises UnknownName."""
    categories = _named(pattern, AGGREGATES)
    if not categories:
        hint = suggestion(pattern.lower(), tuple(AGGREGATES))
        raise UnknownName(f"there is no such category.{hint} There are {', '.join(AGGREGATES)}.")
    return frozenset(event.tag for category in categories for event in AGGREGATES[category].events)


def _named(pattern: str, names: Collection[str]) -> list[str]:
    first, *rest = pattern.lower().split("*")
    return [name for name in names if (_fits(name, first, rest) if rest else name == first)]


def _fits(name: str, first: str, rest: Sequence[str]) -> bool:
    """Whether these parts follow one another in `name`, from its beginning to its end. Each is taken where it comes
    first, so nothing is tried twice: a regular expression of a hundred stars would not end in our lifetime."""
    *between, last = rest
    if not name.startswith(first):
        return False
    place = len(first)
    for part in between:
        if (found := name.find(part, place)) < 0:
            return False
        place = found + len(part)
    return name.endswith(last) and place + len(last) <= len(name)


def both(one: AuditFilter, other: AuditFilter) -> AuditFilter:
    """What fits the two of them."""
    if any(
        None not in (mine, its) and mine != its
        for mine, its in (
            (one.correlation, other.correlation),
            (one.causation, other.causation),
            (one.session, other.session),
        )
    ):
        return NOTHING
    return AuditFilter(
        actors=_shared(one.actors, other.actors),
        tags=_shared(one.tags, other.tags),
        streams=_shared(one.streams, other.streams),
        about=one.about + other.about,
        without_actors=one.without_actors | other.without_actors,
        without_streams=one.without_streams | other.without_streams,
        correlation=one.correlation or other.correlation,
        causation=one.causation or other.causation,
        session=one.session or other.session,
        since=max((at for at in (one.since, other.since) if at is not None), default=None),
        until=min((at for at in (one.until, other.until) if at is not None), default=None),
    )


def _shared(one: frozenset[T] | None, other: frozenset[T] | None) -> frozenset[T] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other
