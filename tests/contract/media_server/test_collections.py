"""What `PlexCollections` does."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from medianest.adapters.standin import PlexServerStandin
from medianest.main.plex import PlexServerAdapters
from medianest.ports.media_server import ItemNotThere, MediaCollections
from tests.contract.media_server import asked


@dataclass
class World:
    server: PlexServerStandin
    plex: PlexServerAdapters
    films: list[str]

    @property
    def collections(self) -> MediaCollections:
        return self.plex.collections

    async def order(self, rating_key: str) -> list[str]:
        return [each.rating_key for each in (await self.collections.find(rating_key))[1]]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with PlexServerStandin() as server, asked(server, server.token) as plex:
        films = [str(number) for number in server.shelf.libraries["1"].of_kind("movie")]
        yield World(server, plex, films)


async def test_a_library_has_none_at_first_and_then_those_that_were_made(world: World) -> None:
    assert list(await world.collections.all("1")) == []
    made = await world.collections.create("1", "movie", "By  the sea\n", world.films[:2])
    assert (made.title, made.library_key, made.item_count, made.is_smart) == ("By the sea", "1", 2, False)
    assert made.thumb is not None
    assert list(await world.collections.all("1")) == [made]
    assert list(await world.collections.all("2")) == []
    assert await world.order(made.rating_key) == world.films[:2]


async def test_items_are_added_once_and_moved(world: World) -> None:
    first, second, third, *_ = world.films
    made = (await world.collections.create("1", "movie", "Sea", [first, second])).rating_key
    await world.collections.add(made, [second, third])
    assert await world.order(made) == [first, second, third]
    await world.collections.move(made, third, after=None)
    await world.collections.move(made, first, after=second)
    assert await world.order(made) == [third, second, first]
    assert (await world.collections.find(made))[0].item_count == 3


async def test_more_items_than_one_address_and_one_page_can_hold_are_all_in_it(world: World) -> None:
    world.server.shelf.generate("1", 1100)
    everything = [str(number) for number in world.server.shelf.libraries["1"].of_kind("movie")]
    made = await world.collections.create("1", "movie", "Everything", everything)
    assert made.item_count == len(everything)
    assert await world.order(made.rating_key) == everything


async def test_there_may_be_one_without_items_and_one_of_a_filter(world: World) -> None:
    assert (await world.collections.create("1", "movie", "Later", [])).item_count == 0
    smart = world.server.shelf.collect("1", "Of the year", [1], is_smart=True)
    assert (await world.collections.find(str(smart.rating_key)))[0].is_smart


async def test_what_is_not_there_is_said_to_be_not_there(world: World) -> None:
    made = (await world.collections.create("1", "movie", "Sea", world.films[:1])).rating_key
    with pytest.raises(ItemNotThere):
        await world.collections.all("77")
    with pytest.raises(ItemNotThere):
        await world.collections.find(world.films[0])  # a film
    with pytest.raises(ItemNotThere):
        await world.collections.add("77", world.films)
    with pytest.raises(ItemNotThere):
        await world.collections.add(made, ["1,2&X-Plex-Token=x"])
    with pytest.raises(ItemNotThere):
        await world.collections.move(made, world.films[0], after=world.films[1])
    with pytest.raises(ItemNotThere):
        await world.plex.media.item(made)
