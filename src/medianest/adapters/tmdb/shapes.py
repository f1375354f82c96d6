"""TMDB's lists, and how they become our words: titles, people and collections, page by page.

Source of the shapes: TMDB's OpenAPI document, and the answers that it quotes.
"""

from typing import Any, Literal

import msgspec

from medianest.adapters.tmdb.fields import (
    LARGEST_ID,
    LONGEST_TEXT,
    converted,
    count,
    day,
    decode,
    dicts,
    image,
    inner,
    name,
    number,
    text,
    vote,
)
from medianest.domain.media_request.vocabulary import MediaType
from medianest.ports.metadata import (
    CollectionFound,
    Found,
    FoundKind,
    Genre,
    PersonFound,
    SearchPage,
    Title,
    TitlePage,
    WatchProvider,
)

LAST_PAGE = 500
"""TMDB serves no page beyond this one."""
MOST_VOTES = 10**9
MOST_GENRES = 50
MOST_PROVIDERS = 1000


class _Page(msgspec.Struct):
    results: list[Any]
    page: int = 1
    total_pages: int = 0
    total_results: int = 0

    def figures(self) -> dict[Literal["page", "total_pages", "total_results"], int]:
        return {
            "page": min(max(self.page, 1), LAST_PAGE),
            "total_pages": min(max(self.total_pages, 0), LAST_PAGE),
            "total_results": max(self.total_results, 0),
        }


class _Refusal(msgspec.Struct):
    status_code: int


class _GenreList(msgspec.Struct):
    genres: list[Any]


class _ProviderList(msgspec.Struct):
    results: list[Any]


class _FindAnswer(msgspec.Struct):
    movie_results: list[Any]
    tv_results: list[Any]


class Seen(msgspec.Struct):
    """One title, in a list or by itself. Films say `title` and `release_date`, series `name` and `first_air_date`."""

    id: int
    media_type: str | None = None
    adult: bool | None = None
    title: str | None = None
    name: str | None = None
    original_title: str | None = None
    original_name: str | None = None
    overview: Any = None
    release_date: Any = None
    first_air_date: Any = None
    poster_path: Any = None
    backdrop_path: Any = None
    vote_average: Any = None
    vote_count: Any = None
    genre_ids: Any = None


class Genres(msgspec.Struct, frozen=True):
    items: tuple[Genre, ...]


class Providers(msgspec.Struct, frozen=True):
    items: tuple[WatchProvider, ...]


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """Whom an id of somebody else's stands for at TMDB."""

    movie: int | None = None
    tv: int | None = None


def search_from(body: bytes, kind: FoundKind | None) -> SearchPage:
    """A search answer, without items that make no sense or are of a kind unknown here. Raises Nonsense."""
    answer = decode(body, _Page)
    found = (_found(item, kind or inner(item, "media_type")) for item in answer.results)
    return SearchPage(items=[item for item in found if item is not None], **answer.figures())


def page_from(body: bytes, media_type: MediaType | None) -> TitlePage:
    """A list of titles; media_type None: each says what it is, and people are left out. Raises Nonsense."""
    answer = decode(body, _Page)
    titles = (title(item, media_type) for item in answer.results)
    return TitlePage(items=[each for each in titles if each is not None], **answer.figures())


def check_missing(body: bytes) -> None:
    """A 404 counts as "no such title" only in TMDB's own words; anybody else's means a wrong address. Raises
    Nonsense."""
    decode(body, _Refusal)


def genres_from(body: bytes) -> Genres:
    """Raises Nonsense."""
    return Genres(genres(decode(body, _GenreList).genres))


def providers_from(body: bytes, region: str) -> Providers:
    """In the order in which they are shown in `region`. Raises Nonsense."""

    def place(entry: dict[str, Any]) -> int:
        shown = count(inner(entry, "display_priorities", region))
        return MOST_PROVIDERS if shown is None else shown

    return Providers(providers(sorted(dicts(decode(body, _ProviderList).results, 2000), key=place)))


