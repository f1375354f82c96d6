"""Who did what, when and why."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from medianest.application.criteria import TooMany, criteria_of, texts_in
from medianest.application.narrowing import both
from medianest.application.people import PeopleBook
from medianest.application.phrase import terms_of
from medianest.application.queries.bus import Answering
from medianest.application.queries.lines import AuditLine, line_of
from medianest.ports.audit import AuditFilter, AuditTrail, Facets
from medianest.ports.front_door import Query
from medianest.ports.views import Page, RequestBoard

TITLES: Final = 500
"""Requests that one text may mean."""

COUNTED: Final = 5000
"""Events that facets are counted over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPhrase(Query[AuditFilter]):
    """The filter that fits `criteria` and what `phrase` means when `me` asks. Raises PhraseInvalid."""

    phrase: str
    me: UUID | None = None
    criteria: AuditFilter = field(default_factory=AuditFilter)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAudit(Query[Page[AuditLine]]):
    """The newest first, before the position `before`."""

    criteria: AuditFilter = field(default_factory=AuditFilter)
    limit: int = 20
    before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAudit(Query[Sequence[AuditLine]]):
    """At most `limit` lines, the oldest first, with `after` < position <= `until`."""

    criteria: AuditFilter = field(default_factory=AuditFilter)
    after: int = 0
    until: int | None = None
    limit: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CountAudit(Query[Facets]):
    """Over the newest `COUNTED` that fit."""

    criteria: AuditFilter = field(default_factory=AuditFilter)


class AuditDesk:
    def __init__(self, trail: AuditTrail, board: RequestBoard, people: PeopleBook) -> None:
        self._trail = trail
        self._board = board
        self._people = people

    def answering(self) -> Answering:
        return {ReadPhrase: self.read_phrase, ListAudit: self.list, ReadAudit: self.read, CountAudit: self.count}

    async def read_phrase(self, query: ReadPhrase) -> AuditFilter:
        terms = terms_of(query.phrase)
        if not terms:
            return query.criteria
        await self._people.catch_up()
        titles = {text: await self._board.with_words(text, limit=TITLES + 1) for text in set(texts_in(terms))}
        return both(query.criteria, criteria_of(terms, _Known(query.me, self._people, titles)))

    async def list(self, query: ListAudit) -> Page[AuditLine]:
        page = await self._trail.latest(query.criteria, limit=query.limit, before=query.before)
        return Page(items=[line_of(recorded, self._people) for recorded in page.items], next_key=page.next_key)

    async def read(self, query: ReadAudit) -> Sequence[AuditLine]:
        found = await self._trail.onward(query.criteria, after=query.after, until=query.until, limit=query.limit)
        return [line_of(recorded, self._people) for recorded in found]

    async def count(self, query: CountAudit) -> Facets:
        return await self._trail.facets(query.criteria, at_most=COUNTED)


@dataclass(frozen=True, slots=True)
class _Known:
    """Implements Known."""

    me: UUID | None
    book: PeopleBook
    found: Mapping[str, Collection[UUID]]

    def people(self, text: str) -> frozenset[UUID]:
        return self.book.called(text)

    def titles(self, text: str) -> frozenset[UUID]:
        found = self.found[text]
        if len(found) > TITLES:
            raise TooMany
        return frozenset(found)
