"""`MediaServer` in memory."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from medianest.ports.failures import PlexUnavailable
from medianest.ports.media_server import (
    Item,
    ItemNotThere,
    ItemPage,
    ItemType,
    Library,
    ServerIdentity,
    ServerRefusesToken,
)

NEVER = datetime.min.replace(tzinfo=UTC)


class FakeMediaServer:
    """Implements `MediaServer`. `held` are the libraries and what is in each, in the order in which it was added.
    `is_away` and `refuses_token` make every method raise; `vanished` are the keys of libraries that show nothing.
    `asked` are the names of the methods that were called."""

    def __init__(self, machine_identifier: str = "fake-machine") -> None:
        self.server = ServerIdentity(machine_identifier=machine_identifier, version="1.0", name="The house")
        self.held: dict[str, tuple[Library, list[Item]]] = {}
        self.is_away = False
        self.refuses_token = False
        self.vanished: set[str] = set()
        self.asked: list[str] = []

    def add_library(self, library: Library, *items: Item) -> None:
        self.held[library.key] = (library, [])
        self.add(library.key, *items)

    def add(self, library_key: str, *items: Item) -> None:
        """A series, season or episode is put there alone, without those above it."""
        self.held[library_key][1].extend(msgspec.structs.replace(each, library_key=library_key) for each in items)

    def remove(self, *rating_keys: str) -> None:
        for key, (library, items) in self.held.items():
            self.held[key] = (library, [each for each in items if each.rating_key not in rating_keys])

    def change_library(self, key: str, **changes: object) -> None:
        library, items = self.held[key]
        self.held[key] = (msgspec.structs.replace(library, **changes), items)

    async def identity(self) -> ServerIdentity:
        self._answer("identity")
        return self.server

    async def libraries(self) -> Sequence[Library]:
        self._answer("libraries")
        return [library for library, _ in self.held.values()]

    async def items(
        self, library_key: str, kind: ItemType, *, start: int, size: int, filters: Mapping[str, str] | None = None
    ) -> ItemPage:
        self._answer("items")
        asked = {"sort": "addedAt:asc", **(filters or {})}
        if not asked.keys() <= {"resolution", "year", "show.id", "sort"}:
            raise ValueError("a filter that the fake does not know")
        found = [each for each in self._in(library_key) if each.type == kind and _fits(each, asked)]
        found.sort(key=lambda item: item.added_at or NEVER, reverse=asked["sort"] == "addedAt:desc")
        return ItemPage(items=found[start : start + size], start=start, total=len(found))

    async def item(self, rating_key: str) -> Item:
        self._answer("item")
        for each in self._everything():
            if each.rating_key == rating_key:
                return each
        raise ItemNotThere

    async def recently_added(self, *, library_key: str | None, limit: int) -> Sequence[Item]:
        self._answer("recently_added")
        found = self._everything() if library_key is None else self._in(library_key)
        leaves = [each for each in found if each.type in ("movie", "episode")]
        return sorted(leaves, key=lambda item: item.added_at or NEVER, reverse=True)[:limit]

    async def search(self, text: str, *, limit: int) -> Sequence[Item]:
        self._answer("search")
        words = text.casefold().split()
        return [
            each
            for each in self._everything()
            if words and each.type != "season" and all(word in each.title.casefold() for word in words)
        ][:limit]

    def _answer(self, method: str) -> None:
        self.asked.append(method)
        if self.is_away:
            raise PlexUnavailable
        if self.refuses_token:
            raise ServerRefusesToken

    def _in(self, library_key: str) -> list[Item]:
        if library_key not in self.held:
            raise ItemNotThere
        return [] if library_key in self.vanished else self.held[library_key][1]

    def _everything(self) -> list[Item]:
        return [each for key in self.held for each in self._in(key)]


def _fits(item: Item, asked: Mapping[str, str]) -> bool:
    resolution = asked.get("resolution")
    has = item.has_4k or item.is_4k_away if resolution == "4k" else item.has_other
    is_of = asked.get("show.id") in (None, item.series_rating_key)
    return is_of and (resolution is None or has) and asked.get("year", str(item.year)) == str(item.year)