def findings_from(body: bytes) -> Findings:
    """Raises Nonsense."""
    answer = decode(body, _FindAnswer)
    film, series = (
        next((found.tmdb_id for item in items if (found := title(item, kind)) is not None), None)
        for items, kind in ((answer.movie_results, "movie"), (answer.tv_results, "tv"))
    )
    return Findings(movie=film, tv=series)


def _found(item: Any, kind: Any) -> Found | None:
    match kind:
        case "movie" | "tv":
            return title(item, kind)
        case "person":
            return person(item)
        case "collection":
            return collection(item)
        case _:
            return None


def title(item: Any, media_type: Any) -> Title | None:
    seen = converted(item, Seen)
    if seen is None or seen.adult:
        return None
    kind = media_type or seen.media_type
    if kind not in ("movie", "tv"):
        return None
    fields = title_fields(seen, "movie" if kind == "movie" else "tv")
    return None if fields is None else Title(**fields)


def person(item: Any) -> PersonFound | None:
    tmdb_id, called = number(inner(item, "id")), name(inner(item, "name")) or name(inner(item, "original_name"))
    if tmdb_id is None or called is None or item.get("adult") is True:
        return None
    known = (title(each, None) for each in dicts(item.get("known_for"), 20))
    return PersonFound(
        tmdb_id=tmdb_id,
        name=called,
        department=text(item.get("known_for_department"), 50),
        profile_path=image(item.get("profile_path")),
        known_for=tuple(each for each in known if each is not None),
    )


def collection(item: Any) -> CollectionFound | None:
    tmdb_id, called = number(inner(item, "id")), name(inner(item, "name")) or name(inner(item, "original_name"))
    if tmdb_id is None or called is None or item.get("adult") is True:
        return None
    return CollectionFound(
        tmdb_id=tmdb_id,
        name=called,
        overview=text(item.get("overview"), LONGEST_TEXT) or "",
        poster_path=image(item.get("poster_path")),
        backdrop_path=image(item.get("backdrop_path")),
    )


def title_fields(seen: Seen, media_type: MediaType) -> dict[str, Any] | None:
    """The fields of `Title`; None where the answer lacks what a title cannot be without."""
    is_film = media_type == "movie"
    names: tuple[str | None, ...] = (seen.name, seen.original_name)
    if is_film:  # but the parts of a collection are films that say `name`
        names = (seen.title, seen.original_title, *names)
    called = next(filter(None, map(name, names)), None)
    original = name(seen.original_title or seen.original_name if is_film else seen.original_name)
    if called is None or not 0 < seen.id <= LARGEST_ID:
        return None
    released = day(seen.release_date if is_film else seen.first_air_date)
    votes = count(seen.vote_count, MOST_VOTES)
    numbers = seen.genre_ids[:MOST_GENRES] if isinstance(seen.genre_ids, list) else []
    return {
        "media_type": media_type,
        "tmdb_id": seen.id,
        "title": called,
        "original_title": original,
        "overview": text(seen.overview, LONGEST_TEXT) or "",
        "year": int(released[:4]) if released else None,
        "release_date": released,
        "poster_path": image(seen.poster_path),
        "backdrop_path": image(seen.backdrop_path),
        "vote_average": vote(seen.vote_average, votes),
        "vote_count": votes,
        "genre_ids": tuple(each for each in map(number, numbers) if each is not None),
    }


def genres(value: Any) -> tuple[Genre, ...]:
    read = {number(entry.get("id")): name(entry.get("name")) for entry in dicts(value, MOST_GENRES)}
    return tuple(Genre(id=key, name=called) for key, called in read.items() if key is not None and called is not None)


def providers(value: Any) -> tuple[WatchProvider, ...]:
    read = [
        (number(entry.get("provider_id")), name(entry.get("provider_name")), image(entry.get("logo_path")))
        for entry in dicts(value, MOST_PROVIDERS)
    ]
    return tuple(
        WatchProvider(tmdb_id=key, name=called, logo_path=logo) for key, called, logo in read if key and called
    )
