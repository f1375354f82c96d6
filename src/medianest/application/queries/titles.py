"""Films, series, people and collections as the provider knows them, with what became of them here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from medianest.application.asking import TitleNotFound
from medianest.application.asking_collections import CollectionNotFound
from medianest.application.queries.bus import Answering
from medianest.application.queries.titles_seen import Readers, SeasonStanding, Sight, Standing, TitleSeen
from medianest.application.viewer import Viewer
from medianest.domain.kernel import Refused
from medianest.domain.media_request.vocabulary import MediaType
from medianest.ports.front_door import Query
from medianest.ports.metadata import (
    CollectionDetails,
    CollectionFound,
    FoundKind,
    Metadata,
    PersonDetails,
    PersonFound,
    SeasonDetails,
    Title,
    TitleDetails,
)


class NoSuchSeason(Refused):
    code, kind = "no_such_season", "missing"
    text = "The Movie Database knows no such season, or no such series."


class SomebodyNotFound(Refused):
    code, kind = "person_not_found", "missing"
    text = "The Movie Database knows no such person."


class DetailsSeen(msgspec.Struct, frozen=True, kw_only=True):
    """`seasons` maps the number of a season to what became of it here; absent: nothing."""

    title: TitleDetails
    standing: Standing
    seasons: Mapping[int, SeasonStanding]


class SeasonSeen(msgspec.Struct, frozen=True, kw_only=True):
    season: SeasonDetails
    standing: SeasonStanding


class CollectionSeen(msgspec.Struct, frozen=True, kw_only=True):
    collection: CollectionDetails
    parts: Sequence[TitleSeen]


class CreditSeen(msgspec.Struct, frozen=True, kw_only=True):
    seen: TitleSeen
    roles: Sequence[str]


class SomebodySeen(msgspec.Struct, frozen=True, kw_only=True):
    person: PersonDetails
    played_in: Sequence[CreditSeen]
    worked_on: Sequence[CreditSeen]


class FoundSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A page as the provider counts pages, from 1."""

    items: Sequence[TitleSeen | PersonFound | CollectionFound]
    page: int
    total_pages: int
    total_results: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchTitles(Query[FoundSeen]):
    """`found` None: films and series together. `year` narrows films, or series, alone. `language` None: theirs."""

    viewer: Viewer
    text: str
    page: int = 1
    found: FoundKind | None = None
    year: int | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindTitle(Query[DetailsSeen]):
    viewer: Viewer
    media_type: MediaType
    tmdb_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FindSeason(Query[SeasonSeen]):
    viewer: Viewer
    tmdb_id: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FindCollection(Query[CollectionSeen]):
    viewer: Viewer
    tmdb_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FindSomebody(Query[SomebodySeen]):
    viewer: Viewer
    tmdb_id: int


class TitlesDesk:
    def __init__(self, metadata: Metadata, sight: Sight, readers: Readers) -> None:
        self._metadata = metadata
        self._sight = sight
        self._readers = readers

    def answering(self) -> Answering:
        return {
            SearchTitles: self.search,
            FindTitle: self.find,
            FindSeason: self.season,
            FindCollection: self.collection,
            FindSomebody: self.somebody,
        }

    async def search(self, query: SearchTitles) -> FoundSeen:
        locale = self._readers.locale(query.viewer, language=query.language)
        found = await self._metadata.search(
            query.text, page=query.page, kind=query.found, year=query.year, locale=locale
        )
        titles = [item for item in found.items if isinstance(item, Title)]
        seen = iter(await self._sight.of(titles, query.viewer, locale))
        return FoundSeen(
            items=[
                next(seen) if isinstance(item, Title) else item
                for item in found.items
                if query.found is not None or isinstance(item, Title)
            ],
            page=found.page,
            total_pages=found.total_pages,
            total_results=found.total_results,
        )

    async def find(self, query: FindTitle) -> DetailsSeen:
        title = await self._metadata.details(query.media_type, query.tmdb_id, locale=self._readers.locale(query.viewer))
        if title is None:
            raise TitleNotFound
        standing, seasons = await self._sight.of_details(title, query.viewer)
        return DetailsSeen(title=title, standing=standing, seasons=seasons)

    async def season(self, query: FindSeason) -> SeasonSeen:
        locale = self._readers.locale(query.viewer)
        season = await self._metadata.season(query.tmdb_id, query.number, locale=locale)
        # What became of it is read off the series, as on the series' own page.
        series = await self._metadata.details("tv", query.tmdb_id, locale=locale) if season else None
        if season is None or series is None:
            raise NoSuchSeason
        _, seasons = await self._sight.of_details(series, query.viewer)
        return SeasonSeen(season=season, standing=seasons.get(query.number, SeasonStanding()))

    async def collection(self, query: FindCollection) -> CollectionSeen:
        locale = self._readers.locale(query.viewer)
        collection = await self._metadata.collection(query.tmdb_id, locale=locale)
        if collection is None:
            raise CollectionNotFound
        return CollectionSeen(collection=collection, parts=await self._sight.of(collection.parts, query.viewer, locale))

    async def somebody(self, query: FindSomebody) -> SomebodySeen:
        locale = self._readers.locale(query.viewer)
        person = await self._metadata.person(query.tmdb_id, locale=locale)
        if person is None:
            raise SomebodyNotFound
        every = (*person.played_in, *person.worked_on)
        seen = await self._sight.of([credit.title for credit in every], query.viewer, locale)
        shown = [CreditSeen(seen=each, roles=credit.roles) for each, credit in zip(seen, every, strict=True)]
        return SomebodySeen(
            person=person, played_in=shown[: len(person.played_in)], worked_on=shown[len(person.played_in) :]
        )
