"""What is known of films and series elsewhere. Vocabulary: The Movie Database's."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from medianest.domain.media_request.vocabulary import MediaType


class Title(msgspec.Struct, frozen=True, kw_only=True):
    """A film or a series as a search shows it. `poster_path` and `backdrop_path` are TMDB paths ("/x.jpg");
    `release_date` is "YYYY-MM-DD" or None; `vote_average` runs from 0 to 10."""

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


class Season(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    name: str
    episode_count: int
    air_date: str | None = None
    poster_path: str | None = None


class TitleDetails(Title, frozen=True, kw_only=True):
    """`runtime` in minutes; `seasons` is empty for a film."""

    genres: tuple[str, ...] = ()
    runtime: int | None = None
    tagline: str | None = None
    status: str | None = None
    seasons: tuple[Season, ...] = ()


class TitlePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page as the provider counts pages, from 1."""

    items: Sequence[Title]
    page: int
    total_pages: int
    total_results: int


class Metadata(Protocol):
    """Raises `MetadataNotConfigured` without a key and `MetadataUnavailable` when the provider does not answer."""

    async def search(self, query: str, *, page: int, media_type: MediaType | None) -> TitlePage:
        """Titles that match `query`; people are left out. None: films and series together."""

    async def details(self, media_type: MediaType, tmdb_id: int) -> TitleDetails | None:
        """The title, or None where the provider has none of that id."""
