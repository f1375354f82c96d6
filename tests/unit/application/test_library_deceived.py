"""A server that is ill, or means ill: what it says wrongly is neither believed to be gone, nor to be there."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from msgspec.structs import replace

from medianest.application.library.looking import MOST_OF_SERIES, LibraryLooker
from medianest.application.library.removals import CERTAIN
from medianest.application.outgoing import AddressNotAllowed
from medianest.domain.media_server import ServerNotFound
from medianest.ports.failures import PlexUnavailable, SealBroken
from medianest.ports.media_server import Item, ItemPage, ItemType, Library, ServerIdentity
from tests.fakes.media_server import FakeMediaServer
from tests.unit.application.libraries import FILMS, NOON, SERIES, House, Plex, gone_for_a_day
from tests.unit.application.rig import CLICK


@pytest.fixture
def house() -> House:
    return House()


class Repeating(Plex):
    """From some moment on it shows its first page again and again, as a cache in front of it may."""

    is_ill = False

    async def items(
        self, library_key: str, kind: ItemType, *, start: int, size: int, filters: Mapping[str, str] | None = None
    ) -> ItemPage:
        page = await super().items(library_key, kind, start=start, size=size, filters=filters)
        if not self.is_ill or not page.items:
            return page
        first = await super().items(library_key, kind, start=0, size=len(page.items), filters=filters)
        return replace(page, items=first.items)


class Elsewhere(FakeMediaServer):
    """Its name leads into a private network by now, or its token does not open."""

    problem: type[Exception] = AddressNotAllowed

    async def identity(self) -> ServerIdentity:
        raise self.problem


async def test_pages_that_repeat_themselves_say_nothing_of_what_they_hide(house: House) -> None:
    house.plex = Repeating()
    house.servers.servers["plex"] = house.plex
    house.plex.add_library(Library(key="1", uuid=FILMS, type="movie", title="Films"))
    house.films(*range(1, 511))
    await house.scan()
    house.plex.is_ill = True
    assert (await house.troubles())["Films"] == "incomplete"
    await gone_for_a_day(house)
    assert await house.held("movie", 501, 510) == [501, 510]
    assert [it.missing for it in await house.kept.libraries()] == [0]


@pytest.mark.parametrize("unread", [{"leaf_count": None}, {"index": None}, {"parent_rating_key": None}])
async def test_a_season_that_cannot_be_read_any_more_is_not_missing(house: House, unread: dict[str, object]) -> None:
    house.series(7, 1, 2)
    for number in range(8, 60):
        house.series(number, 1)
    await house.scan()
    library, items = house.plex.held["2"]
    house.plex.held["2"] = (library, [replace(it, **unread) if it.rating_key == "s7.1" else it for it in items])
    await gone_for_a_day(house)
    found = await house.kept.of_titles([("tv", 7)])
    assert [it.episodes for it in found.values()] == [{1: 8, 2: 8}]
    assert all(it.missing == 0 for it in await house.kept.libraries())


async def test_a_drive_that_took_the_4k_copies_alone_with_it_takes_nothing_away(house: House) -> None:
    house.films(*range(2, 60))
    house.films(1, has_4k=True)
    house.series(7, 1, in_4k=8)
    await house.scan()
    for key in ("1", "2"):
        library, items = house.plex.held[key]
        lost = [replace(it, has_4k=False, has_other=True, is_4k_away=True) if it.has_4k else it for it in items]
        house.plex.held[key] = (library, lost)
    await gone_for_a_day(house)
    found = await house.kept.of_titles([("movie", 1), ("tv", 7)])
    assert [dict(it.episodes_4k) for it in found.values()] == [{0: 1}, {1: 8}]
    assert all(it.missing == 0 for it in await house.kept.libraries())


async def test_what_a_server_shows_as_4k_without_being_asked_well_is_not_in_4k(house: House) -> None:
    class Deaf(Plex):
        """It knows no filters."""

        async def items(
            self, library_key: str, kind: ItemType, *, start: int, size: int, filters: Mapping[str, str] | None = None
        ) -> ItemPage:
            asked = {key: value for key, value in (filters or {}).items() if key != "resolution"}
            return await super().items(library_key, kind, start=start, size=size, filters=asked)

    house.plex = Deaf()
    house.servers.servers["plex"] = house.plex
    house.plex.add_library(Library(key="2", uuid=SERIES, type="show", title="Series"))
    house.series(7, 1)
    await house.scan()
    await house.looker.look_at("plex", "s7")
    found = await house.kept.of_titles([("tv", 7)])
    assert [it.episodes_4k for it in found.values()] == [{}]


@pytest.mark.parametrize("problem", [AddressNotAllowed, SealBroken, ServerNotFound])
async def test_a_server_that_cannot_be_asked_keeps_no_other_from_being_read(
    house: House, problem: type[Exception]
) -> None:
    elsewhere = Elsewhere()
    elsewhere.problem = problem
    house.servers.servers = {"elsewhere": elsewhere, **house.servers.servers}
    house.films(1)
    assert (await house.troubles())["Films"] is None
    house.films(2)
    assert await house.looker.look_at_newest() == {("plex", "1"), ("plex", "2")}


async def test_the_owners_word_is_for_what_they_were_asked_about_and_no_more(house: House) -> None:
    house.films(*range(1, 41))
    await house.scan()
    house.plex.remove("1", "2", "3")
    await gone_for_a_day(house)
    house.plex.remove(*(str(number) for number in range(4, 31)))
    await gone_for_a_day(house)
    owner = await house.rig.person(role="admin")
    said = await house.removals.decide(owner, "plex", FILMS, CLICK, is_allowed=True)
    asked = said.recorded[0].event.leaving
    await house.removals.carry_out("plex", FILMS, house.rig.clock.now(), is_allowed=True, leaving=asked, name="Films")
    assert len(await house.held("movie", *range(1, 41))) == 40
    question = await house.question()
    assert (question.leaving, question.held) == (30, 40)


async def test_the_last_titles_of_a_library_that_was_taken_away_wait_for_the_owner_too(house: House) -> None:
    house.films(1)
    await house.scan()
    del house.plex.held["1"]
    await gone_for_a_day(house)
    assert (await house.held("movie", 1), await house.question() is not None) == ([1], True)


async def test_something_added_in_years_to_come_hides_nothing_that_is_added_today(house: House) -> None:
    house.rig.clock.advance((NOON - house.rig.clock.now()).total_seconds())
    house.films(1, added_at=NOON + timedelta(days=4000))
    await house.looker.look_at_newest()
    house.rig.clock.advance(CERTAIN.total_seconds())
    house.films(2, added_at=house.rig.clock.now())
    await house.looker.look_at_newest()
    assert await house.held("movie", 1, 2) == [1, 2]


async def test_a_series_without_end_is_not_read_to_its_end(house: House) -> None:
    class Endless(Plex):
        async def items(
            self, library_key: str, kind: ItemType, *, start: int, size: int, filters: Mapping[str, str] | None = None
        ) -> ItemPage:
            assert start <= MOST_OF_SERIES
            of = {"parent_rating_key": "s7.1", "series_rating_key": "s7", "has_4k": True}
            shown = [Item(rating_key=str(start + each), type=kind, title="", **of) for each in range(size)]
            return ItemPage(items=shown, start=start, total=2**31 - 1)

    plex = Endless()
    plex.add_library(Library(key="2", uuid=SERIES, type="show", title="Series"))
    plex.add("2", Item(rating_key="s7", type="show", title="Tides"))
    house.servers.servers["plex"] = plex
    looker = LibraryLooker(house.servers, house.kept, clock=house.rig.clock)
    with pytest.raises(PlexUnavailable):
        await looker.look_at("plex", "s7")


async def test_a_report_of_a_server_that_may_not_be_called_any_more_is_let_go(house: House) -> None:
    house.servers.servers = {"elsewhere": Elsewhere()}
    assert await house.looker.look_at("elsewhere", "1") is None
