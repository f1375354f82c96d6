"""Invented films and series: the same ones in every stand-in and every run."""

import msgspec

FIRST_ID, LAST_ID = 1000, 999_999
"""Every id in this range is some title; the catalogue's own come first."""

FILMS = (
    "The Cartographer's Daughter", "Salt and Lanterns", "A Quiet Arithmetic", "Northward, Slowly", "The Ninth Ferry",
    "Paper Weather", "Harbour of Small Hours", "The Glass Orchard", "Seven Keys to Nowhere", "An Ordinary Comet",
    "The Winter Understudy", "Lighthouse for Sale", "Borrowed Thunder", "The Last Telegram", "Moths of Avenue Nine",
    "Copper Sky", "The Umbrella Thief", "Tomorrow's Locksmith", "Rust and Violets", "The Long Intermission",
)  # fmt: skip
SERIES = (
    "Station Eleven Minutes", "The Archivists", "Low Tide Detectives", "Kingdom of Moss", "Night Shift Botanists",
    "The Quarry Road", "Interpreters", "Small Engines",
)  # fmt: skip
ADJECTIVES = (
    "Silent",
    "Amber",
    "Distant",
    "Borrowed",
    "Hollow",
    "Crimson",
    "Patient",
    "Forgotten",
    "Wandering",
    "Late",
)
NOUNS = ("Harbour", "Clockmaker", "Orchard", "Signal", "Witness", "Tide", "Archive", "Lantern", "Province", "Choir")
GENRES = ((18, "Drama"), (35, "Comedy"), (878, "Science Fiction"), (9648, "Mystery"), (12, "Adventure"))
OVERVIEW = (
    "When a map that should not exist turns up at auction, the few people who can still read it are drawn back into "
    "a feud that everybody believed was over."
)


class InventedTitle(msgspec.Struct, frozen=True, kw_only=True):
    """`seasons` holds the number of episodes of each season, from season 1 on; empty for a film."""

    is_film: bool
    tmdb_id: int
    name: str
    year: int
    seasons: tuple[int, ...] = ()

    @property
    def released(self) -> str:
        return f"{self.year}-{self.tmdb_id % 12 + 1:02d}-{self.tmdb_id % 28 + 1:02d}"

    @property
    def genres(self) -> tuple[tuple[int, str], ...]:
        first = self.tmdb_id % len(GENRES)
        return (GENRES[first], GENRES[(first + 2) % len(GENRES)])

    @property
    def vote(self) -> float:
        return 5.0 + self.tmdb_id % 45 / 10

    @property
    def imdb_id(self) -> str:
        return f"tt{(7_000_000 if self.is_film else 8_000_000) + self.tmdb_id}"

    @property
    def tvdb_id(self) -> int | None:
        """TVDB is asked about series alone."""
        return None if self.is_film else 1_000_000 + self.tmdb_id

    @property
    def has_specials(self) -> bool:
        """Whether TMDB knows a season 0 of it, which `seasons` leaves out."""
        return not self.is_film and self.tmdb_id % 10 == 9

    @property
    def poster_path(self) -> str:
        return f"/p{self.tmdb_id:012d}Invented.jpg"

    @property
    def backdrop_path(self) -> str:
        return f"/b{self.tmdb_id:012d}Invented.jpg"


def title(tmdb_id: int, *, is_film: bool) -> InventedTitle | None:
    """The title with this id; None outside the range of ids that exist."""
    if not FIRST_ID <= tmdb_id <= LAST_ID:
        return None
    names = FILMS if is_film else SERIES
    place = tmdb_id - FIRST_ID
    if place < len(names):
        name = names[place]
    else:
        name = f"The {ADJECTIVES[tmdb_id % 10]} {NOUNS[tmdb_id // 10 % 10]} {tmdb_id}"
    seasons = () if is_film else tuple(6 + (tmdb_id + n) % 7 for n in range(1 + tmdb_id % 4))
    return InventedTitle(is_film=is_film, tmdb_id=tmdb_id, name=name, year=1960 + tmdb_id % 65, seasons=seasons)


def catalogue(*, is_film: bool) -> list[InventedTitle]:
    found = (title(FIRST_ID + place, is_film=is_film) for place in range(len(FILMS if is_film else SERIES)))
    return [each for each in found if each is not None]
