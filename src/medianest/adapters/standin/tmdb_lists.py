"""TMDB's lists: what is searched for, what trends, what is like something, and what goes by another's number."""

from collections.abc import Mapping
from typing import Any

from medianest.adapters.standin import company
from medianest.adapters.standin.server import Answer, json_answer
from medianest.adapters.standin.titles import GENRES, InventedTitle, catalogue
from medianest.adapters.standin.tmdb_appended import logo_path
from medianest.adapters.standin.tmdb_shapes import collection_listed, listed, person_listed, popularity

PAGE_SIZE = 20
LAST_PAGE = 500

Query = Mapping[str, str]


def refusal(status: int, code: int, message: str) -> Answer:
    return json_answer({"success": False, "status_code": code, "status_message": message}, status)


def search(kind: str, query: Query) -> Answer:
    words, language = query.get("query", "").casefold().split(), query.get("language", "en-US")

    def is_meant(name: str) -> bool:
        return bool(words) and all(word in name.casefold() for word in words)

    year = query.get("primary_release_year" if kind == "movie" else "first_air_date_year")
    found = [
        listed(each, language, is_multi=kind == "multi")
        for is_film in (True, False)
        if kind in ("multi", "movie" if is_film else "tv")
        for each in catalogue(is_film=is_film)
        if is_meant(each.name) and year in (None, str(each.year))
    ]
    if kind in ("multi", "person"):
        found += [
            person_listed(each, language, is_multi=kind == "multi") for each in company.people() if is_meant(each.name)
        ]
    if kind == "collection":
        found = [collection_listed(each, language) for each in company.collections() if is_meant(each.name)]
    return _page(found, query)


def trending(kind: str, query: Query) -> Answer:
    """Whoever asks for all gets a person among the titles, as at TMDB."""
    titles = [
        each for is_film in (True, False) if kind in ("all", "movie" if is_film else "tv") for each in _pool(is_film)
    ]
    titles.sort(key=lambda each: (-popularity(each), each.tmdb_id, each.is_film))
    language = query.get("language", "en-US")
    found = [listed(each, language, is_multi=True) for each in titles]
    if kind == "all":
        found.insert(2, person_listed(next(company.people()), language, is_multi=True))
    return _page(found, query)


def standing(name: str, kind: str, query: Query) -> Answer:
    """The lists that stand by themselves: `popular`, `top_rated`, and what is to come."""
    titles = sorted(_pool(kind == "movie"), key=lambda each: each.tmdb_id)
    match name:
        case "popular":
            titles.sort(key=popularity, reverse=True)
        case "top_rated":
            titles.sort(key=lambda each: each.vote, reverse=True)
        case _:
            titles.sort(key=lambda each: each.released, reverse=True)
    dates = {"dates": {"maximum": titles[0].released, "minimum": titles[-1].released}} if name == "upcoming" else {}
    return _titles(titles, query, **dates)


def discover(kind: str, query: Query) -> Answer:
    genre, provider = query.get("with_genres"), query.get("with_watch_providers")
    titles = [
        each
        for each in _pool(kind == "movie")
        if genre is None or genre in (str(number) for number, _ in each.genres)
        if provider is None
        or (provider == str(company.shown_by(each)[0]) and query.get("watch_region") in ("US", "GB"))
    ]
    return _titles(sorted(titles, key=popularity, reverse=True), query)


def related(found: InventedTitle, relation: str, query: Query) -> Answer:
    """Alike is what has the same first genre; recommended, what somebody of the same cast plays in."""
    players = {member for member, _ in company.cast(found)}
    titles = [
        each
        for each in _pool(found.is_film)
        if each != found
        if (
            each.genres[0] == found.genres[0]
            if relation == "similar"
            else not players.isdisjoint(member for member, _ in company.cast(each))
        )
    ]
    return _titles(titles, query)


def genres() -> Answer:
    return json_answer({"genres": [{"id": number, "name": name} for number, name in GENRES]})


def watch_providers(query: Query) -> Answer:
    """Nobody shows anything in Germany."""
    region = query.get("watch_region", "US")
    return json_answer(
        {
            "results": [
                {
                    "display_priorities": {region: place},
                    "display_priority": place,
                    "logo_path": logo_path(number),
                    "provider_name": name,
                    "provider_id": number,
                }
                for place, (number, name) in enumerate(company.PROVIDERS)
                if region in ("US", "GB")
            ]
        }
    )


def found_by(external_id: str, query: Query) -> Answer:
    """What goes by a number of IMDb or TVDB: titles with a name, and those of the lists."""
    source, language = query.get("external_source"), query.get("language", "en-US")
    results = {
        is_film: [
            listed(each, language, is_multi=True)
            for each in _pool(is_film)
            if (source == "imdb_id" and each.imdb_id == external_id)
            or (source == "tvdb_id" and str(each.tvdb_id) == external_id)
        ]
        for is_film in (True, False)
    }
    nothing: dict[str, list[Any]] = {"person_results": [], "tv_episode_results": [], "tv_season_results": []}
    return json_answer({"movie_results": results[True], "tv_results": results[False]} | nothing)


def _pool(is_film: bool) -> tuple[InventedTitle, ...]:
    return company.pool(is_film=is_film)


def _titles(titles: list[InventedTitle], query: Query, **besides: Any) -> Answer:
    return _page([listed(each, query.get("language", "en-US")) for each in titles], query, **besides)


def _page(found: list[dict[str, Any]], query: Query, **besides: Any) -> Answer:
    number = query.get("page", "1")
    page = int(number) if number.isdigit() else 0
    if not 1 <= page <= LAST_PAGE:
        return refusal(400, 22, "Invalid page: Pages start at 1 and max at 500. They are expected to be an integer.")
    start = (page - 1) * PAGE_SIZE
    return json_answer(
        {
            **besides,
            "page": page,
            "results": found[start : start + PAGE_SIZE],
            "total_pages": -(-len(found) // PAGE_SIZE),
            "total_results": len(found),
        }
    )
