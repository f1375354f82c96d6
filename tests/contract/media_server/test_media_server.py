"""What every `MediaServer` does. Each world holds films, series and films in 4K, as the stand-in has them from the
start, and music."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from medianest.adapters.plex.answers import Metadata
from medianest.adapters.plex.server import items_from
from medianest.adapters.standin import PlexServerStandin
from medianest.adapters.standin.plex_pages import shown_entry, shown_library
from medianest.adapters.standin.plex_shelf import PlexShelf, first_shelf
from medianest.ports.failures import PlexUnavailable
from medianest.ports.media_server import ItemNotThere, ItemType, Library, MediaServer, ServerRefusesToken
from tests.contract.media_server import asked
from tests.fakes.media_server import FakeMediaServer

FILMS, SERIES, FILMS_4K, MUSIC = "1", "2", "3", "4"


@dataclass
class World:
    server: MediaServer
    shelf: PlexShelf
    away: Callable[[], Any]
    refuse: Callable[[], Any]
    vanish: Callable[[str], Any]


def fake_of(shelf: PlexShelf) -> FakeMediaServer:
    """The fake that holds what the shelf holds."""
    fake = FakeMediaServer()
    for held in shelf.libraries.values():
        shown = shown_library(held)
        library = Library(key=held.key, uuid=held.uuid, type=held.type, title=held.title, agent=shown["agent"])
        entries = [entry for kind in held.entries for entry in held.of_kind(kind).values()]
        fake.add_library(library, *items_from(_read(shown_entry(entry)) for entry in entries))
    return fake


def _read(shown: dict[str, Any]) -> Metadata:
    return msgspec.convert(shown, Metadata)


@pytest.fixture(params=["fake", "plex"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    shelf = first_shelf()
    if request.param == "fake":
        fake = fake_of(shelf)
        yield World(
            fake,
            shelf,
            lambda: setattr(fake, "is_away", True),
            lambda: setattr(fake, "refuses_token", True),
            fake.vanished.add,
        )
        return
    async with PlexServerStandin(shelf=shelf) as standin, asked(standin, standin.token) as plex:
        yield World(
            plex.media,
            shelf,
            lambda: standin.fail("error", times=1000),
            lambda: setattr(standin, "token", "another"),
            lambda key: setattr(shelf.libraries[key], "is_vanished", True),
        )


async def test_it_says_who_it_is(world: World) -> None:
    identity = await world.server.identity()
    assert len(identity.machine_identifier) > 8
    assert (bool(identity.version), identity.name) == (True, "The house")


async def test_libraries_are_told_by_key_and_by_what_stays_when_they_are_renamed(world: World) -> None:
    held = await world.server.libraries()
    assert [(each.key, each.type, each.title) for each in held] == [
        (FILMS, "movie", "Films"),
        (SERIES, "show", "Series"),
        (FILMS_4K, "movie", "Films in 4K"),
        (MUSIC, "artist", "Music"),
    ]
    assert len({each.uuid for each in held}) == 4


@pytest.mark.parametrize("kind", ["show", "season", "episode"])
async def test_pages_of_any_size_hold_every_item_once_and_the_newest_last(world: World, kind: ItemType) -> None:
    whole = await world.server.items(SERIES, kind, start=0, size=1000)
    assert len(whole.items) == whole.total > 1
    assert [each.added_at for each in whole.items] == sorted(each.added_at for each in whole.items if each.added_at)
    found, start = [], 0
    while start < whole.total:
        page = await world.server.items(SERIES, kind, start=start, size=7)
        assert (page.start, page.total) == (start, whole.total)
        found += page.items
        start += len(page.items)
    assert found == list(whole.items)


async def test_a_page_behind_the_last_is_empty_and_a_count_needs_no_items(world: World) -> None:
    for start, size in ((500, 10), (0, 0)):
        page = await world.server.items(FILMS, "movie", start=start, size=size)
        assert (list(page.items), page.total) == ([], 6)


async def test_a_film_has_its_guids_its_quality_and_its_library(world: World) -> None:
    [film] = (await world.server.items(FILMS_4K, "movie", start=0, size=10)).items
    assert (film.type, film.title, film.guids.tmdb_id, film.guids.imdb_id) == (
        "movie",
        "The Long Intermission",
        1019,
        "tt7001019",
    )
    assert (film.has_4k, film.has_other, film.is_away, film.library_key) == (True, False, False, FILMS_4K)
    assert film.thumb is not None
    assert film.thumb.startswith(f"/library/metadata/{film.rating_key}/thumb/")
    assert await world.server.item(film.rating_key) == film


async def test_a_season_names_its_series_and_an_episode_both(world: World) -> None:
    [series, *_] = (await world.server.items(SERIES, "show", start=0, size=10)).items
    [season, *_] = (await world.server.items(SERIES, "season", start=0, size=100)).items
    [episode, *_] = (await world.server.items(SERIES, "episode", start=0, size=100)).items
    assert (season.index, season.season, season.parent_rating_key) == (1, 1, series.rating_key)
    assert season.series_rating_key == episode.series_rating_key == series.rating_key
    assert (episode.index, episode.season, episode.parent_rating_key) == (1, 1, season.rating_key)
    held = world.shelf.series(1006).of.seasons
    assert (season.leaf_count, series.leaf_count) == (held[0], sum(held))
    assert (season.has_4k, season.has_other, episode.has_other) == (False, False, True)
    assert season.guids.tmdb_id != series.guids.tmdb_id != episode.guids.tmdb_id


async def test_a_filter_leaves_the_rest_out_of_the_total_too(world: World) -> None:
    page = await world.server.items(SERIES, "episode", start=0, size=5, filters={"resolution": "4k"})
    assert (list(page.items), page.total) == ([], 0)
    page = await world.server.items(FILMS_4K, "movie", start=0, size=5, filters={"resolution": "4k"})
    assert page.total == 1


async def test_the_seasons_and_episodes_of_one_series_are_a_filter_away(world: World) -> None:
    [series, *_] = (await world.server.items(SERIES, "show", start=0, size=10)).items
    only = {"show.id": series.rating_key}
    held = world.shelf.series(1006).of.seasons
    wanted: dict[ItemType, int] = {"season": len(held), "episode": sum(held)}
    for kind, total in wanted.items():
        page = await world.server.items(SERIES, kind, start=0, size=100, filters=only)
        assert (page.total, {each.series_rating_key for each in page.items}) == (total, {series.rating_key})


async def test_a_field_that_no_server_has_is_our_own_mistake(world: World) -> None:
    with pytest.raises(ValueError, match=r"filter|field"):
        await world.server.items(FILMS, "movie", start=0, size=5, filters={"X-Plex-Token": "mine"})


async def test_the_newest_of_all_libraries_come_first(world: World) -> None:
    found = await world.server.recently_added(library_key=None, limit=5)
    assert len(found) == 5
    assert {each.type for each in found} == {"episode"}
    of_films = await world.server.recently_added(library_key=FILMS, limit=3)
    assert [each.guids.tmdb_id for each in of_films] == [1019, 1018, 1017]
    everything = await world.server.recently_added(library_key=None, limit=1000)
    assert {each.type for each in everything} == {"episode", "movie"}
    moments = [each.added_at for each in everything if each.added_at]
    assert moments == sorted(moments, reverse=True)
    assert moments[0] - moments[-1] > timedelta(minutes=1)


async def test_a_search_finds_by_words_and_nothing_by_none(world: World) -> None:
    assert [each.title for each in await world.server.search("long INTERMISSION", limit=5)] == [
        "The Long Intermission",
        "The Long Intermission",
    ]
    assert len(await world.server.search("long intermission", limit=1)) == 1
    assert [each.type for each in await world.server.search("small engines", limit=5)] == ["show"]
    for nothing in ("", "   ", "no title has these words"):
        assert list(await world.server.search(nothing, limit=5)) == []


@pytest.mark.parametrize("key", ["999999", "0", "", "x", "1/../2", "-1", "1?X-Plex-Token=a", "9" * 40])
async def test_what_is_not_there_is_said_to_be_not_there(world: World, key: str) -> None:
    with pytest.raises(ItemNotThere):
        await world.server.item(key)
    with pytest.raises(ItemNotThere):
        await world.server.items(key, "movie", start=0, size=1)
    with pytest.raises(ItemNotThere):
        await world.server.recently_added(library_key=key, limit=1)


async def test_a_drive_that_is_gone_leaves_its_library_and_takes_what_it_held(world: World) -> None:
    world.vanish(FILMS)
    assert FILMS in {each.key for each in await world.server.libraries()}
    assert (await world.server.items(FILMS, "movie", start=0, size=10)).total == 0


METHODS: list[Callable[[MediaServer], Any]] = [
    lambda server: server.identity(),
    lambda server: server.libraries(),
    lambda server: server.items(FILMS, "movie", start=0, size=1),
    lambda server: server.item("1"),
    lambda server: server.recently_added(library_key=None, limit=1),
    lambda server: server.search("moss", limit=1),
]


@pytest.mark.parametrize("method", METHODS)
async def test_a_server_that_is_away_is_no_empty_server(world: World, method: Callable[[MediaServer], Any]) -> None:
    world.away()
    with pytest.raises(PlexUnavailable) as outage:
        await method(world.server)
    assert outage.value.retry_after > 0


@pytest.mark.parametrize("method", METHODS)
async def test_a_refused_token_is_said_so(world: World, method: Callable[[MediaServer], Any]) -> None:
    world.refuse()
    with pytest.raises(ServerRefusesToken):
        await method(world.server)
