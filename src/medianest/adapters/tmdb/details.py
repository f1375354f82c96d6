"""TMDB's answer about one title, with all that was appended to it, and about one season of a series."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from medianest.adapters.tmdb.fields import (
    LONGEST_TEXT,
    Nonsense,
    converted,
    count,
    day,
    decode,
    dicts,
    image,
    inner,
    matching,
    name,
    number,
    text,
    vote,
)
from medianest.adapters.tmdb.shapes import Seen, collection, genres, providers, title_fields
from medianest.domain.media_request.vocabulary import MediaType
from medianest.ports.metadata import (
    Availability,
    CastMember,
    CrewMember,
    Episode,
    Season,
    SeasonDetails,
    TitleDetails,
    Trailer,
)

MOST_SEASONS = 1000
LAST_SEASON = 10_000
"""Some series count their seasons by years."""
MOST_EPISODES = 3000
MOST_CAST = 40
MOST_CREW = 20
MOST_TRAILERS = 5
MOST_AUTHORS = 10
MOST_OFFERS = 30

IMDB_TITLE = re.compile(r"tt[0-9]{5,12}")
VIDEO_KEY = re.compile(r"[A-Za-z0-9_-]{5,20}")
LANGUAGE = re.compile(r"[a-z]{2}")
WEB_PAGE = re.compile(r"https://[!-~]{1,500}")

RELEASES = (3, 2, 4, 5, 6, 1)
"""Kinds of release, those first whose certificate speaks for the film: in the cinema, there in a few, digital, on a
disc, on television, and the premiere. Source: TMDB's /3/movie/{id}/release_dates."""

JOBS = {"Director": 0, "Screenplay": 1, "Writer": 1, "Novel": 2, "Story": 2, "Characters": 3} | {
    "Original Music Composer": 4,
    "Director of Photography": 5,
    "Editor": 6,
    "Producer": 7,
    "Executive Producer": 8,
}
"""Those of the crew that are shown, and in which order."""


def details_from(body: bytes, media_type: MediaType, tmdb_id: int, region: str) -> TitleDetails:
    """A details answer. Raises Nonsense, also for an answer about another title."""
    answer = decode(body, dict[str, Any])
    seen = converted(answer, Seen)
    common = None if seen is None else title_fields(seen, media_type)
    if common is None or common["tmdb_id"] != tmdb_id:
        raise Nonsense("no title in the answer, or another one")
    is_film = media_type == "movie"
    authors = () if is_film else (name(author.get("name")) for author in dicts(answer.get("created_by"), MOST_AUTHORS))
    of_genres = genres(answer.get("genres"))
    common["genre_ids"] = tuple(genre.id for genre in of_genres)
    return TitleDetails(
        **common,
        genres=of_genres,
        runtime=_runtime(answer),
        tagline=text(answer.get("tagline")),
        status=text(answer.get("status"), 50),
        original_language=matching(answer.get("original_language"), LANGUAGE),
        imdb_id=matching(answer.get("imdb_id") or inner(answer, "external_ids", "imdb_id"), IMDB_TITLE),
        tvdb_id=number(inner(answer, "external_ids", "tvdb_id")),
        certification=_film_certificate(answer, region) if is_film else _series_certificate(answer, region),
        collection=collection(answer.get("belongs_to_collection")) if is_film else None,
        seasons=() if is_film else _seasons(answer.get("seasons")),
        created_by=tuple(author for author in authors if author),
        cast=_cast(inner(answer, "credits", "cast")),
        crew=_crew(inner(answer, "credits", "crew")),
        availability=_availability(inner(answer, "watch/providers", "results", region)),
        trailers=_trailers(inner(answer, "videos", "results")),
    )


def season_from(body: bytes, tmdb_id: int, asked: int) -> SeasonDetails:
    """A season's answer. Raises Nonsense, also for an answer about another season."""
    answer = decode(body, dict[str, Any])
    season = _season(answer)
    if season is None or season.number != asked or not isinstance(answer.get("episodes"), list):
        raise Nonsense("no season in the answer, or another one")
    read = [_episode(entry) for entry in dicts(answer["episodes"], MOST_EPISODES)]
    numbered = {episode.number: episode for episode in read if episode is not None}
    fields = msgspec.structs.asdict(season) | {"episode_count": len(numbered)}
    return SeasonDetails(**fields, tmdb_id=tmdb_id, episodes=tuple(numbered[key] for key in sorted(numbered)))


