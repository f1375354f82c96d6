"""What the libraries of the media servers hold: samples taken by scans, never events."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Final, Literal, Protocol

import msgspec

from medianest.domain.kernel import Refused
from medianest.domain.media_request.vocabulary import MediaType
from medianest.ports.media_server import Guids, MediaServer

LibraryKind = Literal["movie", "show"]

Trouble = Literal[
    "unreachable",
    "token_refused",
    "another_server",
    "not_there",
    "changed_meanwhile",
    "incomplete",
    "too_long",
    "empty",
    "busy",
]
"""Why a scan says nothing about what is missing. `another_server`: whoever answers there is not the server we know;
`not_there`: the server has no such library any more; `changed_meanwhile`: it went, or gave its place to another, while
it was read; `incomplete`: the pages did not add up; `too_long`: they came to no end in the time, or in the number, that
a library may take; `empty`: it held something before; `busy`: the server itself was looking through it meanwhile."""

PASSING: Final[frozenset[Trouble]] = frozenset({"unreachable", "changed_meanwhile", "incomplete", "busy"})
"""What may be over in an hour."""


class ScanRunning(Refused):
    code = "scan_running"
    text = "This library is being scanned already."


class LibraryNotFound(Refused):
    code, kind = "library_not_found", "missing"
    text = "There is no such library. `medianest library list` names them."


class MachineChanged(Exception):
    """Another machine goes by the name of the server by now than the one that was read, or none. Nothing was written:
    its titles are not this one's."""


class Machines(msgspec.Struct, frozen=True, kw_only=True):
    """The machine identifier of the server that we know, and that of another one which answered last in its place."""

    known: str
    found: str | None = None


class ShelfTitle(msgspec.Struct, frozen=True, kw_only=True):
    """A film or a series as a server has it."""

    rating_key: str
    media_type: MediaType
    title: str
    guids: Guids = Guids()
    year: int | None = None
    added_at: datetime | None = None


class Copy(msgspec.Struct, frozen=True, kw_only=True):
    """A film, or a season of a series, in 4K or in whatever quality there is. `title_key` is the rating key of the film
    or the series; `season` is None for a film, of which `episodes` is 1."""

    rating_key: str
    is_4k: bool
    """Without it, in any quality, 4K among them: what is in 4K has two copies."""
    title_key: str
    season: int | None = None
    episodes: int = 1


class KnownCopy(msgspec.Struct, frozen=True, kw_only=True):
    """A copy in the index that is not called gone. `missing_since`: a healthy scan did not see it then, and none has
    since."""

    rating_key: str
    is_4k: bool
    title_key: str
    missing_since: datetime | None = None


class Place(msgspec.Struct, frozen=True, kw_only=True, order=True):
    server: str
    library_uuid: str
    rating_key: str


class HeldTitle(msgspec.Struct, frozen=True, kw_only=True):
    """What all servers hold of a title together. `episodes` and `episodes_4k` map a season to the most episodes of it
    that one copy has, in whatever quality and in 4K, and a film, under the number of its part, to 1."""

    media_type: MediaType
    tmdb_id: int
    episodes: Mapping[int, int] = {}
    episodes_4k: Mapping[int, int] = {}
    places: tuple[Place, ...] = ()

    def in_quality(self, is_4k: bool) -> Mapping[int, int]:
        """Episodes by season, as whoever asked in this quality has them: a copy in 4K can be watched by everybody."""
        return self.episodes_4k if is_4k else self.episodes


class ScannedLibrary(msgspec.Struct, frozen=True, kw_only=True):
    """A library and its last scan: what it came to, with `items` titles and seasons seen; `scanned_at` is None until
    the first one ends. `healthy_at` is when a scan last said what is there and what is missing. `held` titles are in
    the index, of which `missing` await another scan.
    """

    server: str
    uuid: str
    key: str
    kind: LibraryKind
    title: str
    scanned_at: datetime | None = None
    healthy_at: datetime | None = None
    trouble: Trouble | None = None
    items: int = 0
    seconds: float = 0.0
    held: int = 0
    missing: int = 0


class LeftCopy(msgspec.Struct, frozen=True, kw_only=True):
    """A copy that is gone and of which no request knows yet. `is_held`: in any quality some server holds the same film
    or season still, `is_held_4k`: in 4K. Without a TMDB id nobody can have asked for it."""

    server: str
    rating_key: str
    is_4k: bool
    media_type: MediaType | None
    tmdb_id: int | None
    season: int | None
    is_held: bool
    is_held_4k: bool


