"""What `TmdbMetadata` adds to its port: a cache that outlives outages, and calm in the face of nonsense."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from medianest.adapters.standin import FaultKind, TmdbStandin
from medianest.adapters.standin.faults import FAULT_KINDS
from medianest.adapters.tmdb import TmdbMetadata, tmdb_credentials
from medianest.adapters.tmdb.metadata import FRESH, KEPT
from medianest.adapters.upstream import Limits, upstream_client
from medianest.ports.failures import MetadataNotConfigured, MetadataUnavailable
from tests.fakes.cache import FakeCache
from tests.fakes.clock import FakeClock

QUICK = Limits(total=0.4, attempts=2, first_wait=0.01, jitter=0.01, breaker_threshold=1000)


@dataclass
class World:
    tmdb: TmdbStandin
    metadata: TmdbMetadata
    cache: FakeCache
    clock: FakeClock

    async def search(self) -> object:
        return await self.metadata.search("moss", page=1, media_type=None)

    async def details(self) -> object:
        return await self.metadata.details("tv", 1003)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with TmdbStandin() as tmdb:
        credentials = tmdb_credentials(tmdb.api_key)
        async with upstream_client("tmdb", tmdb.url, params=credentials.params, limits=QUICK) as client:
            cache, clock = FakeCache(), FakeClock()
            yield World(tmdb, TmdbMetadata(client, cache, clock), cache, clock)


METHODS = ["search", "details"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", FAULT_KINDS)
async def test_every_fault_is_an_outage_and_passes(world: World, kind: FaultKind, method: str) -> None:
    world.tmdb.fail(kind, times=1000)
    with pytest.raises(MetadataUnavailable) as outage:
        await getattr(world, method)()
    assert world.tmdb.api_key not in str(outage.value)
    assert world.tmdb.url not in str(outage.value)
    world.tmdb.behave()
    assert await getattr(world, method)()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", FAULT_KINDS)
async def test_a_known_answer_is_served_stale_during_every_fault(world: World, kind: FaultKind, method: str) -> None:
    before = await getattr(world, method)()
    world.clock.advance(FRESH)
    world.tmdb.fail(kind, times=1000)
    assert await getattr(world, method)() == before


@pytest.mark.parametrize("method", METHODS)
async def test_a_fresh_answer_needs_no_call_and_a_stale_one_is_refreshed(world: World, method: str) -> None:
    await getattr(world, method)()
    world.clock.advance(FRESH - 1)
    await getattr(world, method)()
    assert len(world.tmdb.received) == 1
    world.clock.advance(1)
    await getattr(world, method)()
    await getattr(world, method)()
    assert len(world.tmdb.received) == 2
    assert set(world.cache.ttls.values()) == {KEPT}


@pytest.mark.parametrize("method", METHODS)
async def test_a_wiped_absent_or_spoilt_cache_only_means_calls(world: World, method: str) -> None:
    before = await getattr(world, method)()
    world.cache.entries.clear()
    assert await getattr(world, method)() == before
    world.cache.entries = dict.fromkeys(world.cache.entries, b"\xff not ours")
    assert await getattr(world, method)() == before
    world.cache.is_away = True
    assert await getattr(world, method)() == before
    assert len(world.tmdb.received) == 4


async def test_spellings_of_one_query_share_an_answer_and_media_types_do_not(world: World) -> None:
    await world.metadata.search("Kingdom  of Moss ", page=1, media_type=None)
    await world.metadata.search("kingdom of moss", page=1, media_type=None)
    assert len(world.tmdb.received) == 1
    assert (await world.metadata.search("kingdom of moss", page=1, media_type="movie")).items == []


async def test_people_are_left_out_and_adult_titles_not_asked_for(world: World) -> None:
    page = await world.metadata.search("moss", page=1, media_type=None)
    assert {item.media_type for item in page.items} == {"tv"}
    assert world.tmdb.received[0].query["include_adult"] == "false"


async def test_a_page_beyond_the_last_that_tmdb_serves_is_its_last(world: World) -> None:
    assert (await world.metadata.search("moss", page=501, media_type=None)).page == 500
    assert (await world.metadata.search("moss", page=0, media_type=None)).page == 1


async def test_a_query_that_no_url_can_hold_is_still_a_query(world: World) -> None:
    page = await world.metadata.search("m\x00oss \ud800 " + "x" * 5000, page=1, media_type="movie")
    assert list(page.items) == []
    assert len(world.tmdb.received[0].query["query"]) <= 200


async def test_a_refused_key_says_which_setting_to_correct(world: World) -> None:
    world.tmdb.api_key = "another"
    with pytest.raises(MetadataUnavailable, match=r"refused the key.*MEDIANEST_TMDB_TOKEN"):
        await world.details()


async def test_a_404_of_somebody_else_is_not_an_absent_title(world: World) -> None:
    async with upstream_client("tmdb", f"{world.tmdb.url}/__standin/", limits=QUICK) as client:
        metadata = TmdbMetadata(client, FakeCache(), FakeClock())
        with pytest.raises(MetadataUnavailable, match="MEDIANEST_TMDB_URL"):
            await metadata.details("movie", 1000)


async def test_without_a_key_every_method_says_so() -> None:
    metadata = TmdbMetadata(None, FakeCache(), FakeClock())
    with pytest.raises(MetadataNotConfigured):
        await metadata.search("moss", page=1, media_type=None)
    with pytest.raises(MetadataNotConfigured):
        await metadata.details("movie", 1000)


async def test_a_key_in_the_query_never_reaches_a_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await world.search()
    assert world.tmdb.received[0].query["api_key"] == world.tmdb.api_key
    assert "HTTP Request: GET" in caplog.text  # httpx does log, and what it logs is harmless
    assert world.tmdb.api_key not in caplog.text
