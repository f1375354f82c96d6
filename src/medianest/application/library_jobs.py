"""The work on the libraries of the media servers: at night, every few minutes, and when somebody asks for it."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Final

from medianest.application.library.arrivals import Arrivals
from medianest.application.library.guarding import TokenGuard
from medianest.application.library.identifying import TitleIdentifier
from medianest.application.library.leaving import Leaving
from medianest.application.library.looking import LibraryLooker
from medianest.application.library.removals import Removals
from medianest.application.library.scanning import LibraryScanner
from medianest.domain.media_request.vocabulary import MediaType
from medianest.domain.media_server import ServerNotFound
from medianest.ports.library import LibraryIndex, LibraryNotFound, MediaServers, ScanRunning

LIBRARY_PERIODIC: Final[tuple[tuple[str, str], ...]] = (
    ("20 4 * * *", "scan_libraries"),
    ("50 * * * *", "scan_libraries_again"),
    ("*/5 * * * *", "scan_new_servers"),
    ("*/5 * * * *", "look_at_newest"),
    ("55 * * * *", "titles_left"),
    ("*/10 * * * *", "look_for_arrivals"),
    ("35 4 * * *", "keep_tokens_alive"),
)
"""(cron, job name)."""


class LibraryJobs:
    def __init__(
        self,
        servers: MediaServers,
        index: LibraryIndex,
        *,
        scanner: LibraryScanner,
        looker: LibraryLooker,
        identifier: TitleIdentifier,
        removals: Removals,
        leaving: Leaving,
        arrivals: Arrivals,
        guard: TokenGuard,
    ) -> None:
        self._servers = servers
        self._index = index
        self._scanner = scanner
        self._looker = looker
        self._identifier = identifier
        self._removals = removals
        self._leaving = leaving
        self._arrivals = arrivals
        self._guard = guard

    async def scan_libraries(
        self, server: str | None = None, library: str | None = None, **_origin: str | None
    ) -> None:
        """All, those of one server, or one by its uuid. It is no failure where one is gone or is scanned already."""
        if server is None:
            there = set(await self._servers.slugs())
            for one in set(await self._index.servers()) - there:
                await self._removals.give_up(one)
            await self._removals.end_questions(there)
        with suppress(ServerNotFound, LibraryNotFound, ScanRunning):
            await self._scanner.scan(server=server, library=library)
        await self._identifier.identify()
        await self._arrivals.look_at_all()

    async def scan_libraries_again(self) -> None:
        if await self._scanner.scan_again():
            await self._arrivals.look_at_all()

    async def scan_new_servers(self) -> None:
        """Nobody need wait for the night for a server of which nothing is known yet. It may take hours, so all of them
        together have the place of one job, whose twin finds that they are known by then."""
        if await self._scanner.scan_new():
            await self._identifier.identify()
            await self._arrivals.look_at_all()

    async def look_at_newest(self) -> None:
        await self._arrived(await self._looker.look_at_newest())

    async def look_at_item(
        self, server: str, rating_key: str, correlation_id: str | None = None, **_origin: str | None
    ) -> None:
        """What a server has just spoken of. Raises PlexUnavailable: it is tried again."""
        with suppress(ServerNotFound):
            if (key := await self._looker.look_at(server, rating_key)) is not None:
                await self._arrived({(server, key)}, correlation_id)

    async def _arrived(self, places: Collection[tuple[str, str]], correlation_id: str | None = None) -> None:
        """Nobody waits for what others are at TMDB."""
        if places:
            known = await self._index.titles_at(places)
            await self._arrivals.defer(known, correlation_id)
            await self._identifier.identify()
            await self._arrivals.defer(set(await self._index.titles_at(places)) - set(known), correlation_id)

    async def titles_left(self) -> None:
        await self._leaving.titles_left()

    async def title_arrived(
        self, media_type: MediaType, tmdb_id: int, correlation_id: str | None = None, causation_id: str | None = None
    ) -> None:
        """Raises MetadataUnavailable: it is tried again."""
        await self._arrivals.look(media_type, tmdb_id, correlation_id, causation_id)

    async def carry_out_removals(
        self,
        server: str,
        library_uuid: str,
        decided_at: str,
        is_allowed: bool,
        *,
        leaving: int,
        name: str,
        **_origin: str | None,
    ) -> None:
        at = datetime.fromisoformat(decided_at)
        await self._removals.carry_out(server, library_uuid, at, is_allowed=is_allowed, leaving=leaving, name=name)

    def handlers(self) -> Mapping[str, Callable[..., Awaitable[None]]]:
        """By the names under which jobs are stored."""
        return {
            "scan_libraries": self.scan_libraries,
            "scan_libraries_again": self.scan_libraries_again,
            "scan_new_servers": self.scan_new_servers,
            "look_at_newest": self.look_at_newest,
            "look_at_item": self.look_at_item,
            "titles_left": self.titles_left,
            "title_arrived": self.title_arrived,
            "look_for_arrivals": self._arrivals.look_at_all,
            "keep_tokens_alive": self._guard.keep_alive,
            "carry_out_removals": self.carry_out_removals,
        }
