"""Scans of libraries: what they put down, and who is told."""

import asyncio

import msgspec
import pytest

from medianest.application.library.reading import SCANS, ScanProgress
from medianest.domain.library import NothingHeldBack
from medianest.domain.media_request.vocabulary import FILM
from medianest.domain.media_server import ServerNotFound
from medianest.ports.library import LibraryNotFound
from tests.unit.application.libraries import FILMS, House
from tests.unit.application.rig import CLICK


@pytest.fixture
def house() -> House:
    return House()


async def test_a_scan_knows_films_series_seasons_and_both_qualities(house: House) -> None:
    house.films(1)
    house.films(2, has_4k=True)
    house.films(3, has_4k=True, has_other=False)
    house.series(7, 0, 1, in_4k=3)
    scanned = await house.scan()
    assert {title: (it.trouble, it.items) for title, it in scanned.items()} == {"Films": (None, 3), "Series": (None, 2)}
    found = await house.kept.of_titles([("movie", 1), ("movie", 2), ("movie", 3), ("tv", 7)])
    assert [(it.episodes, it.episodes_4k) for it in found.values()] == [
        ({FILM: 1}, {}),
        ({FILM: 1}, {FILM: 1}),
        ({FILM: 1}, {FILM: 1}),
        ({0: 8, 1: 8}, {0: 3, 1: 3}),
    ]
    assert house.servers.heard == ["plex takes"]


async def test_a_large_library_is_read_by_pages_and_whoever_asked_is_told_of_each(house: House) -> None:
    house.films(*range(1, 1201))
    told: list[ScanProgress] = []
    await house.scanner.scan(library=FILMS, listener=told.append)
    assert [(it.done, it.total, it.is_over) for it in told] == [
        (500, 1200, False),
        (1000, 1200, False),
        (1200, 1200, False),
        (1200, 1200, True),
    ]
    assert len(await house.held("movie", *range(1, 1201))) == 1200


async def test_what_does_not_exist_cannot_be_scanned(house: House) -> None:
    with pytest.raises(LibraryNotFound):
        await house.scanner.scan(library="nowhere")
    with pytest.raises(ServerNotFound):
        await house.scanner.scan(server="nobody")


async def test_a_decision_on_a_library_that_nobody_knows_says_so(house: House) -> None:
    await house.scan()
    owner = await house.rig.person(role="admin")
    for server, library in (("plex", FILMS[:4]), ("attic", FILMS)):
        with pytest.raises(LibraryNotFound, match="library list"):
            await house.removals.decide(owner, server, library, CLICK, is_allowed=True)
    with pytest.raises(NothingHeldBack):
        await house.removals.decide(owner, "plex", FILMS, CLICK, is_allowed=True)


async def test_what_may_be_over_is_scanned_again_and_nothing_else(house: House) -> None:
    house.films(1)
    await house.scan()
    assert await house.scanner.scan_again() == []
    house.plex.is_away = True
    await house.scan()
    house.plex.is_away = False
    house.plex.asked.clear()
    assert [it.trouble for it in await house.scanner.scan_again()] == [None, None]


async def test_how_far_a_scan_is_is_told_to_whoever_listens(house: House) -> None:
    house.films(1)

    async def listen() -> ScanProgress:
        async for message in house.broadcast.listen(SCANS):
            if (progress := msgspec.json.decode(message, type=ScanProgress)).is_over:
                return progress
        raise AssertionError("the broadcast ended")

    listening = asyncio.create_task(listen())
    while not house.broadcast.listeners(SCANS):
        await asyncio.sleep(0)
    await house.scanner.scan(library=FILMS)
    heard = await listening
    assert (heard.uuid, heard.done, heard.total, heard.trouble) == (FILMS, 1, 1, None)
