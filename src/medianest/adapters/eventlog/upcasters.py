"""From the shape an event was stored in to the shape it has today, one version at a time.

An upcaster takes the body of (tag, schema) as a dict and returns that of (tag, schema + 1). It must not rename a
personal field or the field that names its person: the seal is bound to both.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from medianest.ports.failures import UnreadableEvent

Body = dict[str, Any]
Upcasters = Mapping[tuple[str, int], Callable[[Body], Body]]

UPCASTERS: Final[Upcasters] = {}


def upcast(body: Body, tag: str, *, stored: int, current: int, upcasters: Upcasters) -> Body:
    """`body` of schema `stored` in the shape of schema `current`. Raises UnreadableEvent when a step is missing."""
    if stored > current:
        raise UnreadableEvent(f"{tag} has schema {stored}, this release knows {current}: a newer one wrote it")
    for schema in range(stored, current):
        step = upcasters.get((tag, schema))
        if step is None:
            raise UnreadableEvent(f"{tag} has schema {stored}, and nothing leads from {schema} to {schema + 1}")
        body = step(body)
    return body
