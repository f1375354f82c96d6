"""Whose turn it is among the libraries of a server, by what became of their last scans."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from medianest.ports.library import ScannedLibrary
from medianest.ports.media_server import Library

NEVER: Final = datetime.min.replace(tzinfo=UTC)


def by_turns(libraries: Sequence[Library], known: Mapping[str, ScannedLibrary], longest: float) -> Sequence[Library]:
    """`libraries` in the order in which to read them, where there may not be time for all: what was healthy longest ago
    first, so that everything has its turn. What took all of the `longest` seconds to no end the last time comes behind
    the others, or it would take them from those every time. `known` is by uuid."""

    def turn(library: Library) -> tuple[bool, datetime]:
        last = known.get(library.uuid)
        if last is None:
            return False, NEVER
        return last.trouble == "too_long" and last.seconds >= longest, last.healthy_at or NEVER

    return sorted(libraries, key=turn)