class LibraryIndex(Protocol):
    """Raises LogUnavailable when the database is away, as all of these do."""

    async def of_titles(self, titles: Collection[tuple[MediaType, int]]) -> Mapping[tuple[MediaType, int], HeldTitle]:
        """Those of them that are held, by their TMDB ids: one statement for a page."""

    async def titles_at(self, places: Collection[tuple[str, str]]) -> Collection[tuple[MediaType, int]]:
        """What the films and series at these (server, rating key) are at TMDB, as far as that is known."""

    async def libraries(self) -> Sequence[ScannedLibrary]:
        """By server and title."""

    async def servers(self) -> Collection[str]:
        """Of which anything is known: also one that was dropped while somebody looked at it."""

    async def drop(self, server: str) -> None:
        """Give up all that is known of a server. Nothing of it is called gone."""


class ShelvedTitles(Protocol):
    """A part of the index, for those who have something of a server in hand."""

    async def known_as(self, server: str, rating_keys: Collection[str]) -> Mapping[str, tuple[MediaType, int]]:
        """Who the films and series with these keys are at TMDB, also those of which only an id elsewhere is on the
        server; absent: nobody knows. One statement, and none for no keys."""


class LibraryScans(Protocol):
    def scanning(self, server: str, library_uuid: str) -> AbstractAsyncContextManager[None]:
        """While it is open nobody else opens it for this library, in whichever process; a killed one lets go. Raises
        ScanRunning."""

    async def is_same(self, server: str, machine_identifier: str) -> bool:
        """Whether this is the server that we know under that name; the first one is. Another one is remembered as
        found until the one that we know answers again."""

    async def machines(self) -> Mapping[str, Machines]:
        """Those of the servers that were seen, by their short names."""

    async def keep(
        self, server: str, library_uuid: str, titles: Sequence[ShelfTitle], copies: Sequence[Copy], *, machine: str
    ) -> int:
        """Put down what was seen on this machine, and that it is neither missing nor gone; how many rows that changed.
        A title of which no id is seen any more, under the same name and year, keeps those that it had. Raises
        MachineChanged."""

    async def record(self, library: ScannedLibrary, *, machine: str) -> None:
        """How a scan of it ended, or that its first one begins. `healthy_at` is kept where it is None; `held` and
        `missing` are not looked at. Raises MachineChanged."""

    async def newest_added(self, server: str) -> datetime | None:
        """Up to when additions were looked at, one by one."""

    async def looked_until(self, server: str, newest: datetime, *, machine: str) -> None:
        """Nothing is put down where another machine goes by that name."""


class LibraryCopies(Protocol):
    """What is in the index, against what was seen."""

    async def known(
        self, server: str, library_uuid: str, *, after: tuple[str, bool] | None, limit: int
    ) -> Sequence[KnownCopy]:
        """By rating key, the one in 4K behind the other."""

    async def mark_missing(
        self, server: str, copies: Collection[tuple[str, bool]], since: datetime | None, *, machine: str
    ) -> None:
        """(rating key, is 4K), by what was seen on this machine. Missing since then, unless they were already; None:
        not missing. Raises MachineChanged, but not where there are none."""

    async def leaving(self, server: str, library_uuid: str, *, missing_until: datetime) -> tuple[int, int]:
        """How many titles lack something since that time or longer, and how many the library holds, these included."""

    async def mark_gone(self, server: str, library_uuid: str, *, missing_until: datetime, at: datetime) -> int:
        """Call gone what is missing since that time or longer; how many copies."""

    async def wait_for(self, server: str, library_uuid: str) -> None:
        """Nothing of this library is missing, until a scan says so anew."""


class LeftCopies(Protocol):
    async def untold(self, *, limit: int) -> Sequence[LeftCopy]: ...

    async def told(self, copies: Sequence[LeftCopy]) -> None:
        """Their requests know."""


class MediaServers(Protocol):
    """The media servers of the house by their short names."""

    async def slugs(self) -> Sequence[str]: ...

    async def open(self, slug: str) -> MediaServer:
        """Raises ServerNotFound; and PlexNotConfigured where its token is not there (any more)."""

    async def refused(self, slug: str) -> None:
        """It takes our token no more: said once."""

    async def taken(self, slug: str) -> None:
        """It let us in."""
