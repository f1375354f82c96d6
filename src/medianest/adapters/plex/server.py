"""`PlexServer`: what a Plex Media Server holds."""

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from medianest.adapters.plex.answers import HubsAnswer, ItemsAnswer, Metadata, SectionsAnswer
from medianest.adapters.plex.server_shapes import is_item, item_from, libraries_from
from medianest.adapters.plex.shapes import Nonsense
from medianest.adapters.plex.values import checked_key, key, number
from medianest.adapters.plex.wire import PlexWire, strange
from medianest.ports.media_server import Item, ItemNotThere, ItemPage, ItemType, Library, ServerIdentity

NUMBERS: Final[Mapping[ItemType, int]] = {"movie": 1, "show": 2, "season": 3, "episode": 4}
"""Plex's, for its filter `type`."""
LEAVES: Final[Mapping[str, ItemType]] = {"movie": "movie", "show": "episode"}
"""What arrives in a library of that type."""
LARGEST_PAGE: Final = 1000
LONGEST_QUERY: Final = 200
FIELD: Final = re.compile(r"[a-z][A-Za-z]{1,30}(?:\.[a-z][A-Za-z]{1,30})?")
RESERVED: Final = frozenset({"type", "push", "pop", "or", "group", "limit"})
SERIES: Final = "show.id"
OLDEST_FIRST: Final = "addedAt:asc"
LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


class PlexServer:
    """Implements `MediaServer`."""

    def __init__(self, wire: PlexWire) -> None:
        self._wire = wire

    async def identity(self) -> ServerIdentity:
        return await self._wire.identity()

    async def libraries(self) -> Sequence[Library]:
        try:
            return libraries_from(await self._wire.ask(SectionsAnswer, "/library/sections"))
        except (Nonsense, ItemNotThere):
            raise strange() from None

    async def items(
        self, library_key: str, kind: ItemType, *, start: int, size: int, filters: Mapping[str, str] | None = None
    ) -> ItemPage:
        asked = {"sort": OLDEST_FIRST, **(filters or {})}
        if not all(FIELD.fullmatch(field) and field not in RESERVED for field in asked):
            raise ValueError("a field that no server has")
        size = max(0, min(size, LARGEST_PAGE))
        params: dict[str, str | int] = {
            **asked,
            "type": NUMBERS[kind],
            "includeGuids": 1,
            "X-Plex-Container-Start": start,
            "X-Plex-Container-Size": size,
        }
        answer = await self._wire.ask(ItemsAnswer, f"/library/sections/{checked_key(library_key)}/all", params)
        try:
            page = _page(answer, kind, start, size)
        except Nonsense:
            raise strange() from None
        wanted = asked.get(SERIES)
        if wanted is not None and any(item.series_rating_key not in wanted.split(",") for item in page.items):
            raise strange()  # a server that does not know the filter tells of all series
        return page

    async def item(self, rating_key: str) -> Item:
        rating_key = checked_key(rating_key)
        answer = await self._wire.ask(ItemsAnswer, f"/library/metadata/{rating_key}", {"includeGuids": 1})
        try:
            found = [each for each in answer.found if key(each.rating_key) == rating_key]
            # Something else may have that number: a collection, a track.
            if len(found) == 1 and not is_item(found[0]):
                raise ItemNotThere
            [item] = items_from(found, answer.container.section)
        except (Nonsense, ValueError):
            raise strange() from None
        return item

    async def recently_added(self, *, library_key: str | None, limit: int) -> Sequence[Item]:
        held = [each for each in await self.libraries() if each.type in LEAVES]
        if library_key is not None:
            held = [each for each in held if each.key == library_key]
            if not held:
                raise ItemNotThere
        newest = {"sort": "addedAt:desc"}
        pages = await asyncio.gather(
            *(self.items(each.key, LEAVES[each.type], start=0, size=limit, filters=newest) for each in held)
        )
        found = [item for page in pages for item in page.items]
        return sorted(found, key=lambda item: item.added_at or LONG_AGO, reverse=True)[: max(0, limit)]

    async def search(self, text: str, *, limit: int) -> Sequence[Item]:
        query = "".join(each if each.isprintable() else " " for each in text)[:LONGEST_QUERY].strip()
        if not query or limit <= 0:
            return []
        asked: dict[str, str | int] = {"query": query, "limit": min(limit, LARGEST_PAGE), "includeGuids": 1}
        try:
            found = (await self._wire.ask(HubsAnswer, "/hubs/search", asked)).found
            known = {each.rating_key: each for each in items_from(found, skip_others=True)}
        except ItemNotThere:
            return []  # so it answers when nothing is left to search in
        except Nonsense:
            raise strange() from None
        return [each for each in known.values() if each.type != "season"][:limit]


def items_from(found: Iterable[Metadata], section: object = None, *, skip_others: bool = False) -> list[Item]:
    """Raises Nonsense. `skip_others`: people, tracks and what else may be among them are left out."""
    return [item_from(each, section) for each in found if not skip_others or is_item(each)]


def _page(answer: ItemsAnswer, kind: ItemType, start: int, size: int) -> ItemPage:
    """Raises Nonsense where the server did not mind what was asked: a scan would run in circles, or lose items."""
    container = answer.container
    items = items_from(answer.found, container.section)
    total = number(container.total_size)
    if container.total_size is None and len(items) < size:
        total = start + len(items)  # an old server says nothing where one page holds them all
    offset = number(container.offset)
    is_empty_early = not items and size > 0 and total is not None and start < total
    if (
        total is None
        or (items and total < start + len(items))
        or len(items) > size
        or (offset is not None and offset != start)
        or is_empty_early
        or any(item.type != kind for item in items)
    ):
        raise Nonsense
    return ItemPage(items=items, start=start, total=total)
