"""A server without an end: it is let go in time, and keeps nobody waiting for another one."""

import asyncio
from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from medianest.application.library.reading import ENDLESS
from medianest.application.library.scanning import LibraryScanner
from medianest.ports.media_server import ItemPage, ItemType, Library
from tests.fakes.media_server import FakeMediaServer
from tests.unit.application.libraries import FILMS, House, Plex, film


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
