"""`PlexCollections`: the collections of a library."""

from collections.abc import Sequence
from typing import Final

from medianest.adapters.plex.answers import ItemsAnswer, Metadata
from medianest.adapters.plex.server import NUMBERS, items_from
from medianest.adapters.plex.shapes import Nonsense, line
from medianest.adapters.plex.values import LONGEST_SUMMARY, LONGEST_TITLE, checked_key, key, number, picture_path, yes
from medianest.adapters.plex.wire import PlexWire, strange
from medianest.ports.media_server import Item, ItemCollection, ItemNotThere, ItemType

PAGE: Final = 500
MOST: Final = 10_000
"""Of collections in a library, and of items in a collection, that we read."""
AT_ONCE: Final = 200
"""Rating keys in one address, which has a longest length."""
LIBRARY: Final = "com.plexapp.plugins.library"


class PlexCollections:
    """Implements `MediaCollections`."""

    def __init__(self, wire: PlexWire) -> None:
        self._wire = wire
        self._machine: str | None = None

    async def all(self, library_key: str) -> Sequence[ItemCollection]:
        answers = await self._pages(f"/library/sections/{checked_key(library_key)}/collections")
        try:
            return [_collection(each, section) for section, found in answers for each in found]
        except Nonsense:
            raise strange() from None

    async def find(self, rating_key: str) -> tuple[ItemCollection, Sequence[Item]]:
        rating_key = checked_key(rating_key)
        about = await self._wire.ask(ItemsAnswer, f"/library/metadata/{rating_key}")
        pages = await self._pages(f"/library/collections/{rating_key}/items")
        try:
            found = _only(about)
            if found.type != "collection":
                raise ItemNotThere
            section = key(found.section) or about.container.section
            items = [item for _, page in pages for item in items_from(page, section, skip_others=True)]
            return _collection(found, section), items
        except Nonsense:
            raise strange() from None

    async def create(self, library_key: str, kind: ItemType, title: str, items: Sequence[str]) -> ItemCollection:
        asked: dict[str, str | int] = {
            "sectionId": checked_key(library_key),
            "type": NUMBERS[kind],
            "title": line(title)[:LONGEST_TITLE],
            "smart": 0,
        }
        first, rest = items[:AT_ONCE], items[AT_ONCE:]
        if first:
            asked["uri"] = await self._uri(first)
        answer = await self._wire.ask(ItemsAnswer, "/library/collections", asked, method="POST")
        try:
            made = _collection(_only(answer), library_key)
        except Nonsense:
            raise strange() from None
        if rest:
            await self.add(made.rating_key, rest)
            return (await self.find(made.rating_key))[0]
        return made

    async def add(self, rating_key: str, items: Sequence[str]) -> None:
        path = f"/library/collections/{checked_key(rating_key)}/items"
        for place in range(0, len(items), AT_ONCE):
            await self._wire.send("PUT", path, {"uri": await self._uri(items[place : place + AT_ONCE])})

    async def move(self, rating_key: str, item: str, *, after: str | None) -> None:
        path = f"/library/collections/{checked_key(rating_key)}/items/{checked_key(item)}/move"
        await self._wire.send("PUT", path, None if after is None else {"after": checked_key(after)})

    async def _uri(self, items: Sequence[str]) -> str:
        """How Plex names items of a server to that server."""
        keys = ",".join(map(checked_key, items))
        if self._machine is None:
            self._machine = (await self._wire.identity()).machine_identifier
        return f"server://{self._machine}/{LIBRARY}/library/metadata/{keys}"

    async def _pages(self, path: str) -> Sequence[tuple[object, Sequence[Metadata]]]:
        """What is on all pages, each with the library that they are in."""
        pages: list[tuple[object, Sequence[Metadata]]] = []
        read = 0
        while True:
            asked = {"includeGuids": 1, "X-Plex-Container-Start": read, "X-Plex-Container-Size": PAGE}
            answer = await self._wire.ask(ItemsAnswer, path, asked)
            try:
                found = answer.found
            except Nonsense:
                raise strange() from None
            pages.append((answer.container.section, found))
            read += len(found)
            if not found or read >= min(MOST, number(answer.container.total_size) or 0):
                return pages


def _only(answer: ItemsAnswer) -> Metadata:
    """Raises Nonsense."""
    if len(answer.found) != 1:
        raise Nonsense
    return answer.found[0]


def _collection(found: Metadata, section: object) -> ItemCollection:
    """Raises Nonsense."""
    rating_key = key(found.rating_key)
    if rating_key is None or found.type != "collection":
        raise Nonsense
    return ItemCollection(
        rating_key=rating_key,
        title=line(found.title)[:LONGEST_TITLE],
        library_key=key(found.section) or key(section),
        item_count=number(found.child_count) or 0,
        summary=found.summary[:LONGEST_SUMMARY] if isinstance(found.summary, str) else "",
        thumb=picture_path(found.thumb) or picture_path(found.composite),
        is_smart=yes(found.smart),
    )
