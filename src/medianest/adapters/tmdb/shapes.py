"""TMDB's answers, and how they become our words. Nothing in them is believed unchecked.

Source of the shapes: TMDB's OpenAPI document. In practice any field may be null, empty or missing.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, TypeVar

import msgspec

from medianest.domain.media_request.vocabulary import MediaType
from medianest.ports.metadata import Season, Title, TitleDetails, TitlePage

LAST_PAGE = 500
"""TMDB serves no page beyond this one."""
LARGEST_ID = 2**31 - 1
LONGEST_NAME = 500
LONGEST_TEXT = 5000
MOST_SEASONS = 1000

IMAGE_PATH = re.compile(r"/[\w.-]{1,100}", re.ASCII)
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")

T = TypeVar("T")


class Nonsense(ValueError):
    """The answer is not what TMDB says it is."""


class _Page(msgspec.Struct):
    results: list[Any]
    page: int = 1
    total_pages: int = 0
    total_results: int = 0


class _Refusal(msgspec.Struct):
    status_code: int


class _Seen(msgspec.Struct):
    """One title, in a search or by itself. Films say `title` and `release_date`, series `name` and `first_air_date`."""

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
    genres: Any = None
    runtime: Any = None
    episode_run_time: Any = None
    tagline: Any = None
    status: Any = None
    seasons: Any = None


def page_from(body: bytes, media_type: MediaType | None) -> TitlePage:
    """A search answer, without people and without items that make no sense. Raises Nonsense."""
    answer = _decode(body, _Page)
    titles = (_title(item, media_type) for item in answer.results)
    return TitlePage(
        items=[title for title in titles if title is not None],
        page=min(max(answer.page, 1), LAST_PAGE),
        total_pages=min(max(answer.total_pages, 0), LAST_PAGE),
        total_results=max(answer.total_results, 0),
    )


def details_from(body: bytes, media_type: MediaType, tmdb_id: int) -> TitleDetails:
    """A details answer. Raises Nonsense, also for an answer about another title."""
    seen = _decode(body, _Seen)
    common = _common(seen, media_type)
    if common is None or seen.id != tmdb_id:
        raise Nonsense("no title in the answer, or another one")
    seasons: Iterable[Season | None] = ()
    if media_type == "tv":
        seasons = (_season(entry) for entry in _dicts(seen.seasons)[:MOST_SEASONS])
    lengths = seen.episode_run_time if isinstance(seen.episode_run_time, list) else []
    numbered = {season.number: season for season in seasons if season is not None}
    genres = (_text(entry.get("name"), LONGEST_NAME) for entry in _dicts(seen.genres)[:50])
    return TitleDetails(
        **common,
        genres=tuple(genre for genre in genres if genre),
        runtime=_count(seen.runtime) or next((minutes for minutes in map(_count, lengths) if minutes), None),
        tagline=_text(seen.tagline, LONGEST_NAME),
        status=_text(seen.status, 50),
        seasons=tuple(numbered[number] for number in sorted(numbered)),
    )


def check_missing(body: bytes) -> None:
    """A 404 counts as "no such title" only in TMDB's own words; anybody else's means a wrong address. Raises
    Nonsense."""
    _decode(body, _Refusal)


def _decode(body: bytes, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise Nonsense("not the JSON that was expected") from None


def _title(item: Any, media_type: MediaType | None) -> Title | None:
    try:
        seen = msgspec.convert(item, _Seen)
    except msgspec.ValidationError:
        return None
    kind = media_type or seen.media_type
    if kind not in ("movie", "tv") or seen.adult:
        return None
    common = _common(seen, "movie" if kind == "movie" else "tv")
    return None if common is None else Title(**common)


def _common(seen: _Seen, media_type: MediaType) -> dict[str, Any] | None:
    """The fields of `Title`; None where the answer lacks what a title cannot be without."""
    is_film = media_type == "movie"
    name = _name(seen.title if is_film else seen.name)
    original = _name(seen.original_title if is_film else seen.original_name)
    name = name or original
    if name is None or not 0 < seen.id <= LARGEST_ID:
        return None
    released = _date(seen.release_date if is_film else seen.first_air_date)
    vote = seen.vote_average
    return {
        "media_type": media_type,
        "tmdb_id": seen.id,
        "title": name,
        "original_title": original,
        "overview": _text(seen.overview, LONGEST_TEXT) or "",
        "year": int(released[:4]) if released else None,
        "release_date": released,
        "poster_path": _image(seen.poster_path),
        "backdrop_path": _image(seen.backdrop_path),
        "vote_average": float(vote) if isinstance(vote, int | float) and 0 <= vote <= 10 else None,
    }


def _season(entry: dict[str, Any]) -> Season | None:
    number = entry.get("season_number")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= 10_000:
        return None
    return Season(
        number=number,
        name=_text(entry.get("name"), LONGEST_NAME) or (f"Season {number}" if number else "Specials"),
        episode_count=_count(entry.get("episode_count")) or 0,
        air_date=_date(entry.get("air_date")),
        poster_path=_image(entry.get("poster_path")),
    )


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _name(value: str | None) -> str | None:
    """A name, or None: one of absurd length is no name, and half of it would not be one either."""
    return None if value is None or len(value) > LONGEST_NAME else _text(value, LONGEST_NAME)


def _text(value: Any, longest: int) -> str | None:
    return (UNPRINTABLE.sub("", value).strip()[:longest] or None) if isinstance(value, str) else None


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100_000 else None


def _date(value: Any) -> str | None:
    try:
        return date.fromisoformat(value).isoformat() if isinstance(value, str) else None
    except ValueError:
        return None


def _image(value: Any) -> str | None:
    return value if isinstance(value, str) and IMAGE_PATH.fullmatch(value) else None
