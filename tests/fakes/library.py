"""A library index in memory."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from msgspec.structs import replace

from medianest.domain.media_request.vocabulary import FILM, MediaType
from medianest.ports.library import (
    Copy,
    HeldTitle,
    KnownCopy,
    LeftCopy,
    MachineChanged,
    Machines,
    Place,
    ScannedLibrary,
    ScanRunning,
    ShelfTitle,
)
from medianest.ports.media_server import Guids
from tests.fakes.library_ids import FakeFoundIds


class _Shelved:
    """A copy with what became of it."""

    def __init__(self, server: str, library_uuid: str, copy: Copy) -> None:
        self.server = server
        self.library_uuid = library_uuid
        self.copy = copy
        self.missing_since: datetime | None = None
        self.gone_at: datetime | None = None
        self.is_told = False

    def looks(self) -> tuple[object, ...]:
        return (self.library_uuid, self.copy, self.missing_since, self.gone_at)


class FakeLibrary(FakeFoundIds):
    """Implements `LibraryIndex`, `LibraryScans`, `LibraryCopies` and `LeftCopies`, and of `FakeFoundIds` the rest."""

    def __init__(self) -> None:
        super().__init__()
        self._machines: dict[str, Machines] = {}
        self._newest: dict[str, datetime] = {}
        self._libraries: dict[tuple[str, str], ScannedLibrary] = {}
        self._copies: dict[tuple[str, str, bool], _Shelved] = {}
        self._scanning: set[tuple[str, str]] = set()

    async def of_titles(self, titles: Collection[tuple[MediaType, int]]) -> Mapping[tuple[MediaType, int], HeldTitle]:
        found: dict[tuple[MediaType, int], HeldTitle] = {}
        for asked in titles:
            episodes: dict[bool, dict[int, int]] = {False: {}, True: {}}
            places = set()
            for one in self._held(*asked):
                counts, part = episodes[one.copy.is_4k], FILM if one.copy.season is None else one.copy.season
                counts[part] = max(counts.get(part, 0), one.copy.episodes)
                places.add(Place(server=one.server, library_uuid=one.library_uuid, rating_key=one.copy.title_key))
            if places:
                found[asked] = HeldTitle(
                    media_type=asked[0],
                    tmdb_id=asked[1],
                    episodes=episodes[False],
                    episodes_4k=episodes[True],
                    places=tuple(sorted(places)),
                )
        return found

    async def titles_at(self, places: Collection[tuple[str, str]]) -> Collection[tuple[MediaType, int]]:
        found = [self._titles[place][1] for place in places if place in self._titles]
        return {(it.media_type, it.guids.tmdb_id) for it in found if it.guids.tmdb_id is not None}

    async def libraries(self) -> Sequence[ScannedLibrary]:
        shown = []
        for (server, uuid), library in self._libraries.items():
            held = [it for it in self._of(server, uuid) if it.gone_at is None]
            shown.append(
                replace(
                    library,
                    held=len({it.copy.title_key for it in held}),
                    missing=len({it.copy.title_key for it in held if it.missing_since is not None}),
                )
            )
        return sorted(shown, key=lambda it: (it.server, it.title, it.uuid))

    async def known_as(self, server: str, rating_keys: Collection[str]) -> Mapping[str, tuple[MediaType, int]]:
        titles = [self._titles[server, key][1] for key in rating_keys if (server, key) in self._titles]
        return {it.rating_key: (it.media_type, it.guids.tmdb_id) for it in titles if it.guids.tmdb_id is not None}

    async def servers(self) -> Collection[str]:
        return {*self._machines, *(key[0] for keys in (self._libraries, self._titles, self._copies) for key in keys)}

    async def drop(self, server: str) -> None:
        self._machines.pop(server, None)
        self._newest.pop(server, None)
        for kept in (self._libraries, self._titles, self._copies):
            for key in [key for key in kept if key[0] == server]:
                del kept[key]  # type: ignore[attr-defined]

    @asynccontextmanager
    async def scanning(self, server: str, library_uuid: str) -> AsyncIterator[None]:
        if (server, library_uuid) in self._scanning:
            raise ScanRunning
        self._scanning.add((server, library_uuid))
        try:
            yield
        finally:
            self._scanning.remove((server, library_uuid))

    async def is_same(self, server: str, machine_identifier: str) -> bool:
        known = self._machines.get(server, Machines(known=machine_identifier)).known
        is_same = known == machine_identifier
        self._machines[server] = Machines(known=known, found=None if is_same else machine_identifier)
        return is_same

    async def machines(self) -> Mapping[str, Machines]:
        return dict(self._machines)

    async def keep(
        self, server: str, library_uuid: str, titles: Sequence[ShelfTitle], copies: Sequence[Copy], *, machine: str
    ) -> int:
        self._ensure_known(server, machine)
        changed = 0
        for title in titles:
            looks = (library_uuid, self._identified(self._remembered(server, title)))
            changed += self._titles.get((server, title.rating_key)) != looks
            self._titles[server, title.rating_key] = looks
        for copy in copies:
            key = (server, copy.rating_key, copy.is_4k)
            shelved = _Shelved(server, library_uuid, copy)
            if (was := self._copies.get(key)) is None or was.looks() != shelved.looks():
                self._copies[key] = shelved
                changed += 1
        return changed

    async def record(self, library: ScannedLibrary, *, machine: str) -> None:
        self._ensure_known(library.server, machine)
        was = self._libraries.get((library.server, library.uuid))
        healthy_at = library.healthy_at or (was.healthy_at if was else None)
        self._libraries[library.server, library.uuid] = replace(library, healthy_at=healthy_at)

    async def newest_added(self, server: str) -> datetime | None:
        return self._newest.get(server)

    async def looked_until(self, server: str, newest: datetime, *, machine: str) -> None:
        if server in self._machines and self._machines[server].known == machine:
            self._newest[server] = newest

    async def known(
        self, server: str, library_uuid: str, *, after: tuple[str, bool] | None, limit: int
    ) -> Sequence[KnownCopy]:
        found = [
            KnownCopy(
                rating_key=it.copy.rating_key,
                is_4k=it.copy.is_4k,
                title_key=it.copy.title_key,
                missing_since=it.missing_since,
            )
            for it in self._of(server, library_uuid)
            if it.gone_at is None and (it.copy.rating_key, it.copy.is_4k) > (after or ("", False))
        ]
        return sorted(found, key=lambda it: (it.rating_key, it.is_4k))[:limit]

    async def mark_missing(
        self, server: str, copies: Collection[tuple[str, bool]], since: datetime | None, *, machine: str
    ) -> None:
        if copies:
            self._ensure_known(server, machine)
        for rating_key, is_4k in copies:
            one = self._copies.get((server, rating_key, is_4k))
            if one is not None and one.gone_at is None and (one.missing_since is None) == (since is not None):
                one.missing_since = since

    async def leaving(self, server: str, library_uuid: str, *, missing_until: datetime) -> tuple[int, int]:
        held = [it for it in self._of(server, library_uuid) if it.gone_at is None]
        leaving = [it for it in held if it.missing_since is not None and it.missing_since <= missing_until]
        return len({it.copy.title_key for it in leaving}), len({it.copy.title_key for it in held})

    async def mark_gone(self, server: str, library_uuid: str, *, missing_until: datetime, at: datetime) -> int:
        going = [
            it
            for it in self._of(server, library_uuid)
            if it.gone_at is None and it.missing_since is not None and it.missing_since <= missing_until
        ]
        for one in going:
            one.gone_at, one.is_told = at, False
        return len(going)

    async def wait_for(self, server: str, library_uuid: str) -> None:
        for one in self._of(server, library_uuid):
            if one.gone_at is None:
                one.missing_since = None

    async def untold(self, *, limit: int) -> Sequence[LeftCopy]:
        found = []
        for (server, rating_key, is_4k), one in sorted(self._copies.items()):
            if one.gone_at is None or one.is_told:
                continue
            _, title = self._titles.get((server, one.copy.title_key), (None, None))
            kind, tmdb_id = (title.media_type, title.guids.tmdb_id) if title else (None, None)
            held = (
                [it for it in self._held(kind, tmdb_id) if it.copy.season == one.copy.season]
                if kind is not None and tmdb_id is not None
                else []
            )
            found.append(
                LeftCopy(
                    server=server,
                    rating_key=rating_key,
                    is_4k=is_4k,
                    media_type=kind,
                    tmdb_id=tmdb_id,
                    season=one.copy.season,
                    is_held=bool(held),
                    is_held_4k=any(it.copy.is_4k for it in held),
                )
            )
        return found[:limit]

    async def told(self, copies: Sequence[LeftCopy]) -> None:
        for one in copies:
            self._copies[one.server, one.rating_key, one.is_4k].is_told = True

    def _ensure_known(self, server: str, machine: str) -> None:
        if server not in self._machines or self._machines[server].known != machine:
            raise MachineChanged

    def _remembered(self, server: str, title: ShelfTitle) -> ShelfTitle:
        _, was = self._titles.get((server, title.rating_key), ("", title))
        is_same = replace(was, guids=Guids(), added_at=title.added_at) == title
        return replace(title, guids=was.guids if is_same else title.guids)

    def _of(self, server: str, library_uuid: str) -> list[_Shelved]:
        return [it for it in self._copies.values() if (it.server, it.library_uuid) == (server, library_uuid)]

    def _held(self, kind: MediaType, tmdb_id: int) -> list[_Shelved]:
        titles = {
            key
            for key, (_, title) in self._titles.items()
            if (title.media_type, title.guids.tmdb_id) == (kind, tmdb_id)
        }
        return [it for it in self._copies.values() if it.gone_at is None and (it.server, it.copy.title_key) in titles]
