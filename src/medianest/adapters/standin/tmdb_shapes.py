"""How TMDB shows titles, people and collections: the shapes of its OpenAPI document, filled with invented ones."""

from typing import Any

from medianest.adapters.standin import company
from medianest.adapters.standin.company import InventedCollection, InventedPerson
from medianest.adapters.standin.titles import OVERVIEW, InventedTitle
from medianest.adapters.standin.tmdb_appended import APPENDED

SPECIALS = 3
"""Episodes of season 0, where a series has one."""


def overview(language: str) -> str:
    return OVERVIEW if language.startswith("en") else f"[{language}] {OVERVIEW}"


def shared(found: InventedTitle, language: str) -> dict[str, Any]:
    """Fields that lists and details have in common."""
    name, original = ("title", "original_title") if found.is_film else ("name", "original_name")
    fields: dict[str, Any] = {
        "adult": False,
        "backdrop_path": found.backdrop_path,
        "id": found.tmdb_id,
        name: found.name,
        original: found.name,
        "original_language": "en",
        "overview": overview(language),
        "popularity": popularity(found),
        "poster_path": found.poster_path,
        "release_date" if found.is_film else "first_air_date": found.released,
        "vote_average": found.vote,
        "vote_count": 1 + found.tmdb_id % 5000,
    }
    return fields | ({"video": False} if found.is_film else {"origin_country": ["GB"]})


def popularity(found: InventedTitle) -> float:
    return float(found.tmdb_id * 31 % 97)


def listed(found: InventedTitle, language: str, *, is_multi: bool = False) -> dict[str, Any]:
    fields = shared(found, language) | {"genre_ids": [number for number, _ in found.genres]}
    return fields | ({"media_type": "movie" if found.is_film else "tv"} if is_multi else {})


def person_listed(found: InventedPerson, language: str, *, is_multi: bool = False) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "adult": False,
        "gender": 1 + found.tmdb_id % 2,
        "id": found.tmdb_id,
        "known_for_department": "Acting",
        "name": found.name,
        "original_name": found.name,
        "popularity": 1.0,
        "profile_path": found.face_path,
        "known_for": [listed(each, language, is_multi=True) for each in _played_in(found)[:3]],
    }
    return fields | ({"media_type": "person"} if is_multi else {})


def person(found: InventedPerson, language: str, *, with_credits: bool) -> dict[str, Any]:
    shown = person_listed(found, language) | {
        "also_known_as": [],
        "biography": f"{found.name} was invented, and has been in films ever since.",
        "birthday": f"{1940 + found.tmdb_id % 50}-03-14",
        "deathday": None,
        "homepage": None,
        "imdb_id": found.imdb_id,
        "place_of_birth": "Harbour Town",
    }
    del shown["known_for"], shown["original_name"]
    return shown | ({"combined_credits": combined_credits(found, language)} if with_credits else {})


def combined_credits(found: InventedPerson, language: str) -> dict[str, Any]:
    titles = company.everything()
    return {
        "cast": [
            listed(each, language, is_multi=True) | {"character": role, "credit_id": f"c{each.tmdb_id}", "order": order}
            for each in titles
            for order, (member, role) in enumerate(company.cast(each))
            if member == found
        ],
        "crew": [
            listed(each, language, is_multi=True)
            | {"credit_id": f"w{each.tmdb_id}", "department": department, "job": job}
            for each in titles
            for member, job, department in company.crew(each)
            if member == found
        ],
    }


def collection_listed(found: InventedCollection, language: str) -> dict[str, Any]:
    return {
        "adult": False,
        "original_language": "en",
        "original_name": found.name,
        "overview": overview(language),
    } | _belonging(found)


def collection(found: InventedCollection, language: str) -> dict[str, Any]:
    shown = collection_listed(found, language)
    del shown["adult"]
    return shown | {"parts": [listed(each, language, is_multi=True) for each in found.films]}


