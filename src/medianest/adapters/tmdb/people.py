"""TMDB's answers about one collection, and about one person with all they played in and worked on."""

import re
from typing import Any

import msgspec

from medianest.adapters.tmdb.fields import LONGEST_TEXT, Nonsense, day, decode, dicts, inner, matching, text
from medianest.adapters.tmdb.shapes import collection, person, title
from medianest.ports.metadata import CollectionDetails, Credit, PersonDetails, Title

MOST_PARTS = 200
MOST_CREDITS = 500
MOST_ROLES = 5
MOST_KNOWN_FOR = 8
LONGEST_LIFE = 20_000

IMDB_PERSON = re.compile(r"nm[0-9]{5,12}")


def collection_from(body: bytes, tmdb_id: int) -> CollectionDetails:
    """A collection's answer. Raises Nonsense, also for an answer about another collection."""
    answer = decode(body, dict[str, Any])
    found = collection(answer)
    if found is None or found.tmdb_id != tmdb_id or not isinstance(answer.get("parts"), list):
        raise Nonsense("no collection in the answer, or another one")
    read = [title(entry, "movie") for entry in dicts(answer["parts"], MOST_PARTS)]
    parts = {film.tmdb_id: film for film in read if film is not None}.values()
    ordered = sorted(parts, key=lambda film: (film.release_date is None, film.release_date or ""))
    return CollectionDetails(**msgspec.structs.asdict(found), parts=tuple(ordered))


def person_from(body: bytes, tmdb_id: int) -> PersonDetails:
    """A person's answer. Raises Nonsense, also for an answer about somebody else."""
    answer = decode(body, dict[str, Any])
    found = person(answer)
    if found is None or found.tmdb_id != tmdb_id:
        raise Nonsense("no person in the answer, or another one")
    played = _credits(inner(answer, "combined_credits", "cast"), "character")
    worked = _credits(inner(answer, "combined_credits", "crew"), "job")
    fields = msgspec.structs.asdict(found)
    fields["known_for"] = _best_known(played if found.department in (None, "Acting") else worked)
    return PersonDetails(
        **fields,
        biography=text(answer.get("biography"), LONGEST_LIFE) or "",
        born_on=day(answer.get("birthday")),
        died_on=day(answer.get("deathday")),
        born_in=text(answer.get("place_of_birth")),
        imdb_id=matching(answer.get("imdb_id"), IMDB_PERSON),
        played_in=played,
        worked_on=worked,
    )


def _credits(value: Any, role: str) -> tuple[Credit, ...]:
    titles: dict[tuple[str, int], Title] = {}
    roles: dict[tuple[str, int], dict[str, None]] = {}
    for entry in dicts(value, 5000):
        found = title(entry, None)
        if found is None:
            continue
        key = (found.media_type, found.tmdb_id)
        titles[key] = msgspec.structs.replace(found, overview=text(found.overview, LONGEST_TEXT // 10) or "")
        if said := text(entry.get(role)):
            roles.setdefault(key, {})[said] = None
    ordered = sorted(titles, key=lambda key: titles[key].release_date or "9999", reverse=True)
    return tuple(
        Credit(title=titles[key], roles=tuple(roles.get(key, ()))[:MOST_ROLES]) for key in ordered[:MOST_CREDITS]
    )


def _best_known(known: tuple[Credit, ...]) -> tuple[Title, ...]:
    ranked = sorted(known, key=lambda credit: credit.title.vote_count or 0, reverse=True)
    return tuple(credit.title for credit in ranked[:MOST_KNOWN_FOR])
