"""Requests complete when the libraries hold what they ask for."""

from datetime import timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from medianest.application.library.arrivals import Arrivals
from medianest.application.library.guarding import TokenGuard
from medianest.application.library.identifying import TitleIdentifier
from medianest.application.library_jobs import LIBRARY_PERIODIC, LibraryJobs
from medianest.domain.kernel import SYSTEM
from medianest.domain.media_request.commands import CompleteRequest, RecordHandOver
from medianest.domain.media_request.events import RequestCompleted
from medianest.ports.failures import MetadataUnavailable
from medianest.ports.media_server import Guids, Library
from medianest.ports.metadata import Episode, Season, SeasonDetails, TitleDetails
from tests.fakes.jobs import FakeJobs
from tests.fakes.library import FakeLibrary
from tests.fakes.media_server import FakeMediaServer
from tests.fakes.metadata import FakeMetadata
from tests.fakes.plex import FakePlexAccounts
from tests.unit.application.libraries import FakeFinder, House, film
from tests.unit.application.rig import Rig

SERIES = TitleDetails(
    media_type="tv",
    tmdb_id=7,
    title="Tides",
    seasons=tuple(Season(number=number, name="", episode_count=8) for number in (1, 2, 3)),
)


class Airing(FakeMetadata):
    """Of the eight episodes of each season the first `aired` were shown a day apart, until today."""

    def __init__(self, rig: Rig, aired: int = 8) -> None:
        super().__init__(SERIES)
        self.rig = rig
        self.aired = aired

    async def season(self, tmdb_id: int, number: int, **_locale: object) -> SeasonDetails | None:
        found = await super().season(tmdb_id, number)
        if found is None:
            return None
        today = self.rig.clock.now().date()
        days = [today - timedelta(days=self.aired - episode) for episode in range(1, 9)]
        return replace(
            found, episodes=tuple(Episode(number=n, name="", air_date=str(day)) for n, day in enumerate(days, 1))
        )


class Home:
    """A house that holds what a test says, with whoever waits for more."""

    def __init__(self) -> None:
        self.house = House()
        self.rig = self.house.rig
        self.metadata = Airing(self.rig)
        self.jobs = FakeJobs()
        self.arrivals = arrivals_of(self.rig, self.house.kept, self.metadata, self.jobs)

    async def come(self, title: tuple[str, int]) -> None:
        await self.house.scan()
        await self.arrivals.look(*title)  # type: ignore[arg-type]

    async def stands(self, request_id: UUID) -> tuple[str, tuple[int, ...]]:
        request = await self.rig.request(request_id)
        return request.status, request.numbers("available")

    async def completions(self) -> int:
        return sum(isinstance(it.event, RequestCompleted) for it in await self.rig.history())


def arrivals_of(rig: Rig, index: FakeLibrary, metadata: FakeMetadata, jobs: FakeJobs) -> Arrivals:
    return Arrivals(
        rig.bus, rig.states, index=index, metadata=metadata, board=rig.board, jobs=jobs, clock=rig.clock, ids=rig.ids
    )


@pytest.fixture
def home() -> Home:
    return Home()


FILM = ("movie", 1)
TV = ("tv", 7)


async def test_seasons_arrive_one_after_the_other_and_each_completes_once(home: Home) -> None:
    wanted = await home.rig.approved(await home.rig.person(), 1, 3, tmdb_id=7)
    home.house.series(7, 1, 2)
    await home.come(TV)
    assert await home.stands(wanted) == ("partially_available", (1,))
    home.house.series(7, 3)
    for _ in range(3):
        await home.come(TV)
    assert await home.stands(wanted) == ("available", (1, 3))
    assert await home.completions() == 2


async def test_a_season_has_come_when_all_that_has_aired_of_it_is_there(home: Home) -> None:
    wanted = await home.rig.ask(await home.rig.person(), 1, tmdb_id=7)
    home.house.series(7, 1)
    library, items = home.house.plex.held["2"]
    home.house.plex.held["2"] = (library, [replace(it, leaf_count=5 if it.leaf_count else None) for it in items])
    home.metadata.aired = 6
    await home.come(TV)
    assert await home.stands(wanted) == ("pending", ())
    home.metadata.aired = 5
    await home.come(TV)
    assert await home.stands(wanted) == ("available", (1,))


async def test_while_nobody_says_what_has_aired_no_season_has_come_and_it_is_tried_again(home: Home) -> None:
    ada = await home.rig.person()
    wanted, film = await home.rig.ask(ada, 1, tmdb_id=7), await home.rig.ask(ada, tmdb_id=1)
    home.house.series(7, 1)
    home.house.films(1)
    home.metadata.break_down()
    with pytest.raises(MetadataUnavailable):
        await home.come(TV)
    await home.arrivals.look("movie", 1)
    assert (await home.stands(wanted), await home.stands(film)) == (("pending", ()), ("available", (0,)))
    home.metadata.outage = None
    await home.arrivals.look("tv", 7)
    assert await home.stands(wanted) == ("available", (1,))


@pytest.mark.parametrize(
    ("held", "plain", "in_4k"),
    [
        ({"has_other": True}, "available", "pending"),
        ({"has_other": False, "has_4k": True}, "available", "available"),
        ({"has_4k": True}, "available", "available"),
    ],
)
async def test_what_is_there_in_4k_is_there_for_all_and_4k_comes_by_4k_alone(
    home: Home, held: dict[str, bool], plain: str, in_4k: str
) -> None:
    ada = await home.rig.person("request_4k")
    one, other = await home.rig.ask(ada, tmdb_id=1), await home.rig.ask(ada, tmdb_id=1, is_4k=True)
    home.house.films(1, **held)
    await home.come(FILM)
    assert ((await home.stands(one))[0], (await home.stands(other))[0]) == (plain, in_4k)


