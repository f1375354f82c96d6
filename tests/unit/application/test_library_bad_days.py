"""Whatever goes wrong at a media server: nothing is called missing by it."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from medianest.ports.media_server import Library
from tests.unit.application.libraries import FILMS, SERIES, House, film, gone_for_a_day


@pytest.fixture
def house() -> House:
    return House()


def unplug(house: House) -> None:
    house.plex.is_away = True


def revoke(house: House) -> None:
    house.plex.refuses_token = True


def clear(house: House) -> None:
    house.plex.vanished = {"1", "2"}


def lose_the_drive(house: House) -> None:
    for key in "12":
        library, items = house.plex.held[key]
        house.plex.held[key] = (library, [replace(it, is_away=True, has_other=False, has_4k=False) for it in items])


def swap_the_server(house: House) -> None:
    house.plex.server = replace(house.plex.server, machine_identifier="another-machine")
    clear(house)


def be_busy(house: House) -> None:
    house.plex.remove("1")
    house.plex.change_library("1", is_refreshing=True)


def lose_all_libraries(house: House) -> None:
    house.plex.held.clear()


@pytest.mark.parametrize(
    ("happens", "trouble"),
    [
        (unplug, "unreachable"),
        (revoke, "token_refused"),
        (clear, "empty"),
        (lose_the_drive, None),
        (swap_the_server, "another_server"),
        (be_busy, "busy"),
        (lose_all_libraries, "empty"),
    ],
)
async def test_whatever_goes_wrong_at_the_server_changes_nothing_and_is_told(
    house: House, happens: Callable[[House], None], trouble: str | None
) -> None:
    house.films(*range(1, 41))
    house.series(7, 1, 2)
    await house.scan()
    happens(house)
    await gone_for_a_day(house)
    assert (await house.kept.libraries())[0].trouble == trouble
    assert len(await house.held("movie", *range(1, 41))) == 40
    assert await house.held("tv", 7) == [7]
    assert all(it.missing == 0 for it in await house.kept.libraries())
    assert (await house.question(), await house.question(SERIES), house.jobs.waiting) == (None, None, [])


async def test_a_refused_token_is_told_and_that_it_is_taken_again_too(house: House) -> None:
    house.plex.refuses_token = True
    await house.scan()
    house.plex.refuses_token = False
    await house.scan()
    assert house.servers.heard == ["plex refuses", "plex takes"]


async def test_a_library_that_is_renamed_is_the_same_one(house: House) -> None:
    house.films(1, 2)
    await house.scan()
    house.plex.change_library("1", title="Cinema")
    await gone_for_a_day(house)
    assert [(it.title, it.held) for it in await house.kept.libraries() if it.uuid == FILMS] == [("Cinema", 2)]


async def test_a_library_that_goes_while_it_is_read_leaves_all_as_it_was(house: House) -> None:
    house.films(*range(1, 41))
    await house.scan()
    house.plex.meanwhile(1, lambda: house.plex.held.pop("1"))
    assert (await house.troubles())["Films"] == "changed_meanwhile"
    assert len(await house.held("movie", *range(1, 41))) == 40


async def test_of_a_library_whose_key_another_one_was_given_meanwhile_no_page_is_kept(house: House) -> None:
    house.films(*range(1, 1001))
    other = Library(key="1", uuid="home videos", type="movie", title="Home videos")

    def exchange() -> None:
        house.plex.held["1"] = (other, [film(n) for n in range(2001, 3001)])

    house.plex.meanwhile(2, exchange)
    assert (await house.troubles())["Films"] == "changed_meanwhile"
    assert await house.held("movie", 1, 500, 501, 2001, 2501) == [1, 500]


async def test_a_library_that_shrinks_while_it_is_read_says_nothing_and_one_that_grows_does(house: House) -> None:
    house.films(*range(1, 1001))
    await house.scan()
    house.plex.meanwhile(2, lambda: house.plex.remove(*(str(n) for n in range(400, 420))))
    assert (await house.troubles())["Films"] == "incomplete"
    house.plex.meanwhile(2, lambda: house.films(5000, 5001))
    assert (await house.troubles())["Films"] is None
