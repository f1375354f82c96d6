"""A stand-in for The Movie Database: search and details, in the shapes of its OpenAPI document."""

from typing import Any

from medianest.adapters.standin.server import Answer, Received, Standin, json_answer
from medianest.adapters.standin.titles import OVERVIEW, InventedTitle, catalogue, title

PAGE_SIZE = 20
LAST_PAGE = 500
TOKEN = "eyJhbGciOiJub25lIn0.c3RhbmRpbg.invented"  # noqa: S105 - opens nothing but this stand-in
API_KEY = "0123456789abcdef0123456789abcdef"
"""What the stand-in accepts unless told otherwise: a v4 token and a v3 key."""

NOT_FOUND = (404, 34, "The resource you requested could not be found.")
BAD_KEY = (401, 7, "Invalid API key: You must be granted a valid key.")
BAD_PAGE = (400, 22, "Invalid page: Pages start at 1 and max at 500. They are expected to be an integer.")


class TmdbStandin(Standin):
    """`async with TmdbStandin() as tmdb:` serves at `tmdb.url`. It knows about thirty titles by name, and invents one
    for any id from 1000 to 999999."""

    def __init__(self, *, port: int = 0, token: str = TOKEN, api_key: str = API_KEY) -> None:
        super().__init__(port=port)
        self.token = token
        self.api_key = api_key

    async def answer(self, request: Received) -> Answer:
        given = (request.headers.get("authorization"), request.query.get("api_key"))
        if given[0] != f"Bearer {self.token}" and given[1] != self.api_key:
            return _refusal(*BAD_KEY)
        match request.path.strip("/").split("/"):
            case ["3", "search", ("multi" | "movie" | "tv") as kind] if request.method == "GET":
                return _search(kind, request.query)
            case ["3", ("movie" | "tv") as kind, number] if request.method == "GET" and number.isdigit():
                found = title(int(number), is_film=kind == "movie")
                return _refusal(*NOT_FOUND) if found is None else json_answer(_details(found))
            case _:
                return _refusal(*NOT_FOUND)


def _refusal(status: int, code: int, message: str) -> Answer:
    return json_answer({"success": False, "status_code": code, "status_message": message}, status)


def _search(kind: str, query: dict[str, str]) -> Answer:
    number = query.get("page", "1")
    page = int(number) if number.isdigit() else 0
    if not 1 <= page <= LAST_PAGE:
        return _refusal(*BAD_PAGE)
    words = query.get("query", "").casefold().split()
    titles = [
        each
        for is_film in (True, False)
        if kind == "multi" or (kind == "movie") == is_film
        for each in catalogue(is_film=is_film)
        if words and all(word in each.name.casefold() for word in words)
    ]
    found: list[dict[str, Any]] = [_listed(each, is_multi=kind == "multi") for each in titles]
    if kind == "multi" and words:
        found.insert(min(1, len(found)), _person(" ".join(words)))
    start = (page - 1) * PAGE_SIZE
    return json_answer(
        {
            "page": page,
            "results": found[start : start + PAGE_SIZE],
            "total_pages": -(-len(found) // PAGE_SIZE),
            "total_results": len(found),
        }
    )


def _shared(found: InventedTitle) -> dict[str, Any]:
    """Fields that searches and details have in common."""
    name, original = ("title", "original_title") if found.is_film else ("name", "original_name")
    shared: dict[str, Any] = {
        "adult": False,
        "backdrop_path": found.backdrop_path,
        "id": found.tmdb_id,
        name: found.name,
        original: found.name,
        "original_language": "en",
        "overview": OVERVIEW,
        "popularity": float(found.tmdb_id % 97),
        "poster_path": found.poster_path,
        "release_date" if found.is_film else "first_air_date": found.released,
        "vote_average": found.vote,
        "vote_count": found.tmdb_id % 5000,
    }
    return shared | ({"video": False} if found.is_film else {"origin_country": ["GB"]})


def _listed(found: InventedTitle, *, is_multi: bool) -> dict[str, Any]:
    listed = _shared(found) | {"genre_ids": [number for number, _ in found.genres]}
    return listed | ({"media_type": "movie" if found.is_film else "tv"} if is_multi else {})


def _person(name: str) -> dict[str, Any]:
    """TMDB mixes people into a search for anything."""
    return {
        "adult": False,
        "id": 77,
        "name": name.title(),
        "original_name": name.title(),
        "media_type": "person",
        "popularity": 1.0,
        "gender": 2,
        "known_for_department": "Acting",
        "profile_path": None,
        "known_for": [],
    }


def _details(found: InventedTitle) -> dict[str, Any]:
    details = _shared(found) | {
        "genres": [{"id": number, "name": name} for number, name in found.genres],
        "homepage": f"https://example.org/{found.tmdb_id}",
        "production_companies": [],
        "production_countries": [{"iso_3166_1": "GB", "name": "United Kingdom"}],
        "spoken_languages": [{"english_name": "English", "iso_639_1": "en", "name": "English"}],
        "tagline": "Some lines should not be drawn.",
    }
    if found.is_film:
        return details | {
            "belongs_to_collection": None,
            "budget": 1_000_000,
            "imdb_id": f"tt{found.tmdb_id:07d}",
            "revenue": 0,
            "runtime": 80 + found.tmdb_id % 60,
            "status": "Released",
        }
    return details | {
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
            {
                "air_date": f"{found.year + number}-01-05",
                "episode_count": episodes,
                "id": found.tmdb_id * 100 + number,
                "name": f"Season {number}",
                "overview": "",
                "poster_path": found.poster_path,
                "season_number": number,
                "vote_average": 7.0,
            }
            for number, episodes in enumerate(found.seasons, start=1)
        ],
        "status": "Returning Series",
        "type": "Scripted",
    }
