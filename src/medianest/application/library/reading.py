"""One library of a media server, read to its end; and telling how far that is."""

import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Final

import msgspec

from medianest.application.outgoing import AddressNotAllowed
from medianest.ports.cache import Broadcast
from medianest.ports.failures import SealBroken, Unavailable
from medianest.ports.library import Trouble
from medianest.ports.media_server import Item, ItemNotThere, ItemType, Library, MediaServer, ServerRefusesToken

PAGE: Final = 500
"""Items asked for at a time."""

ENDLESS: Final = 5_000_000
"""No library is so large: a server that goes on longer does not mean it."""

LONGEST: Final = 3600.0
"""Seconds for one library: what a server needs for 900,000 items, if each page takes two seconds."""

SHORTEST: Final = 50
"""Items that a page has to have on average, once `SHORT` of them were read: a server may give fewer at a time than it
is asked for, but not one by one."""

SHORT: Final = 100

SILENCE: Final = (Unavailable, AddressNotAllowed, SealBroken)
"""Whatever keeps one server from being asked, and must keep no other from it: it is away, its name leads by now where
we may not go, or its token does not open."""

SCANS: Final = "library_scans"
"""The topic of the broadcast under which every scan tells how far it is."""

TELL_EVERY: Final = 0.5
"""Seconds between two tellings."""


class ScanProgress(msgspec.Struct, frozen=True, kw_only=True):
    """`done` of `total` items of one library; `total` grows as more kinds of them are looked at. `is_over`: `trouble`
    says how it ended."""

    server: str
    uuid: str
    title: str
    done: int
    total: int
    is_over: bool = False
    trouble: Trouble | None = None


Listener = Callable[[ScanProgress], None]


def nobody(_progress: ScanProgress) -> None:
    """Listens to no progress."""


class Unhealthy(Exception):
    """The scan says nothing about what is missing."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble)
        self.trouble: Trouble = trouble


def trouble_of(problem: Exception) -> Trouble:
    """Of a server that did not answer as it should."""
    if isinstance(problem, ServerRefusesToken):
        return "token_refused"
    return "changed_meanwhile" if isinstance(problem, ItemNotThere) else "unreachable"


class Reading:
    """One library of one machine, read to its end. `shelved` counts what could be watched: films or seasons."""

    def __init__(self, server: MediaServer, machine: str, library: Library) -> None:
        self._server = server
        self.machine = machine
        self.library = library
        self.shelved = 0
        self._was_busy = library.is_refreshing
        self._has_gaps = False

    async def pages(
        self, kind: ItemType, telling: "Telling", filters: Mapping[str, str] | None = None
    ) -> AsyncIterator[Sequence[Item]]:
        """Raises Unhealthy where the pages do not add up, or where another library has taken this one's place: then
        nothing of such a page is handed out; and where they have no end, so that nobody waits for it."""
        start, total, read = 0, 0, 0
        seen: set[str] = set()
        while True:
            page = await self._server.items(self.library.key, kind, start=start, size=PAGE, filters=filters)
            await self._ensure_same()
            start, read = start + len(page.items), read + 1
            seen.update(item.rating_key for item in page.items)
            if page.total < total or (not page.items and start < page.total):
                raise Unhealthy("incomplete")
            if max(start, page.total) > ENDLESS or read > SHORT + start / SHORTEST:
                raise Unhealthy("too_long")
            await telling.add(len(page.items), page.total - total)
            total = page.total
            yield page.items
            if start >= total:
                break
        self._has_gaps |= len(seen) < total  # one that is shown twice hides another

    async def ensure_whole(self) -> None:
        """At the end: whether what was not seen is not there. A server that looks through a library may be half-way
        through taking something out and putting it back. Raises Unhealthy."""
        if self._has_gaps:
            raise Unhealthy("incomplete")
        if (await self._ensure_same()).is_refreshing or self._was_busy:
            raise Unhealthy("busy")

    async def _ensure_same(self) -> Library:
        for one in await self._server.libraries():
            if (one.key, one.uuid) == (self.library.key, self.library.uuid):
                return one
        raise Unhealthy("changed_meanwhile")


class Telling:
    """Tells how far a scan is: whoever asked for it at every step, everybody else now and then."""

    def __init__(self, broadcast: Broadcast, listener: Listener, server: str, library: Library) -> None:
        self._broadcast = broadcast
        self._listener = listener
        self._progress = ScanProgress(server=server, uuid=library.uuid, title=library.title, done=0, total=0)
        self._next = 0.0

    async def add(self, done: int, total: int) -> None:
        it = self._progress
        self._progress = msgspec.structs.replace(it, done=it.done + done, total=it.total + total)
        self._listener(self._progress)
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + TELL_EVERY
            await self._broadcast.tell(SCANS, msgspec.json.encode(self._progress))

    async def last(self, trouble: Trouble | None) -> None:
        self._progress = msgspec.structs.replace(self._progress, is_over=True, trouble=trouble)
        self._listener(self._progress)
        await self._broadcast.tell(SCANS, msgspec.json.encode(self._progress))
