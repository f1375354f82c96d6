"""Browsing in media servers: who is asked how often, and what is said when a server is not there."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from medianest.application.kept_reads import ages_noted
from medianest.application.library.arranging import PathOutsideLibrary
from medianest.application.library.browsing import NotOnServer
from medianest.application.queries.media_server import (
    PAGE,
    BrowseLibrary,
    FindServer,
    FindServerCollection,
    ListNewest,
    ListPlaying,
    ListServerCollections,
    SearchServer,
)
from medianest.domain.media_server import ServerNotFound
from medianest.ports.failures import PlexNotConfigured, PlexRefusesToken, PlexUnavailable
from medianest.ports.library import ShelfTitle
from medianest.ports.media_server import Guids
from tests.shelving import shelve
from tests.unit.application.shelves import ADA, Shelves, opened_shelves

ITEMS = "/library/sections/1/all"


@pytest.fixture
async def shelves() -> AsyncIterator[Shelves]:
    async with opened_shelves() as opened:
        yield opened


def films(page: int = 1, library: str = "1", **filters: str) -> BrowseLibrary:
    return BrowseLibrary(viewer=ADA, server=None, library=library, page=page, kind=None, filters=filters)


async def test_those_who_look_at_the_same_page_in_the_same_minute_ask_the_server_once(shelves: Shelves) -> None:
    first = await shelves.desk.browse(films())
    assert await asyncio.gather(*(shelves.desk.browse(films()) for _ in range(20))) == [first] * 20
    assert shelves.asked.count(ITEMS) == 1
    shelves.plex.shelf.add_film("1", 1050)
    shelves.clock.advance(61)
    with ages_noted() as noted:
        assert await shelves.desk.browse(films()) == first
    assert noted.stalest is not None
    await shelves.reads.settle()
    assert (await shelves.desk.browse(films())).total_results == first.total_results + 1
    assert shelves.asked.count(ITEMS) == 2


async def test_a_library_comes_in_pages_and_beyond_the_last_there_is_nothing(shelves: Shelves) -> None:
    shelves.plex.shelf.add_library("9", "movie", "Long")
    shelves.plex.shelf.generate("9", 2 * PAGE + 3)
    pages = [await shelves.desk.browse(films(page, "9")) for page in (1, 2, 3, 4)]
    assert [len(page.items) for page in pages] == [PAGE, PAGE, 3, 0]
    assert {(page.total_pages, page.total_results) for page in pages} == {(3, 2 * PAGE + 3)}
    keys = [seen.item.rating_key for page in pages for seen in page.items]
    assert len(set(keys)) == 2 * PAGE + 3


async def test_items_say_what_became_of_their_title_by_one_question_for_all(shelves: Shelves) -> None:
    page = await shelves.desk.browse(films())
    assert shelves.standings.asked == 1
    found = {seen.title: seen.standing.media_status for seen in page.items}
    assert (found["movie", 1014], found["movie", 1015]) == ("available", None)


async def test_episodes_which_name_no_series_are_known_by_the_index(shelves: Shelves) -> None:
    series = str(shelves.plex.shelf.series(1006).rating_key)
    title = ShelfTitle(rating_key=series, media_type="tv", title="Known", guids=Guids(tmdb_id=1006))
    await shelve(shelves.library, "plex", "a-library", [title], [])
    newest = await shelves.desk.list_newest(ListNewest(viewer=ADA, server=None, library="2", page=1))
    assert {seen.item.type for seen in newest.items} == {"episode"}
    assert {(seen.item.series_rating_key == series, seen.title) for seen in newest.items} == {
        (True, ("tv", 1006)),
        (False, None),
    }


async def test_other_filters_are_another_page_and_reach_the_server(shelves: Shelves) -> None:
    await shelves.desk.browse(films())
    await shelves.desk.browse(films(genre="7", unwatched="1", sort="addedAt:desc"))
    asked = [each.query for each in shelves.plex.received if each.path == ITEMS]
    assert len(asked) == 2
    assert {"genre": "7", "unwatched": "1", "sort": "addedAt:desc"}.items() <= asked[1].items()


async def test_while_it_is_away_what_was_seen_is_shown_and_says_so_but_not_who_watches(shelves: Shelves) -> None:
    shelves.plex.play(shelves.plex.shelf.film(1014).rating_key)
    seen = await shelves.desk.browse(films())
    assert len(await shelves.desk.list_playing(ListPlaying(server=None))) == 1
    shelves.plex.fail("error", times=1000)
    shelves.clock.advance(3600)
    with ages_noted() as noted:
        assert await shelves.desk.browse(films()) == seen
    assert noted.stalest is not None
    with pytest.raises(PlexUnavailable):
        await shelves.desk.list_playing(ListPlaying(server=None))


async def test_a_refused_token_is_told_and_what_was_seen_is_still_shown(shelves: Shelves) -> None:
    seen = await shelves.desk.browse(films())
    shelves.plex.token = "another"
    with pytest.raises(PlexRefusesToken):
        await shelves.desk.find_server(FindServer(server=None))
    assert shelves.servers.refusing == ["plex"]
    assert await shelves.desk.browse(films()) == seen


async def test_what_is_not_there_is_asked_for_again_soon(shelves: Shelves) -> None:
    for library in ("77", "4", "x"):  # of nothing, of music, of no key
        with pytest.raises(NotOnServer):
            await shelves.desk.browse(films(library=library))
    wanted = FindServerCollection(viewer=ADA, server=None, rating_key="77", page=1)
    for _ in range(2):
        with pytest.raises(NotOnServer):
            await shelves.desk.find_collection(wanted)
    assert shelves.asked.count("/library/metadata/77") == 1
    shelves.clock.advance(31)
    with pytest.raises(NotOnServer):
        await shelves.desk.find_collection(wanted)
    assert shelves.asked.count("/library/metadata/77") == 2


async def test_the_first_server_is_meant_where_none_is_named(shelves: Shelves) -> None:
    seen = await shelves.desk.find_server(FindServer(server=None))
    assert (seen.server.slug, seen.identity.name) == ("plex", "The house")
    with pytest.raises(ServerNotFound):
        await shelves.desk.find_server(FindServer(server="attic"))
    shelves.servers.servers.clear()
    with pytest.raises(PlexNotConfigured):
        await shelves.desk.find_server(FindServer(server=None))


async def test_a_search_finds_the_same_however_it_is_spaced(shelves: Shelves) -> None:
    name = shelves.plex.shelf.film(1014).name
    for text in (name, f"  {name.upper()} "):
        found = await shelves.desk.search(SearchServer(viewer=ADA, server=None, text=text, page=1))
        assert ("movie", 1014) in {seen.title for seen in found.items}
    assert shelves.asked.count("/hubs/search") == 1


async def test_whoever_changes_a_collection_sees_it_changed(shelves: Shelves) -> None:
    listed = ListServerCollections(server=None, library="1", page=1)
    assert (await shelves.desk.list_collections(listed)).items == []
    first, second = (str(shelves.plex.shelf.film(number).rating_key) for number in (1014, 1015))
    made = await shelves.arranger.create_collection(ADA, None, "1", "Rainy days", [first])
    assert [one.title for one in (await shelves.desk.list_collections(listed)).items] == ["Rainy days"]
    wanted = FindServerCollection(viewer=ADA, server=None, rating_key=made.rating_key, page=1)

    async def order() -> list[str]:
        return [seen.item.rating_key for seen in (await shelves.desk.find_collection(wanted)).items.items]

    assert await order() == [first]
    await shelves.arranger.add_to_collection(ADA, None, made.rating_key, [second])
    assert await order() == [first, second]
    await shelves.arranger.move_in_collection(ADA, None, made.rating_key, second, None)
    assert await order() == [second, first]
    with pytest.raises(NotOnServer):
        await shelves.arranger.create_collection(ADA, None, "4", "Of music", [])


async def test_a_directory_is_looked_at_only_inside_its_library(shelves: Shelves) -> None:
    await shelves.arranger.scan(ADA, None, "1", "/media/movies-1/New & old")
    for path in ("/etc", "/media/movies-1/../../etc", "media/movies-1", "/media/movies-10", "/"):
        with pytest.raises(PathOutsideLibrary):
            await shelves.arranger.scan(ADA, None, "1", path)
    await shelves.arranger.scan(ADA, None, "1", None)
    with pytest.raises(NotOnServer):
        await shelves.arranger.scan(ADA, None, "77", None)
    assert shelves.plex.scanned == [("1", "/media/movies-1/New & old"), ("1", None)]