def details(found: InventedTitle, language: str, appended: list[str]) -> dict[str, Any]:
    """`appended` are the names in `append_to_response`; unknown ones are left out, as TMDB does."""
    shown = shared(found, language) | {
        "genres": [{"id": number, "name": name} for number, name in found.genres],
        "homepage": f"https://example.org/{found.tmdb_id}",
        "production_companies": [],
        "production_countries": [{"iso_3166_1": "GB", "name": "United Kingdom"}],
        "spoken_languages": [{"english_name": "English", "iso_639_1": "en", "name": "English"}],
        "tagline": "Some lines should not be drawn.",
    }
    shown |= _film(found) if found.is_film else _series(found)
    return shown | {name: APPENDED[name](found) for name in appended if name in APPENDED}


def _film(found: InventedTitle) -> dict[str, Any]:
    together = company.collection_of(found)
    return {
        "belongs_to_collection": None if together is None else _belonging(together),
        "budget": 1_000_000,
        "imdb_id": found.imdb_id,
        "revenue": 0,
        "runtime": 80 + found.tmdb_id % 60,
        "status": "Released",
    }


def _series(found: InventedTitle) -> dict[str, Any]:
    counted = dict(enumerate(found.seasons, start=1))
    if found.has_specials:
        counted = {0: SPECIALS} | counted
    return {
        "created_by": [],
        "episode_run_time": [45],
        "in_production": True,
        "languages": ["en"],
        "last_air_date": found.released,
        "networks": [],
        "next_episode_to_air": None,
        "number_of_episodes": sum(found.seasons),
        "number_of_seasons": len(found.seasons),
        "seasons": [
            _season(found, number, "") | {"episode_count": episodes, "vote_average": 7.0}
            for number, episodes in counted.items()
        ],
        "status": "Returning Series",
        "type": "Scripted",
    }


def season(found: InventedTitle, number: int, language: str) -> dict[str, Any] | None:
    """A season with its episodes; None where the series has none of that number."""
    is_there = 1 <= number <= len(found.seasons) or (number == 0 and found.has_specials)
    if found.is_film or not is_there:
        return None
    episodes = found.seasons[number - 1] if number else SPECIALS
    return _season(found, number, overview(language)) | {
        "_id": f"{found.tmdb_id:012d}{number:012d}",
        "networks": [],
        "vote_average": 7.0,
        "episodes": [_episode(found, number, each, language) for each in range(1, episodes + 1)],
    }


def _season(found: InventedTitle, number: int, about: str) -> dict[str, Any]:
    return {
        "air_date": f"{found.year + number}-01-05",
        "id": found.tmdb_id * 100 + number,
        "name": f"Season {number}" if number else "Specials",
        "overview": about,
        "poster_path": found.poster_path,
        "season_number": number,
    }


def _episode(found: InventedTitle, season: int, number: int, language: str) -> dict[str, Any]:
    return {
        "air_date": f"{found.year + season}-{1 + number % 12:02d}-{1 + number % 28:02d}",
        "episode_number": number,
        "episode_type": "standard",
        "id": found.tmdb_id * 10_000 + season * 100 + number,
        "name": f"Part {number}",
        "overview": overview(language),
        "production_code": "",
        "runtime": 45,
        "season_number": season,
        "show_id": found.tmdb_id,
        "still_path": f"/s{found.tmdb_id * 10_000 + season * 100 + number:012d}Invented.jpg",
        "vote_average": found.vote,
        "vote_count": 10,
        "crew": [],
        "guest_stars": [],
    }


def _belonging(found: InventedCollection) -> dict[str, Any]:
    first = found.films[0]
    paths = {"poster_path": first.poster_path, "backdrop_path": first.backdrop_path}
    return {"id": found.tmdb_id, "name": found.name} | paths


def _played_in(found: InventedPerson) -> list[InventedTitle]:
    return [each for each in company.everything() if found in (member for member, _ in company.cast(each))]
