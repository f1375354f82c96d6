"""A stand-in for The Movie Database, and for its server of pictures, in the shapes of its OpenAPI document."""

from typing import Any

from medianest.adapters.standin import company, tmdb_lists, tmdb_shapes
from medianest.adapters.standin.jpeg import picture
from medianest.adapters.standin.server import Answer, Received, Standin, json_answer
from medianest.adapters.standin.titles import title
from medianest.adapters.standin.tmdb_lists import refusal

TOKEN = "eyJhbGciOiJub25lIn0.c3RhbmRpbg.invented"  # noqa: S105 - opens nothing but this stand-in
API_KEY = "0123456789abcdef0123456789abcdef"
"""What the stand-in accepts unless told otherwise: a v4 token and a v3 key."""

NOT_FOUND = (404, 34, "The resource you requested could not be found.")
BAD_KEY = (401, 7, "Invalid API key: You must be granted a valid key.")


class TmdbStandin(Standin):
    """`async with TmdbStandin() as tmdb:` serves at `tmdb.url`. It knows about thirty titles by name, and invents one
    for any id from 1000 to 999999; its lists are made of the first of them. Pictures need no key."""

    def __init__(self, *, port: int = 0, token: str = TOKEN, api_key: str = API_KEY) -> None:
        super().__init__(port=port)
        self.token = token
        self.api_key = api_key

    async def answer(self, request: Received) -> Answer:
        if request.method != "GET":
            return refusal(*NOT_FOUND)
        parts = request.path.strip("/").split("/")
        if parts[:2] == ["t", "p"]:
            return _picture(parts[2:])
        given = (request.headers.get("authorization"), request.query.get("api_key"))
        if given[0] != f"Bearer {self.token}" and given[1] != self.api_key:
            return refusal(*BAD_KEY)
        return _lists(parts[1:], request.query) or _one(parts[1:], request.query) if parts[0] == "3" else _missing()


def _lists(parts: list[str], query: dict[str, str]) -> Answer | None:
    match parts:
        case ["search", ("multi" | "movie" | "tv" | "person" | "collection") as kind]:
            return tmdb_lists.search(kind, query)
        case ["trending", ("all" | "movie" | "tv") as kind, ("day" | "week")]:
            return tmdb_lists.trending(kind, query)
        case ["movie" as kind, ("popular" | "top_rated" | "upcoming") as name]:
            return tmdb_lists.standing(name, kind, query)
        case ["tv" as kind, ("popular" | "top_rated" | "on_the_air") as name]:
            return tmdb_lists.standing(name, kind, query)
        case ["discover", ("movie" | "tv") as kind]:
            return tmdb_lists.discover(kind, query)
        case ["genre", ("movie" | "tv"), "list"]:
            return tmdb_lists.genres()
        case ["watch", "providers", ("movie" | "tv")]:
            return tmdb_lists.watch_providers(query)
        case ["find", external_id]:
            return tmdb_lists.found_by(external_id, query)
        case _:
            return None


def _one(parts: list[str], query: dict[str, str]) -> Answer:
    language = query.get("language", "en-US")
    appended = query.get("append_to_response", "").split(",")
    numbers = [int(part) for part in parts if part.isdigit()]
    match parts:
        case [("movie" | "tv") as kind, _] if numbers:
            of_title = title(numbers[0], is_film=kind == "movie")
            return _or_missing(tmdb_shapes.details(of_title, language, appended) if of_title else None)
        case [("movie" | "tv") as kind, _, ("similar" | "recommendations") as relation] if numbers:
            of_title = title(numbers[0], is_film=kind == "movie")
            return _missing() if of_title is None else tmdb_lists.related(of_title, relation, query)
        case ["tv", _, "season", _] if len(numbers) == 2:
            of_title = title(numbers[0], is_film=False)
            return _or_missing(tmdb_shapes.season(of_title, numbers[1], language) if of_title else None)
        case ["collection", _] if numbers:
            together = company.collection(numbers[0])
            return _or_missing(tmdb_shapes.collection(together, language) if together else None)
        case ["person", _] if numbers:
            somebody = company.person(numbers[0])
            is_whole = "combined_credits" in appended
            return _or_missing(tmdb_shapes.person(somebody, language, with_credits=is_whole) if somebody else None)
        case _:
            return _missing()


def _picture(parts: list[str]) -> Answer:
    content = picture(*parts) if len(parts) == 2 else None
    if content is None:
        return Answer(status=404, body=b"File not found", headers={"Content-Type": "text/plain"})
    return Answer(body=content, headers={"Content-Type": "image/jpeg", "Cache-Control": "public, max-age=31536000"})


def _or_missing(shown: dict[str, Any] | None) -> Answer:
    return json_answer(shown) if shown else _missing()


def _missing() -> Answer:
    return refusal(*NOT_FOUND)