async def test_a_season_of_which_a_part_is_in_4k_alone_is_there_and_not_in_4k(home: Home) -> None:
    ada = await home.rig.person("request_4k")
    one, other = await home.rig.ask(ada, 1, tmdb_id=7), await home.rig.ask(ada, 1, tmdb_id=7, is_4k=True)
    home.house.series(7, 1, in_4k=3)
    await home.come(TV)
    assert (await home.stands(one), await home.stands(other)) == (("available", (1,)), ("pending", ()))


async def test_what_nobody_asks_for_or_waits_for_any_more_changes_nothing(home: Home) -> None:
    wanted = await home.rig.ask(await home.rig.person(), tmdb_id=1)
    await home.rig.run(CompleteRequest(**home.rig.by(SYSTEM), request_id=wanted))
    home.house.films(1, 2)
    before = len(await home.rig.history())
    await home.come(FILM)
    await home.arrivals.look("movie", 2)
    await home.arrivals.look("movie", 3)
    assert len(await home.rig.history()) == before


async def test_from_time_to_time_those_are_looked_at_of_which_something_awaited_is_there(home: Home) -> None:
    ada = await home.rig.person("auto_approve", "request_4k")
    at_work = await home.rig.ask(ada, tmdb_id=1)
    hand_over = RecordHandOver(**home.rig.by(SYSTEM), request_id=at_work, gateway="overseerr", gateway_id="1")
    await home.rig.run(hand_over)
    await home.rig.ask(ada, tmdb_id=2)
    await home.rig.ask(ada, 1, 2, tmdb_id=7)
    await home.rig.ask(ada, tmdb_id=3, is_4k=True)
    home.house.films(1, 3, 4)
    home.house.series(7, 2)
    await home.house.scan()
    await home.arrivals.look_at_all()
    assert {job.lock for job in home.jobs.waiting} == {"title_arrived:movie:1", "title_arrived:tv:7"}


def jobs_of(home: Home, finder: FakeFinder) -> LibraryJobs:
    house = home.house
    return LibraryJobs(
        house.servers,
        house.kept,
        scanner=house.scanner,
        looker=house.looker,
        identifier=TitleIdentifier(house.kept, finder, home.rig.clock),
        removals=house.removals,
        leaving=house.leaving,
        arrivals=home.arrivals,
        guard=TokenGuard(house.servers, house.servers, FakePlexAccounts(home.rig.clock)),
    )


async def test_what_is_looked_at_arrives_also_where_it_goes_by_another_id_that_is_looked_up_first(home: Home) -> None:
    finder = FakeFinder({"tt2": ("movie", 2)})
    work = jobs_of(home, finder)
    home.house.films(1)
    home.house.films(2, guids=Guids(imdb_id="tt2"))
    await work.look_at_item("plex", "1", correlation_id="a-click")
    assert [(job.lock, job.args["correlation_id"]) for job in home.jobs.waiting] == [
        ("title_arrived:movie:1", "a-click")
    ]
    await work.look_at_item("plex", "nothing")
    await work.look_at_item("nowhere", "1")
    assert len(home.jobs.waiting) == 1
    home.jobs.waiting.clear()
    await work.look_at_newest()
    assert [job.lock for job in home.jobs.waiting if job.name == "title_arrived"] == [
        "title_arrived:movie:1",
        "title_arrived:movie:2",
    ]


async def test_after_a_scan_whoever_waits_is_thought_of(home: Home) -> None:
    wanted = await home.rig.ask(await home.rig.person(), tmdb_id=1)
    home.house.films(1)
    work = jobs_of(home, FakeFinder({}))
    await work.scan_libraries()
    [job] = home.jobs.waiting
    await work.handlers()[job.name](**job.args)
    assert await home.stands(wanted) == ("available", (0,))


async def test_servers_of_which_nothing_is_known_yet_are_scanned_at_once_by_one_job_and_once(home: Home) -> None:
    home.house.films(*range(1, 80))  # more than one look considers
    attic = FakeMediaServer("attic")
    attic.add_library(Library(key="1", uuid="attic", type="movie", title="Attic"), film(90))
    home.house.servers.servers["attic"] = attic
    work = jobs_of(home, FakeFinder({}))
    home.house.plex.is_away = True
    await work.scan_new_servers()
    assert await home.house.held("movie", 1, 90) == [90]
    home.house.plex.is_away = False
    await work.scan_new_servers()
    seen = [server.asked.count("items") for server in (home.house.plex, attic)]
    await work.handlers()["scan_new_servers"]()
    assert [server.asked.count("items") for server in (home.house.plex, attic)] == seen
    assert (await home.house.held("movie", 1), attic.asked.count("items")) == ([1], 1)
    assert "scan_new_servers" in {name for _, name in LIBRARY_PERIODIC}


async def test_a_look_at_what_is_new_orders_no_scans_however_many_servers_nobody_knows_yet(home: Home) -> None:
    work = jobs_of(home, FakeFinder({}))
    home.house.servers.servers |= {f"new-{number}": FakeMediaServer(f"new-{number}") for number in range(5)}
    await work.look_at_newest()
    assert home.jobs.waiting == []
