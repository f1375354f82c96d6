"""What a media server holds, shows and plays. Vocabulary: Plex's."""

from collections.abc import AsyncIterable, Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

import msgspec

from medianest.ports.pictures import Picture

LibraryType = Literal["movie", "show", "artist", "photo"]
ItemType = Literal["movie", "show", "season", "episode"]


class ServerIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """`machine_identifier` never changes while the server is the same one."""

    machine_identifier: str
    version: str
    name: str | None = None
    platform: str | None = None


class Library(msgspec.Struct, frozen=True, kw_only=True):
    """A section of the server. `key` is its number there; `uuid` stays when it is renamed, and another library that is
    given the same key has another one. `locations` are directories on the server."""

    key: str
    uuid: str
    type: LibraryType
    title: str
    agent: str | None = None
    language: str | None = None
    locations: tuple[str, ...] = ()
    is_refreshing: bool = False
    scanned_at: datetime | None = None


class Guids(msgspec.Struct, frozen=True, kw_only=True):
    """Who a title is elsewhere, as far as the server knows: `imdb_id` is "tt0133093"."""

    tmdb_id: int | None = None
    imdb_id: str | None = None
    tvdb_id: int | None = None


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A film, a series, a season or an episode. `rating_key` is its number on this server.

    `index` is the number of a season or an episode, `parent_rating_key` the series of a season or the season of an
    episode, `leaf_count` how many episodes a series or a season holds. Of seasons and episodes, `series_rating_key`
    and `season` say to which series and season they belong, and `series_guids` who the series is elsewhere (old agents
    alone tell that here); `guids` are their own and never the series'. `has_4k` and `has_other` say which qualities
    its files have (both are False where the server does not say, as for series and seasons). `is_away`: the server
    knows it, but its files were not to be found when it looked last; `is_4k_away`: so it is with those that are in 4K.
    `thumb` and `art` are paths on the server.
    """

    rating_key: str
    type: ItemType
    title: str
    library_key: str | None = None
    year: int | None = None
    guids: Guids = Guids()
    added_at: datetime | None = None
    index: int | None = None
    parent_rating_key: str | None = None
    series_rating_key: str | None = None
    season: int | None = None
    series_guids: Guids = Guids()
    leaf_count: int | None = None
    has_4k: bool = False
    has_other: bool = False
    is_away: bool = False
    is_4k_away: bool = False
    summary: str = ""
    thumb: str | None = None
    art: str | None = None


class ItemPage(msgspec.Struct, frozen=True, kw_only=True):
    """`start` counts from 0; `total` is how many there were on all pages when this one was read: it may grow and shrink
    between two of them. A page may hold fewer items than asked for: the next begins at `start` plus their number, and
    none is left once that is `total` or more, or the page is empty."""

    items: Sequence[Item]
    start: int
    total: int


class Playing(msgspec.Struct, frozen=True, kw_only=True):
    """A film or an episode that plays now. `progress` and `duration` in seconds; `user` is who they are at the server,
    `state` the server's word ("playing", "paused", "buffering")."""

    item: Item
    user: str | None
    player: str | None
    state: str
    progress: float
    duration: float
    is_transcoded: bool
    series: str | None = None
    season: int | None = None


class ItemCollection(msgspec.Struct, frozen=True, kw_only=True):
    rating_key: str
    title: str
    library_key: str | None
    item_count: int
    summary: str = ""
    thumb: str | None = None
    is_smart: bool = False
    """Its items come of a filter: none can be added by hand."""


class ServerRefusesToken(Exception):
    """The server takes our token no more: it was revoked, or is another server's."""


class ItemNotThere(Exception):
    """The server has no such library, item, collection or picture (any more)."""


class MediaServer(Protocol):
    """Raises `PlexUnavailable` when it does not answer as it should, and then nothing is known: an answer of which only
    a part makes sense is none. Raises `ServerRefusesToken`; and `ItemNotThere`, which only a server says that has just
    shown to be one. Nothing that is raised or logged holds a token or an address."""

    async def identity(self) -> ServerIdentity:
        """Who it is; it lets nobody know without a valid token."""

    async def libraries(self) -> Sequence[Library]:
        """Of films, series, music and photos; what is of another type is left out."""

    async def items(
        self, library_key: str, kind: ItemType, *, start: int, size: int, filters: Mapping[str, str] | None = None
    ) -> ItemPage:
        """Those of one kind in a library, with their GUIDs, in a steady order. `filters` are the server's own, by
        field: `resolution` ("4k"), `genre`, `year`, `unwatched`, `show.id` (the series of seasons and episodes), and
        `sort` ("addedAt:desc"; without it, whatever was added last comes last, so that it moves nothing to another
        page). Raises ValueError for a field that no server has."""

    async def item(self, rating_key: str) -> Item: ...

    async def recently_added(self, *, library_key: str | None, limit: int) -> Sequence[Item]:
        """Films and episodes, the newest first; of all libraries of films and series where none is named."""

    async def search(self, text: str, *, limit: int) -> Sequence[Item]:
        """Films, series and episodes."""


class MediaCollections(Protocol):
    """Raises as `MediaServer` does."""

    async def all(self, library_key: str) -> Sequence[ItemCollection]: ...

    async def find(self, rating_key: str) -> tuple[ItemCollection, Sequence[Item]]: ...

    async def create(self, library_key: str, kind: ItemType, title: str, items: Sequence[str]) -> ItemCollection:
        """`items` are rating keys."""

    async def add(self, rating_key: str, items: Sequence[str]) -> None:
        """What is in it already stays where it is."""

    async def move(self, rating_key: str, item: str, *, after: str | None) -> None:
        """Put an item behind another; None: in front of all. Raises ItemNotThere when one of them is not in it."""


class MediaServerActivity(Protocol):
    """Raises as `MediaServer` does."""

    async def playing(self) -> Sequence[Playing]: ...

    async def scan(self, library_key: str, *, path: str | None) -> None:
        """Let the server look at a library anew, or at one directory in it."""

    async def picture(self, path: str, *, width: int, height: int) -> Picture:
        """The picture at `path` on the server, made that small there (it is never made larger). Only of a film, a
        series, a season, an episode or a collection: of what else lies there, ItemNotThere. Raises NotAPicture."""


class WholeServer(Protocol):
    """One media server, by all of its sides."""

    @property
    def media(self) -> MediaServer: ...

    @property
    def collections(self) -> MediaCollections: ...

    @property
    def activity(self) -> MediaServerActivity: ...


class PlexReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a server says of itself in a webhook. `event` is its word ("library.new", "media.play", and whatever it will
    invent). `machine_identifier` is the server's, and `account_id` whose doing it was, as Plex numbers them. The rest
    is about the item, and None where the event is about none: `type` is Plex's word ("episode", "track"), `parent_` and
    `grandparent_rating_key` are the season and the series of an episode (the series of a season is its parent)."""

    event: str
    machine_identifier: str | None = None
    account_id: str | None = None
    rating_key: str | None = None
    parent_rating_key: str | None = None
    grandparent_rating_key: str | None = None
    type: str | None = None
    library_key: str | None = None
    title: str | None = None
    guids: Guids = Guids()


class ReportUnreadable(Exception):
    """What came is no report. The text says why, and repeats none of it."""


class ReportTooLarge(ReportUnreadable):
    """It, or a part of it, is larger than any report."""


class ServerReports(Protocol):
    async def read(self, content_type: str, body: AsyncIterable[bytes]) -> PlexReport:
        """The report in a webhook's body, of which no more than it is held in memory. Raises ReportUnreadable and
        ReportTooLarge."""
