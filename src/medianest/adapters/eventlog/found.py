"""What the audit trail makes of the events that it found, whatever it found them in."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar
from uuid import UUID

from medianest.domain.kernel import Recorded
from medianest.ports.audit import Facets
from medianest.ports.views import Page

K = TypeVar("K", str, UUID)


class Kind(NamedTuple):
    """What facets count by."""

    category: str
    tag: str
    actor: UUID


def facets_of(counts: Iterable[tuple[Kind, int]], *, is_all: bool) -> Facets:
    categories: Counter[str] = Counter()
    actions: Counter[str] = Counter()
    actors: Counter[UUID] = Counter()
    for kind, number in counts:
        if number:
            categories[kind.category] += number
            actions[kind.tag] += number
            actors[kind.actor] += number
    return Facets(
        categories=_most_first(categories),
        actions=_most_first(actions),
        actors=_most_first(actors),
        counted=categories.total(),
        is_all=is_all,
    )


def _most_first(counts: Counter[K]) -> dict[K, int]:
    """Those that are equally frequent in the order of their names."""
    return dict(sorted(counts.items(), key=lambda one: (-one[1], str(one[0]))))


def page_of(found: Sequence[Recorded], limit: int) -> Page[Recorded]:
    """Of `limit` + 1 events asked for: those to show, and where it goes on if more follow."""
    items = found[:limit]
    return Page(items=items, next_key=(str(items[-1].position),) if len(found) > limit else None)
