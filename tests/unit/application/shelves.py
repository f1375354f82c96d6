"""Media servers to browse in: real adapters before a stand-in, and answers that are kept."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID

from medianest.adapters.standin import PlexServerStandin
from medianest.application.library.arranging import ServerArranger
from medianest.application.library.browsing import ServerBrowser
from medianest.application.queries.media_server import MediaServerDesk
from medianest.application.queries.shown_items import ItemsShown
from medianest.application.viewer import Viewer
from medianest.domain.media_request.vocabulary import MediaType
from medianest.domain.media_server import ServerNotFound
from medianest.ports.library import HeldTitle
from medianest.ports.media_server import WholeServer
from medianest.ports.standings import KnownTitle
from medianest.projections.media_servers import KnownServer
from tests.contract.media_server import QUICK, asked
from tests.fakes.clock import FakeClock
from tests.fakes.kept_reads import kept_reads
from tests.fakes.library import FakeLibrary

ADA = Viewer(user_id=UUID(int=1), permissions=frozenset())


class FakeServers:
    """Implements `WholeServers`."""

    def __init__(self, **servers: WholeServer) -> None:
        self.servers = servers
        self.refusing: list[str] = []

    async def all(self) -> Sequence[KnownServer]:
        return [KnownServer(slug=slug, name=None, url=None, refuses_token=False, version=0) for slug in self.servers]

    async def whole(self, slug: str) -> WholeServer:
        if slug not in self.servers:
            raise ServerNotFound
        return self.servers[slug]

    async def refused(self, slug: str) -> None:
        self.refusing.append(slug)


class FakeStandings:
    """Implements `TitleStandings`; `asked` counts the questions."""

    def __init__(self, *held: tuple[MediaType, int]) -> None:
        self.held = held
        self.asked = 0

    async def of_titles(self, titles: Collection[tuple[MediaType, int]]) -> Mapping[tuple[MediaType, int], KnownTitle]:
        self.asked += 1
        return {
            (kind, number): KnownTitle(held=HeldTitle(media_type=kind, tmdb_id=number, episodes={0: 1, 1: 1}))
            for kind, number in set(titles) & set(self.held)
        }


class Shelves:
    def __init__(self, plex: PlexServerStandin, whole: WholeServer) -> None:
        self.plex = plex
        self.clock = FakeClock()
        self.servers = FakeServers(plex=whole)
        self.library = FakeLibrary()
        self.standings = FakeStandings(("movie", 1014))
        self.reads = kept_reads(clock=self.clock)
        self.browser = ServerBrowser(self.servers, self.reads)
        self.desk = MediaServerDesk(self.browser, ItemsShown(self.library, self.standings))
        self.arranger = ServerArranger(self.browser)

    @property
    def asked(self) -> Sequence[str]:
        return [each.path for each in self.plex.received]


@asynccontextmanager
async def opened_shelves() -> AsyncIterator[Shelves]:
    patient = replace(QUICK, total=10.0)  # nothing here is about servers that are late
    async with PlexServerStandin() as plex, asked(plex, plex.token, limits=patient) as whole:
        shelves = Shelves(plex, whole)
        async with shelves.reads:
            yield shelves
