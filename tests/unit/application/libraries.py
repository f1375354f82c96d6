"""A media server and what is known of it: the libraries of a house, on a log in memory."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from medianest.application.library.leaving import Leaving
from medianest.application.library.looking import LibraryLooker
from medianest.application.library.removals import CERTAIN, Removals
from medianest.application.library.scanning import LibraryScanner
from medianest.domain.library import LIBRARY, library_id
from medianest.domain.media_request.vocabulary import MediaType
from medianest.domain.media_server import ServerNotFound
from medianest.ports.failures import MetadataUnavailable, PlexNotConfigured
from medianest.ports.library import ScannedLibrary
from medianest.ports.media_server import Guids, Item, ItemPage, ItemType, Library, MediaServer
from medianest.ports.metadata import ExternalSource
from medianest.ports.plex import PlexToken
from tests.fakes.broadcast import FakeBroadcast
from tests.fakes.jobs import FakeJobs
from tests.fakes.library import FakeLibrary
from tests.fakes.media_server import FakeMediaServer
from tests.unit.application.rig import Rig

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
FILMS, SERIES = "films-uuid", "series-uuid"


class FakeServers:
    """Implements `MediaServers` and `ServerTokens`. `heard` is what was said of tokens."""

    def __init__(self, **servers: MediaServer) -> None:
        self.servers = servers
        self.heard: list[str] = []
        self.tokens: dict[str, PlexToken] = {}

    async def slugs(self) -> Sequence[str]:
        return [*self.servers]

    async def open(self, slug: str) -> MediaServer:
        if slug not in self.servers:
            raise ServerNotFound
        return self.servers[slug]

    async def token(self, slug: str) -> PlexToken:
        if slug not in self.tokens:
            raise PlexNotConfigured
        return self.tokens[slug]

    async def refused(self, slug: str) -> None:
        self.heard.append(f"{slug} refuses")

    async def taken(self, slug: str) -> None:
        self.heard.append(f"{slug} takes")


class FakeFinder:
    """Implements `TitleFinder`. `takes` is called by every answer, as the time that it takes."""

    def __init__(self, known: Mapping[str, tuple[MediaType, int]], takes: Callable[[], object] = lambda: None) -> None:
        self.known = known
        self.takes = takes
        self.asked: list[str] = []
        self.is_away = False

    async def find(
        self, external_id: str, source: ExternalSource, *, media_type: MediaType | None = None
    ) -> tuple[MediaType, int] | None:
        if self.is_away:
            raise MetadataUnavailable
        self.asked.append(external_id)
        self.takes()
        return self.known.get(external_id)


class Plex(FakeMediaServer):
    """What `meanwhile` was told happens before that page is read, counted from then on."""

    def __init__(self) -> None:
        super().__init__()
        self._before: dict[int, Callable[[], object]] = {}
        self._pages = 0

    def meanwhile(self, page: int, happens: Callable[[], object]) -> None:
        self._before = {page: happens}
        self._pages = 0

    async def items(
        self, library_key: str, kind: ItemType, *, start: int, size: int, filters: Mapping[str, str] | None = None
    ) -> ItemPage:
        self._pages += 1
        if (happens := self._before.pop(self._pages, None)) is not None:
            happens()
        return await super().items(library_key, kind, start=start, size=size, filters=filters)


class House:
    """A server with a library of films and one of series."""

    def __init__(self) -> None:
        self.rig = Rig()
        self.plex = Plex()
        self.plex.add_library(Library(key="1", uuid=FILMS, type="movie", title="Films"))
        self.plex.add_library(Library(key="2", uuid=SERIES, type="show", title="Series"))
        self.plex.add_library(Library(key="3", uuid="songs", type="artist", title="Songs"))
        self.servers = FakeServers(plex=self.plex)
        self.kept = FakeLibrary()
        self.jobs = FakeJobs()
        self.broadcast = FakeBroadcast()
        rig = self.rig
        self.removals = Removals(rig.bus, rig.log, self.kept, self.kept, jobs=self.jobs, clock=rig.clock, ids=rig.ids)
        self.scanner = LibraryScanner(
            self.servers, self.kept, self.kept, self.removals, broadcast=self.broadcast, clock=rig.clock
        )
        self.looker = LibraryLooker(self.servers, self.kept, clock=rig.clock)
        self.leaving = Leaving(rig.bus, self.kept, board=rig.board, clock=rig.clock, ids=rig.ids)

    def films(self, *ids: int, **fields: object) -> None:
        self.plex.add("1", *(film(number, **fields) for number in ids))

    def series(self, number: int, *seasons: int, in_4k: int = 0) -> None:
        """Each season has eight episodes, of which the first `in_4k` are in 4K alone."""
        key = f"s{number}"
        self.plex.add("2", Item(rating_key=key, type="show", title="Tides", guids=Guids(tmdb_id=number)))
        for index in seasons:
            of = {"series_rating_key": key, "season": index}
            self.plex.add(
                "2",
                Item(
                    rating_key=f"{key}.{index}",
                    type="season",
                    title="",
                    index=index,
                    parent_rating_key=key,
                    leaf_count=8,
                    **of,
                ),
            )
            for episode in range(8):
                self.plex.add(
                    "2",
                    Item(
                        rating_key=f"{key}.{index}.{episode}",
                        type="episode",
                        title="",
                        index=episode + 1,
                        parent_rating_key=f"{key}.{index}",
                        added_at=NOON,
                        has_4k=episode < in_4k,
                        has_other=episode >= in_4k,
                        **of,
                    ),
                )

    async def scan(self, *, later: timedelta = timedelta()) -> dict[str, ScannedLibrary]:
        self.rig.clock.advance(later.total_seconds())
        return {it.title: it for it in await self.scanner.scan()}

    async def troubles(self, **scan: timedelta) -> dict[str, str | None]:
        return {title: it.trouble for title, it in (await self.scan(**scan)).items()}

    async def held(self, kind: MediaType, *ids: int) -> list[int]:
        return sorted(number for _, number in await self.kept.of_titles([(kind, number) for number in ids]))

    async def question(self, uuid: str = FILMS) -> object:
        return await self.rig.state(LIBRARY, library_id("plex", uuid))


def film(number: int, **fields: object) -> Item:
    given = {"has_other": True, "added_at": NOON, "guids": Guids(tmdb_id=number), **fields}
    return Item(rating_key=str(number), type="movie", title=f"Film {number}", **given)


async def gone_for_a_day(house: House) -> None:
    """Scans of a whole day."""
    for _ in range(4):
        await house.scan(later=CERTAIN)
