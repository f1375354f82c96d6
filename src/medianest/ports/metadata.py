"""What is known of films, series and people elsewhere. Vocabulary: The Movie Database's."""

from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

from medianest.domain.media_request.vocabulary import MediaType
from medianest.ports.locale import Locale

FoundKind = Literal["movie", "tv", "person", "collection"]

ExternalSource = Literal["imdb", "tvdb"]


class Title(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="title"):
    """A film or a series as a search shows it. `poster_path` and `backdrop_path` are TMDB paths ("/x.jpg");
    `release_date` is "YYYY-MM-DD" or None; `vote_average` runs from 0 to 10, and is None where nobody voted."""

    media_type: MediaType
    tmdb_id: int
    title: str
    original_title: str | None = None
    overview: str = ""
    year: int | None = None
    release_date: str | None = None
    poster_path: str | None = None
    backdrop_path: str | None = None
    vote_average: float | None = None
    vote_count: int | None = None
    genre_ids: tuple[int, ...] = ()


class PersonFound(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="person"):
    """Somebody, with their best known titles; `department` is what they mostly do ("Acting")."""

    tmdb_id: int
    name: str
    department: str | None = None
    profile_path: str | None = None
    known_for: tuple[Title, ...] = ()


class CollectionFound(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="collection"):
    """Films that belong together, as a search shows them."""

    tmdb_id: int
    name: str
    overview: str = ""
    poster_path: str | None = None
    backdrop_path: str | None = None


Found = Title | PersonFound | CollectionFound


class SearchPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page as the provider counts pages, from 1; an item says by its type what it is."""

    items: Sequence[Found]
    page: int
    total_pages: int
    total_results: int


class TitlePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a list, as the provider counts pages, from 1."""

    items: Sequence[Title]
    page: int
    total_pages: int
    total_results: int


class Genre(msgspec.Struct, frozen=True, kw_only=True):
    """Films and series have genres of their own, with ids of their own."""

    id: int
    name: str


class Season(msgspec.Struct, frozen=True, kw_only=True):
    """Season 0 holds the specials."""

    number: int
    name: str
    episode_count: int
    air_date: str | None = None
    poster_path: str | None = None
    overview: str = ""


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """`runtime` in minutes; `air_date` is "YYYY-MM-DD", and None or in the future where it was not shown yet."""

    number: int
    name: str
    overview: str = ""
    air_date: str | None = None
    runtime: int | None = None
    still_path: str | None = None
    vote_average: float | None = None


class SeasonDetails(Season, frozen=True, kw_only=True):
    """`tmdb_id` is the series'."""

    tmdb_id: int
    episodes: tuple[Episode, ...] = ()


class CastMember(msgspec.Struct, frozen=True, kw_only=True):
    """`character` is None where it is not known."""

    tmdb_id: int
    name: str
    character: str | None = None
    profile_path: str | None = None


class CrewMember(msgspec.Struct, frozen=True, kw_only=True):
    """One job of somebody: who wrote and directed is there twice."""

    tmdb_id: int
    name: str
    job: str
    department: str | None = None
    profile_path: str | None = None


class WatchProvider(msgspec.Struct, frozen=True, kw_only=True):
    """Who shows things for a subscription, or sells them."""

    tmdb_id: int
    name: str
    logo_path: str | None = None


class Availability(msgspec.Struct, frozen=True, kw_only=True):
    """Where a title can be seen in a region, and the page about it; JustWatch is to be named where this is shown."""

    link: str | None = None
    subscription: tuple[WatchProvider, ...] = ()
    free: tuple[WatchProvider, ...] = ()
    rent: tuple[WatchProvider, ...] = ()
    buy: tuple[WatchProvider, ...] = ()


class Trailer(msgspec.Struct, frozen=True, kw_only=True):
    """`key` is what YouTube calls it."""

    name: str
    key: str
    is_official: bool = False


class TitleDetails(Title, frozen=True, kw_only=True, tag_field="kind", tag="title"):
    """`runtime` in minutes; `seasons` and `created_by` are empty for a film, and a series is in no collection.
    `certification` ("PG-13", "12") and `availability` are those of the region that was asked for. The cast comes with
    the leads first, and the crew with the directors and authors first; neither is complete."""

    genres: tuple[Genre, ...] = ()
    runtime: int | None = None
    tagline: str | None = None
    status: str | None = None
    original_language: str | None = None
    imdb_id: str | None = None
    tvdb_id: int | None = None
    certification: str | None = None
    collection: CollectionFound | None = None
    seasons: tuple[Season, ...] = ()
    created_by: tuple[str, ...] = ()
    cast: tuple[CastMember, ...] = ()
    crew: tuple[CrewMember, ...] = ()
    availability: Availability | None = None
    trailers: tuple[Trailer, ...] = ()


class CollectionDetails(CollectionFound, frozen=True, kw_only=True, tag_field="kind", tag="collection"):
    """`parts` are its films, the oldest first, and those without a date last."""

    parts: tuple[Title, ...] = ()


class Credit(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody was in a title: characters, or jobs."""

    title: Title
    roles: tuple[str, ...] = ()


class PersonDetails(PersonFound, frozen=True, kw_only=True, tag_field="kind", tag="person"):
    """`played_in` and `worked_on` come newest first, what has no date yet in front; each title is once in each.
    Dates are "YYYY-MM-DD"."""

    biography: str = ""
    born_on: str | None = None
    died_on: str | None = None
    born_in: str | None = None
    imdb_id: str | None = None
    played_in: tuple[Credit, ...] = ()
    worked_on: tuple[Credit, ...] = ()


class Metadata(Protocol):
    """Raises `MetadataNotConfigured` without a key and `MetadataUnavailable` when the provider does not answer as it
    should. What the provider has none of is None. `locale` None: the house's own."""

    async def search(
        self,
        query: str,
        *,
        page: int,
        kind: FoundKind | None = None,
        year: int | None = None,
        locale: Locale | None = None,
    ) -> SearchPage:
        """What matches `query`; kind None: all together, in the provider's order. `year` (of the film, or the first
        one of the series) narrows films and series alone: it goes with their kind, and is ignored with others."""

    async def details(
        self, media_type: MediaType, tmdb_id: int, *, locale: Locale | None = None
    ) -> TitleDetails | None: ...

    async def season(self, tmdb_id: int, number: int, *, locale: Locale | None = None) -> SeasonDetails | None:
        """A season of the series `tmdb_id`, with its episodes; 0: its specials."""

    async def collection(self, tmdb_id: int, *, locale: Locale | None = None) -> CollectionDetails | None: ...

    async def person(self, tmdb_id: int, *, locale: Locale | None = None) -> PersonDetails | None: ...

    async def find(
        self, external_id: str, source: ExternalSource, *, media_type: MediaType | None = None
    ) -> tuple[MediaType, int] | None:
        """Which title goes by `external_id` elsewhere ("tt0133093", "121361"). `media_type` says which one is meant
        where a number stands for a film and a series."""
