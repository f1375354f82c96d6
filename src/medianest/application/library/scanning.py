"""Full scans: all that the libraries of the media servers hold, page by page.

A scan that breaks off is simply run again. What it saw is kept at once, for what was seen is there; what it did not see
counts only if the scan was healthy.
"""

import asyncio
import time
from collections.abc import Collection, Coroutine, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Any, Final

import msgspec

from medianest.application.library.abreast import abreast
from medianest.application.library.endings import ScanEndings
from medianest.application.library.reading import (
    LONGEST,
    SILENCE,
    Listener,
    Reading,
    Telling,
    Unhealthy,
    nobody,
    trouble_of,
)
from medianest.application.library.removals import Removals, Seen
from medianest.application.library.shelving import (
    copies_of_film,
    copies_of_season,
    count_4k,
    library_of,
    title_of,
)
from medianest.application.library.turns import by_turns
from medianest.application.outgoing import AddressNotAllowed
from medianest.ports.cache import Broadcast
from medianest.ports.failures import PlexUnavailable
from medianest.ports.library import (
    PASSING,
    LibraryIndex,
    LibraryNotFound,
    LibraryScans,
    MachineChanged,
    MediaServers,
    ScannedLibrary,
    ScanRunning,
    Trouble,
)
from medianest.ports.media_server import ItemNotThere, ServerRefusesToken
from medianest.ports.surroundings import Clock

OF_A_SERVER: Final = 4
"""How many times as long as one library all of a server together may take."""

Scans = Coroutine[Any, Any, Sequence[ScannedLibrary]]


