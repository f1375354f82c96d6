"""What the media server of the stand-ins holds: libraries, and films, series, seasons and episodes in them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import msgspec

from medianest.adapters.standin.titles import FIRST_ID, InventedTitle, title

Kind = Literal["movie", "show", "season", "episode", "artist"]
KINDS: dict[str, Kind] = {"1": "movie", "2": "show", "3": "season", "4": "episode", "8": "artist"}
FIRST_ADDED = 1_780_000_000
"""Unix seconds; each item was added a minute after the one before it."""


class Entry(msgspec.Struct, kw_only=True, eq=False):
    """`resolutions` are those of its files. `is_old` says that an old agent matched it, `is_away` that its files are
    not to be found. `index` is the number of a season or an episode, which is in `parent`."""

    rating_key: int
    kind: Kind
    of: InventedTitle
    library: str
    added_at: int
    index: int = 1
    parent: "Entry | None" = None
    children: "dict[int, Entry]" = msgspec.field(default_factory=dict)
    resolutions: tuple[str, ...] = ("1080",)
    is_old: bool = False
    is_away: bool = False

    @property
    def name(self) -> str:
        match self.kind:
            case "season":
                return f"Season {self.index}" if self.index else "Specials"
            case "episode":
                return f"Episode {self.index}"
            case _:
                return self.of.name


class HeldLibrary(msgspec.Struct, kw_only=True):
    """`is_vanished`: its drive is gone, and with it what it holds, until it is plugged in again."""

    key: str
    uuid: str
    type: Literal["movie", "show", "artist"]
    title: str
    entries: dict[Kind, dict[int, Entry]] = msgspec.field(default_factory=dict)
    is_vanished: bool = False

    def of_kind(self, kind: Kind) -> dict[int, Entry]:
        return {} if self.is_vanished else self.entries.get(kind, {})


class HeldCollection(msgspec.Struct, kw_only=True):
    rating_key: int
    library: str
    title: str
    items: list[int] = msgspec.field(default_factory=list)
    is_smart: bool = False


class PlexShelf:
    """Raises LookupError for a library, an item or a collection that is not there. `is_lasting`: an item's rating key
    follows from what it is, so that a shelf that is filled anew, in whatever order, is the same one."""

    def __init__(self, *, is_lasting: bool = False) -> None:
        self._is_lasting = is_lasting
        self.libraries: dict[str, HeldLibrary] = {}
        self.collections: dict[int, HeldCollection] = {}
        self._last = 0

    def add_library(self, key: str, kind: Literal["movie", "show", "artist"], name: str) -> HeldLibrary:
        uuid = f"{len(name):08x}-0000-4000-8000-{int(key):012d}"
        self.libraries[key] = library = HeldLibrary(key=key, uuid=uuid, type=kind, title=name)
        return library

    def add_film(self, library: str, tmdb_id: int, *, resolutions: tuple[str, ...] = ("1080",)) -> Entry:
        return self._add(self.libraries[library], "movie", _title(tmdb_id, is_film=True), resolutions)

    def add_series(
        self,
        library: str,
        tmdb_id: int,
        seasons: Mapping[int, Iterable[int]] | Iterable[int] | None = None,
        *,
        resolutions: tuple[str, ...] = ("1080",),
    ) -> Entry:
        """The series, with what was there before and these seasons: all of them, some, or some of their episodes."""
        held, found = self.libraries[library], _title(tmdb_id, is_film=False)
        there = (each for each in held.of_kind("show").values() if each.of.tmdb_id == tmdb_id)
        series = next(there, None) or self._add(held, "show", found)
        numbers = range(1, len(found.seasons) + 1) if seasons is None else seasons
        for number in numbers:
            season = series.children.get(number) or self._add_part(series, "season", number)
            whole = range(1, (found.seasons[number - 1] if 0 < number <= len(found.seasons) else 3) + 1)
            for episode in seasons[number] if isinstance(seasons, Mapping) else whole:
                if episode not in season.children:
                    self._add_part(season, "episode", episode, resolutions)
        return series

    def generate(self, library: str, titles: int) -> None:
        """That many films, or series with all their seasons, which nobody has heard of."""
        add = self.add_series if self.libraries[library].type == "show" else self.add_film
        for tmdb_id in range(FIRST_ID + 100, FIRST_ID + 100 + titles):
            add(library, tmdb_id)

    def remove(self, rating_key: int) -> None:
        """An item and what is in it; series and seasons that are left empty stay, as they do for a while at Plex."""
        entry = self.find(rating_key)
        for child in list(entry.children.values()):
            self.remove(child.rating_key)
        if entry.parent is not None:
            del entry.parent.children[entry.index]
        del self.libraries[entry.library].entries[entry.kind][rating_key]

    def empty(self, library: str) -> None:
        self.libraries[library].entries.clear()

    def find(self, rating_key: int) -> Entry:
        for library in self.libraries.values():
            for kind in library.entries:
                if rating_key in library.of_kind(kind):
                    return library.entries[kind][rating_key]
        raise LookupError("no such item")

    def series(self, tmdb_id: int) -> Entry:
        return self._of("show", tmdb_id)

    def film(self, tmdb_id: int) -> Entry:
        return self._of("movie", tmdb_id)

    def everything(self) -> Iterator[Entry]:
        for library in self.libraries.values():
            for kind in library.entries:
                yield from library.of_kind(kind).values()

    def collect(self, library: str, name: str, items: Iterable[int], *, is_smart: bool = False) -> HeldCollection:
        held = self.libraries[library]
        collection = HeldCollection(rating_key=self._number(), library=held.key, title=name, is_smart=is_smart)
        self.collections[collection.rating_key] = collection
        self.put(collection, items)
        return collection

    def put(self, collection: HeldCollection, items: Iterable[int]) -> None:
        for item in items:
            self.find(item)
            if item not in collection.items:
                collection.items.append(item)

    def move(self, collection: HeldCollection, item: int, after: int | None) -> None:
        if item not in collection.items or (after is not None and after not in collection.items):
            raise LookupError("not in the collection")
        if item != after:
            collection.items.remove(item)
            collection.items.insert(0 if after is None else collection.items.index(after) + 1, item)

    def _of(self, kind: Kind, tmdb_id: int) -> Entry:
        for entry in self.everything():
            if entry.kind == kind and entry.of.tmdb_id == tmdb_id:
                return entry
        raise LookupError("no such title")

    def _number(self) -> int:
        self._last += 1
        return self._last

    def _add(
        self,
        library: HeldLibrary,
        kind: Kind,
        found: InventedTitle,
        resolutions: tuple[str, ...] = (),
        *,
        index: int = 1,
        parent: Entry | None = None,
    ) -> Entry:
        number = self._number()
        entry = Entry(
            rating_key=number,
            kind=kind,
            of=found,
            library=library.key,
            added_at=FIRST_ADDED + 60 * number,
            index=index,
            parent=parent,
            resolutions=resolutions,
        )
        if self._is_lasting:
            entry.rating_key = _lasting_key(entry)
        return library.entries.setdefault(kind, {}).setdefault(entry.rating_key, entry)

    def _add_part(self, parent: Entry, kind: Kind, index: int, resolutions: tuple[str, ...] = ()) -> Entry:
        library = self.libraries[parent.library]
        entry = self._add(library, kind, parent.of, resolutions, index=index, parent=parent)
        entry.is_old = parent.is_old
        parent.children[index] = entry
        return entry


def _lasting_key(entry: Entry) -> int:
    """The library, the title, its season and its episode, one behind the other."""
    season = episode = 0
    if entry.kind == "season":
        season = entry.index + 1
    elif entry.kind == "episode" and entry.parent is not None:
        season, episode = entry.parent.index + 1, entry.index
    return ((int(entry.library) * 1_000_000 + entry.of.tmdb_id) * 100 + season) * 1_000 + episode


def first_shelf() -> PlexShelf:
    """What the stand-in has from the start."""
    shelf = PlexShelf()
    shelf.add_library("1", "movie", "Films")
    shelf.add_library("2", "show", "Series")
    shelf.add_library("3", "movie", "Films in 4K")
    shelf.add_library("4", "artist", "Music")
    for tmdb_id in range(1014, 1020):
        shelf.add_film("1", tmdb_id)
    shelf.add_film("3", 1019, resolutions=("4k",))
    for tmdb_id in (1006, 1007):
        shelf.add_series("2", tmdb_id)
    return shelf


def _title(tmdb_id: int, *, is_film: bool) -> InventedTitle:
    found = title(tmdb_id, is_film=is_film)
    if found is None:
        raise LookupError("no such title")
    return found
