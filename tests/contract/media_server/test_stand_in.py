"""The media server that stands in, steered over HTTP as somebody who tries things by hand does."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from medianest.adapters.plex.webhook import PlexReports
from medianest.adapters.standin import PlexServerStandin
from medianest.adapters.standin.plex_switches import SWITCHES
from medianest.main.plex import PlexServerAdapters
from medianest.ports.media_server import ItemNotThere, ItemType, ServerRefusesToken
from tests.contract.media_server import asked
from tests.fakes.scripted_server import ScriptedServer


@dataclass
class World:
    server: PlexServerStandin
    plex: PlexServerAdapters
    client: httpx.AsyncClient

    async def switch(self, name: str, **body: Any) -> Any:
        answer = await self.client.post(f"/__standin/{name}", json=body)
        assert answer.status_code in (200, 204), answer.text
        return answer.json() if answer.content else None

    async def count(self, library: str, kind: ItemType, **filters: str) -> int:
        return (await self.plex.media.items(library, kind, start=0, size=0, filters=filters)).total


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with (
        PlexServerStandin() as server,
        asked(server, server.token) as plex,
        httpx.AsyncClient(base_url=server.url, trust_env=False) as client,
    ):
        yield World(server, plex, client)


async def test_a_series_comes_season_by_season_and_episode_by_episode(world: World) -> None:
    await world.switch("empty", library="2")
    first = await world.switch("add", library="2", tmdbId=1003, seasons={"1": [1, 2]})
    again = await world.switch("add", library="2", tmdbId=1003, seasons=[1, 3])
    assert first == again
    seasons = (await world.plex.media.items("2", "season", start=0, size=10)).items
    held = world.server.shelf.series(1003).of.seasons
    assert {each.index: each.leaf_count for each in seasons} == {1: held[0], 3: held[2]}
    await world.switch("remove", ratingKey=int(seasons[0].rating_key))
    assert (await world.count("2", "season"), await world.count("2", "episode")) == (1, held[2])
    await world.switch("remove", ratingKey=int(first["ratingKey"]))
    assert (await world.count("2", "show"), await world.count("2", "episode")) == (0, 0)


async def test_films_are_marked_and_their_drive_comes_and_goes(world: World) -> None:
    key = (await world.switch("add", library="1", tmdbId=1000))["ratingKey"]
    await world.switch("mark", ratingKey=key, is4k=True, isOld=True, isAway=True)
    film = await world.plex.media.item(str(key))
    assert (film.has_4k, film.is_away, film.guids.imdb_id, film.guids.tmdb_id) == (True, True, "tt7001000", None)
    assert await world.count("1", "movie", resolution="4k") == 1
    await world.switch("vanish", library="1")
    assert await world.count("1", "movie") == 0
    with pytest.raises(ItemNotThere):
        await world.plex.media.item(str(key))
    await world.switch("return", library="1")
    assert await world.count("1", "movie") == 7
    await world.switch("generate", library="1", titles=50)
    assert await world.count("1", "movie") == 57


async def test_libraries_are_renamed_and_removed_and_the_token_changed(world: World) -> None:
    before = {each.key: each.uuid for each in await world.plex.media.libraries()}
    await world.switch("rename", library="1", title="Pictures that move")
    await world.switch("remove-library", library="3")
    after = await world.plex.media.libraries()
    assert {each.key: each.uuid for each in after} == {key: before[key] for key in ("1", "2", "4")}
    assert after[0].title == "Pictures that move"
    await world.switch("token", token="another")
    with pytest.raises(ServerRefusesToken):
        await world.plex.media.libraries()


async def test_arrivals_are_announced_to_whoever_is_named(world: World) -> None:
    key = (await world.switch("add", library="1", tmdbId=1000))["ratingKey"]
    assert await world.switch("announce", ratingKey=key) == {"status": None}
    async with ScriptedServer() as nest:
        await world.switch("webhook", url=f"{nest.url}/hook")
        said = await world.switch("announce", ratingKey=key, withThumb=True, first="thumb")
        assert said == {"status": 200}
        [received] = nest.received

    async def body() -> AsyncIterator[bytes]:
        yield received.body

    report = await PlexReports().read(received.headers["content-type"], body())
    assert (report.event, report.rating_key) == ("library.new", str(key))
    assert report.machine_identifier == (await world.plex.media.identity()).machine_identifier


async def test_what_plays_starts_and_ends(world: World) -> None:
    await world.switch("play", ratingKey=1, user="ben")
    assert [each.user for each in await world.plex.activity.playing()] == ["ben"]
    await world.switch("stop", ratingKey=1)
    assert list(await world.plex.activity.playing()) == []


@pytest.mark.parametrize("name", sorted(SWITCHES))
async def test_a_switch_that_is_thrown_wrongly_says_so(world: World, name: str) -> None:
    assert (await world.client.post(f"/__standin/{name}", json={"nothing": 1})).status_code == 400
    if "library" in SWITCHES[name].__struct_fields__ and name in ("vanish", "empty", "remove-library"):
        assert (await world.client.post(f"/__standin/{name}", json={"library": "77"})).status_code == 404
