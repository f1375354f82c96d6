"""What there is to see that nobody has searched for, with what became of it here."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from medianest.application.asking import TitleNotFound
from medianest.application.queries.bus import Answering
from medianest.application.queries.titles_seen import Readers, Sight, TitleSeen
from medianest.application.viewer import Viewer
from medianest.domain.media_request.vocabulary import MediaType
from medianest.ports.discovery import Discovery, NamedList, Relation
from medianest.ports.front_door import Query
from medianest.ports.locale import Locale
from medianest.ports.metadata import Genre, TitlePage, WatchProvider


class TitlesSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A page as the provider counts pages, from 1."""

    items: Sequence[TitleSeen]
    page: int
    total_pages: int
    total_results: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTitles(Query[TitlesSeen]):
    """`media_type` None: both where films and series trend together, elsewhere films."""

    viewer: Viewer
    name: NamedList
    media_type: MediaType | None = None
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseTitles(Query[TitlesSeen]):
    """`region` None: theirs."""

    viewer: Viewer
    media_type: MediaType
    genre_id: int | None = None
    provider_id: int | None = None
    region: str | None = None
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedTitles(Query[TitlesSeen]):
    viewer: Viewer
    media_type: MediaType
    tmdb_id: int
    relation: Relation
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ListGenres(Query[Sequence[Genre]]):
    viewer: Viewer
    media_type: MediaType


@dataclass(frozen=True, slots=True, kw_only=True)
class ListProviders(Query[Sequence[WatchProvider]]):
    """`region` None: theirs."""

    viewer: Viewer
    media_type: MediaType
    region: str | None = None


class DiscoveryDesk:
    def __init__(self, discovery: Discovery, sight: Sight, readers: Readers) -> None:
        self._discovery = discovery
        self._sight = sight
        self._readers = readers

    def answering(self) -> Answering:
        return {
            ListTitles: self.listed,
            ChooseTitles: self.chosen,
            RelatedTitles: self.related,
            ListGenres: self.genres,
            ListProviders: self.providers,
        }

    async def listed(self, query: ListTitles) -> TitlesSeen:
        locale = self._readers.locale(query.viewer)
        page = await self._discovery.listed(query.name, query.media_type, page=query.page, locale=locale)
        return await self._shown(page, query.viewer, locale)

    async def chosen(self, query: ChooseTitles) -> TitlesSeen:
        locale = self._readers.locale(query.viewer, region=query.region)
        page = await self._discovery.chosen(
            query.media_type,
            page=query.page,
            genre_id=query.genre_id,
            provider_id=query.provider_id,
            locale=locale,
        )
        return await self._shown(page, query.viewer, locale)

    async def related(self, query: RelatedTitles) -> TitlesSeen:
        locale = self._readers.locale(query.viewer)
        page = await self._discovery.related(
            query.media_type, query.tmdb_id, query.relation, page=query.page, locale=locale
        )
        if page is None:
            raise TitleNotFound
        return await self._shown(page, query.viewer, locale)

    async def genres(self, query: ListGenres) -> Sequence[Genre]:
        return await self._discovery.genres(query.media_type, locale=self._readers.locale(query.viewer))

    async def providers(self, query: ListProviders) -> Sequence[WatchProvider]:
        locale = self._readers.locale(query.viewer, region=query.region)
        return await self._discovery.providers(query.media_type, locale=locale)

    async def _shown(self, page: TitlePage, viewer: Viewer, locale: Locale) -> TitlesSeen:
        return TitlesSeen(
            items=await self._sight.of(page.items, viewer, locale),
            page=page.page,
            total_pages=page.total_pages,
            total_results=page.total_results,
        )
