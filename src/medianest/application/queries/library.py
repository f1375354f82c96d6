"""The libraries of the media servers: their last scans, and what waits for the owner's word."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from medianest.application.queries.bus import Answering
from medianest.application.states import States
from medianest.domain.library import LIBRARY, HeldLibrary, library_id
from medianest.ports.front_door import Query
from medianest.ports.library import LibraryIndex, ScannedLibrary


class LibraryLine(msgspec.Struct, frozen=True, kw_only=True):
    """`question`: so many titles are missing at once that somebody has to say whether they were deleted."""

    library: ScannedLibrary
    question: HeldLibrary | None


@dataclass(frozen=True, slots=True)
class ListLibraries(Query[Sequence[LibraryLine]]):
    """By server and title."""


class LibraryDesk:
    def __init__(self, index: LibraryIndex, states: States) -> None:
        self._index = index
        self._states = states

    def answering(self) -> Answering:
        return {ListLibraries: self.list}

    async def list(self, _query: ListLibraries) -> Sequence[LibraryLine]:
        lines = []
        for one in await self._index.libraries():
            held = await self._states.load(LIBRARY, library_id(one.server, one.uuid))
            lines.append(LibraryLine(library=one, question=held[0]))
        return lines