def _runtime(answer: dict[str, Any]) -> int | None:
    lengths = answer.get("episode_run_time")
    told = [answer.get("runtime"), *(lengths[:10] if isinstance(lengths, list) else ())]
    told.append(inner(answer, "last_episode_to_air", "runtime"))
    return next((minutes for minutes in map(count, told) if minutes), None)


def _seasons(value: Any) -> tuple[Season, ...]:
    numbered = {season.number: season for entry in dicts(value, MOST_SEASONS) if (season := _season(entry))}
    return tuple(numbered[key] for key in sorted(numbered))


def _season(entry: dict[str, Any]) -> Season | None:
    key = count(entry.get("season_number"), LAST_SEASON)
    if key is None:
        return None
    return Season(
        number=key,
        name=text(entry.get("name")) or (f"Season {key}" if key else "Specials"),
        episode_count=count(entry.get("episode_count")) or 0,
        air_date=day(entry.get("air_date")),
        poster_path=image(entry.get("poster_path")),
        overview=text(entry.get("overview"), LONGEST_TEXT) or "",
    )


def _episode(entry: dict[str, Any]) -> Episode | None:
    key = count(entry.get("episode_number"))
    if key is None:
        return None
    return Episode(
        number=key,
        name=text(entry.get("name")) or f"Episode {key}",
        overview=text(entry.get("overview"), LONGEST_TEXT) or "",
        air_date=day(entry.get("air_date")),
        runtime=count(entry.get("runtime")) or None,
        still_path=image(entry.get("still_path")),
        vote_average=vote(entry.get("vote_average"), entry.get("vote_count")),
    )


def _film_certificate(answer: dict[str, Any], region: str) -> str | None:
    releases = [
        (RELEASES.index(kind), certificate)
        for entry in _of_region(inner(answer, "release_dates", "results"), region)
        for release in dicts(entry.get("release_dates"), 100)
        if (kind := release.get("type")) in RELEASES and (certificate := text(release.get("certification"), 20))
    ]
    return min(releases)[1] if releases else None


def _series_certificate(answer: dict[str, Any], region: str) -> str | None:
    told = (text(entry.get("rating"), 20) for entry in _of_region(inner(answer, "content_ratings", "results"), region))
    return next(filter(None, told), None)


def _of_region(value: Any, region: str) -> list[dict[str, Any]]:
    return [entry for entry in dicts(value) if entry.get("iso_3166_1") == region]


def _cast(value: Any) -> tuple[CastMember, ...]:
    """TMDB has them in the order of their billing."""
    read = [
        (number(entry.get("id")), name(entry.get("name")), text(entry.get("character")), entry)
        for entry in dicts(value, MOST_CAST)
    ]
    return tuple(
        CastMember(tmdb_id=key, name=called, character=character, profile_path=image(entry.get("profile_path")))
        for key, called, character, entry in read
        if key and called
    )


def _crew(value: Any) -> tuple[CrewMember, ...]:
    read: list[CrewMember] = []
    for entry in dicts(value, 5000):
        key, called, job = number(entry.get("id")), name(entry.get("name")), entry.get("job")
        if key and called and isinstance(job, str) and job in JOBS:
            department, face = text(entry.get("department"), 50), image(entry.get("profile_path"))
            read.append(CrewMember(tmdb_id=key, name=called, job=job, department=department, profile_path=face))
    return tuple(sorted(read, key=lambda member: JOBS[member.job])[:MOST_CREW])


def _availability(offers: Any) -> Availability | None:
    if not isinstance(offers, dict):
        return None

    def named(*kinds: str) -> Sequence[Any]:
        return [entry for kind in kinds for entry in dicts(offers.get(kind), MOST_OFFERS)]

    return Availability(
        link=matching(offers.get("link"), WEB_PAGE),
        subscription=providers(named("flatrate")),
        free=providers(named("free", "ads")),
        rent=providers(named("rent")),
        buy=providers(named("buy")),
    )


def _trailers(value: Any) -> tuple[Trailer, ...]:
    read = [
        Trailer(name=text(entry.get("name")) or "Trailer", key=key, is_official=entry.get("official") is True)
        for entry in dicts(value, 200)
        if entry.get("site") == "YouTube" and entry.get("type") == "Trailer"
        if (key := matching(entry.get("key"), VIDEO_KEY))
    ]
    return tuple(sorted(read, key=lambda trailer: not trailer.is_official)[:MOST_TRAILERS])
