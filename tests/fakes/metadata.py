"""`Metadata` in memory."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from medianest.domain.media_request.vocabulary import MediaType
from medianest.ports.failures import MetadataUnavailable, Unavailable
from medianest.ports.locale import Locale
from medianest.ports.metadata import (
    CollectionDetails,
    CollectionFound,
    Credit,
    Episode,
    ExternalSource,
    Found,
    FoundKind,
    PersonDetails,
    PersonFound,
    SearchPage,
    Season,
    SeasonDetails,
    Title,
    TitleDetails,
)

FILM = TitleDetails(
    media_type="movie",
    tmdb_id=1000,
    title="The Cartographer's Daughter",
    year=1985,
    release_date="1985-05-21",
    poster_path="/film.jpg",
    runtime=90,
    imdb_id="tt7001000",
    collection=CollectionFound(tmdb_id=9000, name="The Cartographer Collection"),
)
OTHER_FILMS = (
    TitleDetails(media_type="movie", tmdb_id=1003, title="Northward, Slowly", release_date="1988-08-24"),
    TitleDetails(media_type="movie", tmdb_id=1007, title="The Glass Orchard", release_date="1992-12-28"),
)
SERIES = TitleDetails(
    media_type="tv",
    tmdb_id=1003,
    title="Kingdom of Moss",
    year=1988,
    poster_path="/series.jpg",
    tvdb_id=1_001_003,
    imdb_id="tt8001003",
    seasons=tuple(Season(number=number, name=f"Season {number}", episode_count=8) for number in (1, 2, 3, 4)),
)
COLLECTION = CollectionDetails(
    tmdb_id=9000,
    name="The Cartographer Collection",
    parts=tuple(msgspec.convert(msgspec.to_builtins(film), Title) for film in (FILM, *OTHER_FILMS)),
)
PERSON = PersonDetails(
    tmdb_id=516,
    name="Milos Kovar",
    department="Acting",
    played_in=(Credit(title=COLLECTION.parts[0], roles=("Ada",)),),
)
PAGE_SIZE = 20
Shown = TypeVar("Shown", Title, PersonFound, CollectionFound)


class FakeMetadata:
    """Implements `Metadata` over `titles`, `collections` and `people`. While `outage` is set, every method raises it;
    `calls` counts them."""

    def __init__(self, *titles: TitleDetails) -> None:
        self.titles = {(each.media_type, each.tmdb_id): each for each in titles or (FILM, SERIES)}
        self.collections = {COLLECTION.tmdb_id: COLLECTION}
        self.people = {PERSON.tmdb_id: PERSON}
        self.outage: Unavailable | None = None
        self.calls = 0

    def break_down(self) -> None:
        self.outage = MetadataUnavailable()

    async def search(
        self,
        query: str,
        *,
        page: int,
        kind: FoundKind | None = None,
        year: int | None = None,
        locale: Locale | None = None,
    ) -> SearchPage:
        self._answer()
        words = query.casefold().split()
        every: Sequence[tuple[str, str, Found]] = [
            *((each.media_type, each.title, _plain(each, Title)) for each in self.titles.values()),
            *(("collection", each.name, _plain(each, CollectionFound)) for each in self.collections.values()),
            *(("person", each.name, _plain(each, PersonFound)) for each in self.people.values()),
        ]
        found = [
            each
            for its_kind, name, each in every
            if words and all(word in name.casefold() for word in words)
            if kind == its_kind or (kind is None and its_kind != "collection")
            if year is None or not isinstance(each, Title) or kind is None or each.year == year
        ]
        start = (page - 1) * PAGE_SIZE
        return SearchPage(
            items=found[start : start + PAGE_SIZE],
            page=page,
            total_pages=-(-len(found) // PAGE_SIZE),
            total_results=len(found),
        )

    async def details(
        self, media_type: MediaType, tmdb_id: int, *, locale: Locale | None = None
    ) -> TitleDetails | None:
        self._answer()
        return self.titles.get((media_type, tmdb_id))

    async def season(self, tmdb_id: int, number: int, *, locale: Locale | None = None) -> SeasonDetails | None:
        self._answer()
        series = self.titles.get(("tv", tmdb_id))
        season = next((each for each in series.seasons if each.number == number), None) if series else None
        if season is None:
            return None
        episodes = (Episode(number=each + 1, name=f"Episode {each + 1}") for each in range(season.episode_count))
        return SeasonDetails(**msgspec.structs.asdict(season), tmdb_id=tmdb_id, episodes=tuple(episodes))

    async def collection(self, tmdb_id: int, *, locale: Locale | None = None) -> CollectionDetails | None:
        self._answer()
        return self.collections.get(tmdb_id)

    async def person(self, tmdb_id: int, *, locale: Locale | None = None) -> PersonDetails | None:
        self._answer()
        return self.people.get(tmdb_id)

    async def find(
        self, external_id: str, source: ExternalSource, *, media_type: MediaType | None = None
    ) -> tuple[MediaType, int] | None:
        self._answer()
        named = (
            key
            for key, each in self.titles.items()
            if external_id in (each.imdb_id if source == "imdb" else str(each.tvdb_id),)
        )
        return next((key for key in named if media_type in (None, key[0])), None)

    def _answer(self) -> None:
        self.calls += 1
        if self.outage is not None:
            raise self.outage


def _plain(detailed: msgspec.Struct, shape: type[Shown]) -> Shown:
    """What a search shows of it."""
    return msgspec.convert(msgspec.to_builtins(detailed), shape)
