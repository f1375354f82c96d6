"""What is parked, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from medianest.application.people import PeopleBook
from medianest.application.queries.bus import Answering
from medianest.application.queries.lines import AuditLine, line_of
from medianest.application.unparking import ParkedNotFound
from medianest.ports.event_log import EventLog
from medianest.ports.front_door import Query
from medianest.ports.parked import Parked, ParkedEvents
from medianest.ports.views import Page


class ParkedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A parked event, and what it says."""

    parked: Parked
    event: AuditLine


@dataclass(frozen=True, slots=True, kw_only=True)
class ListParked(Query[Page[ParkedLine]]):
    """The first of each stream and reaction, oldest first."""

    limit: int = 20
    after: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindParked(Query[ParkedLine]):
    reaction: str
    position: int


class ParkedDesk:
    def __init__(self, parked: ParkedEvents, log: EventLog, people: PeopleBook) -> None:
        self._parked = parked
        self._log = log
        self._people = people

    def answering(self) -> Answering:
        return {ListParked: self.list, FindParked: self.find}

    async def list(self, query: ListParked) -> Page[ParkedLine]:
        page = await self._parked.list(limit=query.limit, after=query.after)
        lines = await self._lines([parked.position for parked in page.items])
        items = [ParkedLine(parked=parked, event=lines[parked.position]) for parked in page.items]
        return Page(items=items, next_key=page.next_key)

    async def find(self, query: FindParked) -> ParkedLine:
        """Raises ParkedNotFound."""
        parked = await self._parked.find(query.reaction, query.position)
        if parked is None:
            raise ParkedNotFound
        return ParkedLine(parked=parked, event=(await self._lines([parked.position]))[parked.position])

    async def _lines(self, positions: Sequence[int]) -> Mapping[int, AuditLine]:
        return {each.position: line_of(each, self._people) for each in await self._log.read_positions(positions)}