class LibraryScanner:
    """`longest`: seconds that the scan of one library may take."""

    def __init__(
        self,
        servers: MediaServers,
        index: LibraryIndex,
        scans: LibraryScans,
        removals: Removals,
        *,
        broadcast: Broadcast,
        clock: Clock,
        longest: float = LONGEST,
    ) -> None:
        self._servers = servers
        self._index = index
        self._scans = scans
        self._removals = removals
        self._broadcast = broadcast
        self._clock = clock
        self._longest = longest
        self._endings = ScanEndings(servers, scans, clock)

    async def scan(
        self, *, server: str | None = None, library: str | None = None, listener: Listener = nobody
    ) -> Sequence[ScannedLibrary]:
        """All libraries of films and series, or those of one server, or the one that goes there by this uuid; how each
        scan ended. One that is scanned by somebody else is left out, but for one that is named.

        Raises ScanRunning, LibraryNotFound, ServerNotFound.
        """
        if server is not None:
            ended = await self._server(server, library, listener)
        else:
            slugs = await self._servers.slugs()
            ended = await abreast(self._server(slug, library, listener) for slug in slugs)
        if library is not None and not ended:
            raise LibraryNotFound
        return ended

    async def scan_again(self) -> Sequence[ScannedLibrary]:
        """Those whose last scan met with what passes."""
        troubled = [it for it in await self._index.libraries() if it.trouble in PASSING]
        return await abreast(self._anew(troubled, await self._servers.slugs()))

    async def scan_new(self) -> Sequence[ScannedLibrary]:
        """Those of the servers of which nothing is known yet, and those that a scan broke off before."""
        libraries, slugs = await self._index.libraries(), await self._servers.slugs()
        known = {it.server for it in libraries}
        new = [self._server(slug, None, nobody) for slug in slugs if slug not in known]
        return await abreast([*new, *self._anew([it for it in libraries if it.scanned_at is None], slugs)])

    def _anew(self, libraries: Sequence[ScannedLibrary], slugs: Collection[str]) -> Sequence[Scans]:
        """Work for each server that is still one. `libraries` are by server."""
        by_server = groupby((it for it in libraries if it.server in slugs), key=lambda it: it.server)
        return [self._again(slug, [it.uuid for it in those]) for slug, those in by_server]

    async def _again(self, slug: str, libraries: Sequence[str]) -> Sequence[ScannedLibrary]:
        return [it for one in libraries for it in await self._server(slug, one, nobody, is_patient=True)]

    async def _server(
        self, slug: str, only: str | None, listener: Listener, *, is_patient: bool = False
    ) -> Sequence[ScannedLibrary]:
        former = (await self._scans.machines()).get(slug)  # before its libraries: those may be another one's already
        machine = None if former is None else former.known
        known = {it.uuid: it for it in await self._index.libraries() if it.server == slug}
        wanted = [it for it in known.values() if only in (None, it.uuid)]
        until = asyncio.get_running_loop().time() + OF_A_SERVER * self._longest
        try:
            server = await self._servers.open(slug)
            identity, listed = await server.identity(), await server.libraries()
        except (*SILENCE, ServerRefusesToken, ItemNotThere) as problem:
            return await self._endings.troubled(slug, wanted, trouble_of(problem), machine)
        await self._servers.taken(slug)
        if not await self._scans.is_same(slug, identity.machine_identifier):
            return await self._endings.troubled(slug, wanted, "another_server", machine)
        machine = identity.machine_identifier
        for one in listed:
            if one.type in ("movie", "show") and one.uuid not in known:
                await self._endings.begin(library_of(slug, one), machine)
        ended: list[ScannedLibrary] = []
        for one in by_turns(listed, known, self._longest):
            if ended and ended[-1].trouble == "another_server":
                break
            if one.type in ("movie", "show") and only in (None, one.uuid):
                try:
                    async with self._scans.scanning(slug, one.uuid):
                        was = known.get(one.uuid)
                        reading = Reading(server, machine, one)
                        ended.append(await self._library(slug, reading, was, until=until, listener=listener))
                except ScanRunning:
                    if only is not None and not is_patient:
                        raise
        there = {one.uuid for one in listed}
        gone = [one for one in wanted if one.uuid not in there]
        vanished = [await self._vanished(one, machine, is_sure=bool(listed)) for one in gone]
        return ended + vanished

    async def _library(
        self,
        slug: str,
        reading: Reading,
        known: ScannedLibrary | None,
        *,
        until: float,
        listener: Listener,
    ) -> ScannedLibrary:
        began, seen = time.monotonic(), Seen()
        trouble: Trouble | None = None
        telling = Telling(self._broadcast, listener, slug, reading.library)
        entry = library_of(slug, reading.library)
        try:
            async with asyncio.timeout_at(min(until, asyncio.get_running_loop().time() + self._longest)):
                await self._read(slug, reading, seen, telling)
                await reading.ensure_whole()
            if not reading.shelved and known is not None and known.held:
                raise Unhealthy("empty")
            await self._removals.settle(entry, seen, machine=reading.machine)
        except MachineChanged:
            trouble = "another_server"
        except Unhealthy as unhealthy:
            trouble = unhealthy.trouble
        except TimeoutError:
            trouble = "too_long"
        except (PlexUnavailable, AddressNotAllowed, ServerRefusesToken, ItemNotThere) as problem:
            trouble = trouble_of(problem)
            if trouble == "token_refused":
                await self._servers.refused(slug)
        now = self._clock.now()
        entry = msgspec.structs.replace(
            entry,
            scanned_at=now,
            healthy_at=None if trouble else now,
            trouble=trouble,
            items=reading.shelved,
            seconds=time.monotonic() - began,
        )
        entry = await self._endings.put(entry, reading.machine)
        await telling.last(entry.trouble)
        return entry

    async def _read(self, slug: str, reading: Reading, seen: Seen, telling: Telling) -> None:
        uuid, machine = reading.library.uuid, reading.machine
        if reading.library.type == "movie":
            async for films in reading.pages("movie", telling):
                there = seen.there(films)
                copies = [copy for film in there for copy in copies_of_film(film)]
                seen.copies.update((copy.rating_key, copy.is_4k) for copy in copies)
                seen.copies.update((film.rating_key, True) for film in there if film.is_4k_away)
                await self._scans.keep(slug, uuid, [title_of(film) for film in there], copies, machine=machine)
                reading.shelved += len(films)
            return
        counts: dict[str, int] = {}
        async for episodes in reading.pages("episode", telling, {"resolution": "4k"}):
            count_4k(episodes, counts)
        async for series in reading.pages("show", telling):
            await self._scans.keep(slug, uuid, [title_of(one) for one in seen.there(series)], (), machine=machine)
        async for seasons in reading.pages("season", telling):
            for season in seasons:
                if season.parent_rating_key in seen.away:
                    seen.away.add(season.rating_key)
            copies = [copy for season in seen.there(seasons) for copy in copies_of_season(season, counts)]
            seen.copies.update((copy.rating_key, copy.is_4k) for copy in copies)
            await self._scans.keep(slug, uuid, (), copies, machine=machine)
            reading.shelved += len(seasons)

    async def _vanished(self, known: ScannedLibrary, machine: str, *, is_sure: bool) -> ScannedLibrary:
        """A library that its server does not list. Where it lists others, that says that nothing of it is there, and
        its titles leave as all do: not without the owner's word. A server that lists none says nothing."""
        now = self._clock.now()
        entry = msgspec.structs.replace(
            known, scanned_at=now, healthy_at=None, trouble="not_there" if is_sure else "empty", items=0, seconds=0.0
        )
        if is_sure:
            with suppress(MachineChanged):  # which its end says
                await self._removals.settle(entry, Seen(), machine=machine)
        return await self._endings.put(entry, machine)
