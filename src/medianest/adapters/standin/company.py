"""Invented people, collections and watch providers, and who plays in what: the same in every run."""

from collections.abc import Iterator
from functools import cache

import msgspec

from medianest.adapters.standin.titles import FIRST_ID, InventedTitle, catalogue, title

FIRST_PERSON, FIRST_COLLECTION = 500, 9000
PEOPLE = (
    "Imogen Farrow", "Tobias Quill", "Violet Moss", "Anselm Okoro", "Petra Lindqvist", "Rafael Duarte", "June Abbot",
    "Casimir Wolff", "Noor Haddad", "Edmund Pike", "Saskia Vermeer", "Lionel Achebe", "Greta Sandoval", "Hugo Marsh",
    "Yuki Tanabe", "Orla Brennan", "Milos Kovar", "Adaeze Nwosu", "Felix Thorne", "Beatrix Hollis", "Ivo Castellan",
    "Maren Solheim", "Caspian Reed", "Dorothea Blum",
)  # fmt: skip
CHARACTERS = ("Ada", "The Inspector", "Old Tom", "Rosalind", "The Stranger", "Mr Vane")
COLLECTIONS = {
    FIRST_COLLECTION: ("The Cartographer Collection", (1000, 1003, 1007)),
    FIRST_COLLECTION + 1: ("The Harbour Collection", (1004, 1006, 1011)),
    FIRST_COLLECTION + 2: ("Small Crimes Collection", (1008, 1012, 1016, 1017)),
    FIRST_COLLECTION + 3: ("The Colours Collection", (1001, 1015, 1018)),
}
PROVIDERS = ((701, "Lanternflix"), (702, "Harbour+"), (703, "Comet TV"), (704, "Kinosaal"))
REGIONS = ("US", "GB", "DE")
FILM_CERTIFICATES = {"US": ("G", "PG", "PG-13", "R"), "GB": ("U", "PG", "12A", "15"), "DE": ("0", "6", "12", "16")}
SERIES_CERTIFICATES = {"US": ("TV-G", "TV-PG", "TV-14", "TV-MA"), "GB": ("U", "PG", "12", "15"), "DE": ("0", "6", "12")}
IN_A_CAST = 5
POOL = 120
"""From so many films, and as many series, the lists are made."""


class InventedPerson(msgspec.Struct, frozen=True, kw_only=True):
    tmdb_id: int
    name: str

    @property
    def face_path(self) -> str:
        return f"/f{self.tmdb_id:012d}Invented.jpg"

    @property
    def imdb_id(self) -> str:
        return f"nm{self.tmdb_id:07d}"


class InventedCollection(msgspec.Struct, frozen=True, kw_only=True):
    tmdb_id: int
    name: str
    films: tuple[InventedTitle, ...]


def people() -> Iterator[InventedPerson]:
    for place, name in enumerate(PEOPLE):
        yield InventedPerson(tmdb_id=FIRST_PERSON + place, name=name)


def person(tmdb_id: int) -> InventedPerson | None:
    place = tmdb_id - FIRST_PERSON
    return InventedPerson(tmdb_id=tmdb_id, name=PEOPLE[place]) if 0 <= place < len(PEOPLE) else None


def cast(of: InventedTitle) -> list[tuple[InventedPerson, str]]:
    """Who plays in it, and whom."""
    first = of.tmdb_id * 7 + (0 if of.is_film else 3)
    places = [(first + step * 5) % len(PEOPLE) for step in range(IN_A_CAST)]
    return [
        (InventedPerson(tmdb_id=FIRST_PERSON + place, name=PEOPLE[place]), CHARACTERS[step])
        for step, place in enumerate(places)
    ]


def crew(of: InventedTitle) -> list[tuple[InventedPerson, str, str]]:
    """Who made it: the job, and its department."""
    jobs = (("Director", "Directing"), ("Writer", "Writing"))
    places = [(of.tmdb_id * 11 + step * 7) % len(PEOPLE) for step in range(len(jobs))]
    return [
        (InventedPerson(tmdb_id=FIRST_PERSON + place, name=PEOPLE[place]), *job)
        for place, job in zip(places, jobs, strict=True)
    ]


def everything() -> list[InventedTitle]:
    """The titles known by name."""
    return [each for is_film in (True, False) for each in catalogue(is_film=is_film)]


@cache
def pool(*, is_film: bool) -> tuple[InventedTitle, ...]:
    found = (title(FIRST_ID + place, is_film=is_film) for place in range(POOL))
    return tuple(each for each in found if each is not None)


def collections() -> Iterator[InventedCollection]:
    for tmdb_id in COLLECTIONS:
        found = collection(tmdb_id)
        if found is not None:
            yield found


def collection(tmdb_id: int) -> InventedCollection | None:
    if tmdb_id not in COLLECTIONS:
        return None
    name, films = COLLECTIONS[tmdb_id]
    known = (title(each, is_film=True) for each in films)
    return InventedCollection(tmdb_id=tmdb_id, name=name, films=tuple(each for each in known if each is not None))


def collection_of(film: InventedTitle) -> InventedCollection | None:
    number = next((key for key, (_, films) in COLLECTIONS.items() if film.is_film and film.tmdb_id in films), None)
    return None if number is None else collection(number)


def certificate(of: InventedTitle, region: str) -> str:
    known = (FILM_CERTIFICATES if of.is_film else SERIES_CERTIFICATES)[region]
    return known[of.tmdb_id % len(known)]


def shown_by(of: InventedTitle) -> tuple[int, str]:
    """Whose subscribers see it, in every region but Germany."""
    return PROVIDERS[of.tmdb_id % len(PROVIDERS)]
