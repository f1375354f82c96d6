"""What is new, what somebody speaks of, and what titles are elsewhere."""

from datetime import timedelta

import pytest

from medianest.application.library.identifying import TitleIdentifier
from medianest.ports.media_server import Guids
from tests.fakes.media_server import FakeMediaServer
from tests.unit.application.libraries import NOON, FakeFinder, House


@pytest.fixture
def house() -> House:
    return House()


async def test_the_newest_are_looked_at_once_and_a_series_with_its_seasons(house: House) -> None:
    house.rig.clock.advance((NOON + timedelta(hours=1) - house.rig.clock.now()).total_seconds())
    house.films(1)
    house.series(7, 1, 2, in_4k=2)
    assert await house.looker.look_at_newest() == {("plex", "1"), ("plex", "s7")}
    assert (await house.held("movie", 1), await house.held("tv", 7)) == ([1], [7])
    [series] = (await house.kept.of_titles([("tv", 7)])).values()
    assert (series.episodes, series.episodes_4k) == ({1: 8, 2: 8}, {1: 2, 2: 2})
    house.films(2, added_at=NOON + timedelta(minutes=5))
    await house.looker.look_at_newest()
    house.plex.asked.clear()
    assert await house.looker.look_at_newest() == {("plex", "2")}
    assert await house.held("movie", 2) == [2]


async def test_one_item_is_looked_at_when_somebody_speaks_of_it(house: House) -> None:
    house.films(1)
    house.series(7, 1)
    assert await house.looker.look_at("plex", "1") == "1"
    assert await house.looker.look_at("plex", "s7.1.3") == "s7"
    assert (await house.held("movie", 1), await house.held("tv", 7)) == ([1], [7])
    assert await house.looker.look_at("plex", "nothing") is None
    house.plex.refuses_token = True
    assert await house.looker.look_at("plex", "1") is None
    assert house.servers.heard[-1] == "plex refuses"


async def test_a_server_that_does_not_answer_keeps_no_other_from_being_looked_at(house: House) -> None:
    away = FakeMediaServer("away")
    away.is_away = True
    house.servers.servers = {"away": away, "plex": house.plex}
    house.films(1)
    assert await house.looker.look_at_newest() == {("plex", "1")}


async def test_titles_are_identified_by_other_ids_and_a_silent_provider_fails_nothing(house: House) -> None:
    house.films(1, guids=Guids(imdb_id="tt1"))
    house.films(2, guids=Guids(tvdb_id=22))
    house.films(3, guids=Guids(imdb_id="tt3"))
    await house.scan()
    finder = FakeFinder({"tt1": ("movie", 101), "22": ("movie", 102), "tt3": ("tv", 103)})
    identifier = TitleIdentifier(house.kept, finder, house.rig.clock)
    finder.is_away = True
    assert await identifier.identify() == 0
    finder.is_away = False
    assert await identifier.identify() == 3
    assert await house.held("movie", 101, 102, 103) == [101, 102]
    assert await house.held("tv", 103) == []
    assert await identifier.identify() == 0
    await house.scan()
    assert await house.held("movie", 101, 102) == [101, 102]
    house.rig.clock.advance(8 * 86_400)
    await identifier.identify()
    assert finder.asked == ["tt1", "tt3", "22", "tt3"]


async def test_where_tmdb_is_slow_a_run_ends_after_a_minute_and_the_next_goes_on(house: House) -> None:
    for number in range(5):
        house.films(number, guids=Guids(imdb_id=f"tt{number}"))
    await house.scan()
    known = {f"tt{number}": ("movie", 100 + number) for number in range(5)}
    finder = FakeFinder(known, takes=lambda: house.rig.clock.advance(25))
    identifier = TitleIdentifier(house.kept, finder, house.rig.clock)
    assert await identifier.identify() == 3
    assert await identifier.identify() == 2
    assert len(set(finder.asked)) == 5
