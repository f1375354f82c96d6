"""What a media server holds and plays, a page at a time, with what became of its titles here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import msgspec

from medianest.application.library.browsing import COLLECTIONS, MOMENT, PLAN, NotOnServer, ServerBrowser
from medianest.application.queries.bus import Answering
from medianest.application.queries.shown_items import ItemSeen, ItemsShown
from medianest.application.viewer import Viewer
from medianest.ports.front_door import Query
from medianest.ports.media_server import (
    Item,
    ItemCollection,
    ItemPage,
    ItemType,
    Library,
    Playing,
    ServerIdentity,
    WholeServer,
)
from medianest.projections.media_servers import KnownServer

T = TypeVar("T")

PAGE: Final = 50
"""Items."""
FOUND: Final = 100
"""Of a search, and of what was added last: whoever wants more looks into the library."""
LARGEST: Final = 1024 * 1024
"""Bytes of an answer that is kept. (A collection may hold thousands.)"""
OPENED_AT: Final[Mapping[str, ItemType]] = {"movie": "movie", "show": "show"}
"""What is seen first of a library, by its type."""


class ServerSeen(msgspec.Struct, frozen=True, kw_only=True):
    """`all` servers of the house, this one among them."""

    server: KnownServer
    identity: ServerIdentity
    all: Sequence[KnownServer]


class PageSeen(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One of `total_pages` pages, counted from 1."""

    items: Sequence[T]
    page: int
    total_results: int

    @property
    def total_pages(self) -> int:
        return max(1, -(-self.total_results // PAGE))


class CollectionSeen(msgspec.Struct, frozen=True, kw_only=True):
    collection: ItemCollection
    items: PageSeen[ItemSeen]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindServer(Query[ServerSeen]):
    """`server` is a short name, as in all of these; None: the first."""

    server: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListServerLibraries(Query[Sequence[Library]]):
    server: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowseLibrary(Query[PageSeen[ItemSeen]]):
    """`filters` as the port has them; `kind` None: films, or series."""

    viewer: Viewer
    server: str | None
    library: str
    page: int
    kind: ItemType | None
    filters: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchServer(Query[PageSeen[ItemSeen]]):
    viewer: Viewer
    server: str | None
    text: str
    page: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListNewest(Query[PageSeen[ItemSeen]]):
    """Of one library, or of all."""

    viewer: Viewer
    server: str | None
    library: str | None
    page: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListServerCollections(Query[PageSeen[ItemCollection]]):
    server: str | None
    library: str
    page: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FindServerCollection(Query[CollectionSeen]):
    viewer: Viewer
    server: str | None
    rating_key: str
    page: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPlaying(Query[Sequence[Playing]]):
    server: str | None


class MediaServerDesk:
    """All raise ServerNotFound, NotOnServer, PlexNotConfigured, PlexRefusesToken, PlexUnavailable."""

    def __init__(self, browser: ServerBrowser, shown: ItemsShown) -> None:
        self._browser = browser
        self._shown = shown

    def answering(self) -> Answering:
        return {
            FindServer: self.find_server,
            ListServerLibraries: self.list_libraries,
            BrowseLibrary: self.browse,
            SearchServer: self.search,
            ListNewest: self.list_newest,
            ListServerCollections: self.list_collections,
            FindServerCollection: self.find_collection,
            ListPlaying: self.list_playing,
        }

    async def find_server(self, query: FindServer) -> ServerSeen:
        server = await self._browser.pick(query.server)
        identity = await self._browser.read(
            server, "server", "", ServerIdentity, lambda whole: whole.media.identity(), lifetimes=PLAN
        )
        return ServerSeen(server=server, identity=identity, all=await self._browser.all())

    async def list_libraries(self, query: ListServerLibraries) -> Sequence[Library]:
        return await self._libraries(await self._browser.pick(query.server))

    async def browse(self, query: BrowseLibrary) -> PageSeen[ItemSeen]:
        server = await self._browser.pick(query.server)
        kind = query.kind or await self._kind_of(server, query.library)
        start = (query.page - 1) * PAGE
        asked = {"library": query.library, "kind": kind, "start": start, **query.filters}
        found = await self._browser.read(
            server,
            "items",
            msgspec.json.encode(asked, order="deterministic").decode(),
            ItemPage,
            lambda whole: whole.media.items(query.library, kind, start=start, size=PAGE, filters=query.filters),
            largest=LARGEST,
        )
        items = await self._shown.of(query.viewer, server.slug, found.items)
        return PageSeen(items=items, page=query.page, total_results=found.total)

    async def search(self, query: SearchServer) -> PageSeen[ItemSeen]:
        server = await self._browser.pick(query.server)
        text = " ".join(query.text.split())

        async def ask(whole: WholeServer) -> list[Item]:
            return [*await whole.media.search(text, limit=FOUND)]

        found = await self._browser.read(server, "search", text.casefold(), list[Item], ask, largest=LARGEST)
        return await self._seen(query.viewer, server, found, query.page)

    async def list_newest(self, query: ListNewest) -> PageSeen[ItemSeen]:
        server = await self._browser.pick(query.server)

        async def ask(whole: WholeServer) -> list[Item]:
            return [*await whole.media.recently_added(library_key=query.library, limit=FOUND)]

        found = await self._browser.read(server, "newest", query.library or "", list[Item], ask, largest=LARGEST)
        return await self._seen(query.viewer, server, found, query.page)

    async def list_collections(self, query: ListServerCollections) -> PageSeen[ItemCollection]:
        server = await self._browser.pick(query.server)

        async def ask(whole: WholeServer) -> list[ItemCollection]:
            return [*await whole.collections.all(query.library)]

        found = await self._browser.read(server, COLLECTIONS, query.library, list[ItemCollection], ask, largest=LARGEST)
        return PageSeen(items=_cut(found, query.page), page=query.page, total_results=len(found))

    async def find_collection(self, query: FindServerCollection) -> CollectionSeen:
        server = await self._browser.pick(query.server)

        async def ask(whole: WholeServer) -> tuple[ItemCollection, list[Item]]:
            collection, items = await whole.collections.find(query.rating_key)
            return collection, [*items]

        collection, items = await self._browser.read(
            server, COLLECTIONS, f"one/{query.rating_key}", tuple[ItemCollection, list[Item]], ask, largest=LARGEST
        )
        return CollectionSeen(collection=collection, items=await self._seen(query.viewer, server, items, query.page))

    async def list_playing(self, query: ListPlaying) -> Sequence[Playing]:
        server = await self._browser.pick(query.server)

        async def ask(whole: WholeServer) -> list[Playing]:
            return [*await whole.activity.playing()]

        return await self._browser.read(server, "playing", "", list[Playing], ask, lifetimes=MOMENT)

    async def _libraries(self, server: KnownServer) -> Sequence[Library]:
        async def ask(whole: WholeServer) -> list[Library]:
            return [*await whole.media.libraries()]

        return await self._browser.read(server, "libraries", "", list[Library], ask, lifetimes=PLAN)

    async def _kind_of(self, server: KnownServer, key: str) -> ItemType:
        """Raises NotOnServer, also for a library of music or photos."""
        kind = next((OPENED_AT.get(one.type) for one in await self._libraries(server) if one.key == key), None)
        if kind is None:
            raise NotOnServer
        return kind

    async def _seen(self, viewer: Viewer, server: KnownServer, found: Sequence[Item], page: int) -> PageSeen[ItemSeen]:
        items = await self._shown.of(viewer, server.slug, _cut(found, page))
        return PageSeen(items=items, page=page, total_results=len(found))


def _cut(found: Sequence[T], page: int) -> Sequence[T]:
    return found[(page - 1) * PAGE : page * PAGE]
