"""A server without an end: it is let go in time, and keeps nobody waiting for another one."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import pytest
from msgspec.structs import replace

from medianest.application.library.reading import ENDLESS, LONGEST
from medianest.application.library.scanning import LibraryScanner
from medianest.ports.library import ScannedLibrary
from medianest.ports.media_server import ItemPage, ItemType, Library
from tests.fakes.media_server import FakeMediaServer
from tests.unit.application.libraries import FILMS, NOON, House, Plex, film


@pytest.fixture
def house() -> House:
    return House()


class Dripping(Plex):
    """It has one more film behind each that it shows, and shows one at a time."""

    async def items(
        self, library_key: str, kind: ItemType, *, start: int, size: int, filters: Mapping[str, str] | None = None
    ) -> ItemPage:
        assert start < 10_000
        self.add("1", film(start + 1))
        page = await super().items(library_key, kind, start=start, size=1, filters=filters)
        return replace(page, total=start + 2)


class Capped(Plex):
    """It gives no more than sixty at a time, whatever it is asked for."""

    async def items(
        self, library_key: str, kind: ItemType, *, start: int, size: int, filters: Mapping[str, str] | None = None
    ) -> ItemPage:
        return await super().items(library_key, kind, start=start, size=60, filters=filters)


class Stuck(FakeMediaServer):
    """Whoever asks for what it holds waits."""

    async def items(
        self, library_key: str, kind: ItemType, *, start: int, size: int, filters: Mapping[str, str] | None = None
    ) -> ItemPage:
        await asyncio.Event().wait()
        raise AssertionError("nobody lets it go on")


def films_of(house: House, plex: Plex) -> None:
    """This one is the server from now on."""
    plex.add_library(Library(key="1", uuid=FILMS, type="movie", title="Films"))
    house.plex = house.servers.servers["plex"] = plex


async def test_a_server_that_shows_its_films_one_by_one_without_end_is_soon_let_go_and_not_asked_again_within_the_hour(
    house: House,
) -> None:
    films_of(house, Dripping())
    assert (await house.troubles())["Films"] == "too_long"
    assert house.plex.asked.count("items") < 200
    assert await house.scanner.scan_again() == []


async def test_a_server_that_says_that_it_holds_more_than_any_is_not_read(house: House) -> None:
    class Boasting(Plex):
        async def items(
            self, library_key: str, kind: ItemType, *, start: int, size: int, filters: Mapping[str, str] | None = None
        ) -> ItemPage:
            page = await super().items(library_key, kind, start=start, size=size, filters=filters)
            return replace(page, total=ENDLESS + 1)

    films_of(house, Boasting())
    house.films(1)
    assert (await house.troubles())["Films"] == "too_long"
    assert await house.held("movie", 1) == []


async def test_a_server_that_gives_fewer_at_a_time_than_it_is_asked_for_is_read_to_its_end(house: House) -> None:
    films_of(house, Capped())
    house.films(*range(1, 6_601))
    assert (await house.troubles())["Films"] is None
    assert await house.held("movie", 6_600) == [6_600]


async def test_a_server_that_never_answers_keeps_no_other_from_being_read_and_is_let_go_when_its_time_is_up(
    house: House,
) -> None:
    stuck = Stuck("stuck")
    stuck.add_library(Library(key="1", uuid="a", type="movie", title="Never"))
    stuck.add_library(Library(key="2", uuid="b", type="movie", title="Never either"))
    house.servers.servers = {"stuck": stuck, **house.servers.servers}
    house.films(1)
    scanning = asyncio.create_task(house.scanner.scan())
    while not any(it.server == "plex" and it.healthy_at for it in await house.kept.libraries()):
        await asyncio.sleep(0)
    assert (scanning.done(), await house.held("movie", 1)) == (False, [1])
    scanning.cancel()
    hasty = LibraryScanner(
        house.servers,
        house.kept,
        house.kept,
        house.removals,
        broadcast=house.broadcast,
        clock=house.rig.clock,
        longest=0.02,
    )
    ended = {it.title: it.trouble for it in await hasty.scan()}
    assert ended == {"Never": "too_long", "Never either": "too_long", "Films": None, "Series": None}


async def test_where_there_is_not_time_for_all_libraries_each_has_its_turn(house: House) -> None:
    """A night is as long as it is: what was healthy longest ago comes first, and what took all of its time to no end
    comes last, or it would take that from the others every night."""

    class Telling(Plex):
        def __init__(self) -> None:
            super().__init__()
            self.read: list[str] = []

        async def items(
            self, library_key: str, kind: ItemType, *, start: int, size: int, filters: Mapping[str, str] | None = None
        ) -> ItemPage:
            self.read.append(library_key)
            return await super().items(library_key, kind, start=start, size=size, filters=filters)

    plex = house.servers.servers["plex"] = Telling()
    await house.kept.is_same("plex", plex.server.machine_identifier)
    endless = {"trouble": "too_long", "seconds": LONGEST}
    for key, known in {
        "new": None,
        "read yesterday": {"healthy_at": NOON - timedelta(days=1)},
        "endless": endless,
        "endless since last week": {**endless, "healthy_at": NOON - timedelta(days=7)},
        "read the day before": {"healthy_at": NOON - timedelta(days=2), "trouble": "too_long", "seconds": 9.0},
    }.items():
        plex.add_library(Library(key=key, uuid=key, type="movie", title=key))
        if known is not None:
            await house.kept.record(
                ScannedLibrary(server="plex", uuid=key, key=key, kind="movie", title=key, scanned_at=NOON, **known),
                machine=plex.server.machine_identifier,
            )
    await house.scanner.scan()
    assert plex.read == ["new", "read the day before", "read yesterday", "endless", "endless since last week"]


async def test_what_a_first_scan_broke_off_before_is_read_by_the_next_look_for_new_servers(house: House) -> None:
    slow, awake = Stuck("cellar"), FakeMediaServer("cellar")
    for server in (slow, awake):
        for key in ("read", "broken off", "not begun"):
            server.add_library(Library(key=key, uuid=key, type="movie", title=key))
    house.servers.servers = {"cellar": slow}
    scanning = asyncio.create_task(house.scanner.scan_new())
    while len(await house.kept.libraries()) < 3:
        await asyncio.sleep(0)
    scanning.cancel()
    [read] = [it for it in await house.kept.libraries() if it.title == "read"]
    await house.kept.record(replace(read, scanned_at=NOON), machine="cellar")
    house.servers.servers = {"cellar": awake}
    await asyncio.wait([scanning])
    assert [it.title for it in await house.scanner.scan_new()] == ["broken off", "not begun"]
    assert await house.scanner.scan_new() == []
