"""What `TmdbMetadata` adds to its port: a cache that outlives outages, and calm in the face of nonsense."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from medianest.adapters.standin import FaultKind, Received, TmdbStandin
from medianest.adapters.standin.faults import FAULT_KINDS
from medianest.adapters.standin.server import Answer, Standin
from medianest.adapters.tmdb import TmdbMetadata, tmdb_credentials
from medianest.adapters.upstream import Limits, upstream_client
from medianest.application.kept_reads import DETAILS, SEARCH, KeptReads
from medianest.ports.failures import MetadataNotConfigured, MetadataUnavailable
from medianest.ports.locale import Locale
from medianest.ports.metadata import PersonFound, Title
from tests.fakes.cache import FakeCache
from tests.fakes.clock import FakeClock
from tests.fakes.kept_reads import kept_reads
from tests.logged import hear_everything

QUICK = Limits(total=0.4, attempts=2, first_wait=0.01, jitter=0.01, breaker_threshold=1000)


@dataclass
class World:
    tmdb: TmdbStandin
    metadata: TmdbMetadata
    reads: KeptReads
    cache: FakeCache
    clock: FakeClock

    async def search(self) -> object:
        return await self.metadata.search("moss", page=1, kind=None)

    async def details(self) -> object:
        return await self.metadata.details("tv", 1003)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with TmdbStandin() as tmdb:
        credentials = tmdb_credentials(tmdb.api_key)
        async with upstream_client("tmdb", tmdb.url, params=credentials.params, limits=QUICK) as client:
            cache, clock = FakeCache(), FakeClock()
            reads = kept_reads(cache, clock)
            yield World(tmdb, TmdbMetadata(client, reads), reads, cache, clock)


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
    world.clock.advance(1)  # what just failed is left alone for a second
    assert await getattr(world, method)()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", FAULT_KINDS)
async def test_a_known_answer_is_served_stale_during_every_fault(world: World, kind: FaultKind, method: str) -> None:
    before = await getattr(world, method)()
    world.clock.advance(DETAILS.stale)
    world.tmdb.fail(kind, times=1000)
    assert await getattr(world, method)() == before


@pytest.mark.parametrize("method", METHODS)
async def test_a_fresh_answer_needs_no_call_and_a_stale_one_is_refreshed(world: World, method: str) -> None:
    fresh = {"search": SEARCH, "details": DETAILS}[method].fresh
    await getattr(world, method)()
    world.clock.advance(fresh - 1)
    await getattr(world, method)()
    assert len(world.tmdb.received) == 1
    world.clock.advance(1)
    await getattr(world, method)()
    await world.reads.settle()
    await getattr(world, method)()
    assert len(world.tmdb.received) == 2
    assert set(world.cache.ttls.values()) == {DETAILS.kept}


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
    await world.metadata.search("Kingdom  of Moss ", page=1, kind=None)
    await world.metadata.search("kingdom of moss", page=1, kind=None)
    assert len(world.tmdb.received) == 1
    assert (await world.metadata.search("kingdom of moss", page=1, kind="movie")).items == []


async def test_people_are_among_the_titles_and_adult_titles_not_asked_for(world: World) -> None:
    page = await world.metadata.search("moss", page=1, kind=None)
    assert [(type(item), item.tmdb_id) for item in page.items] == [(Title, 1003), (PersonFound, 502)]
    assert world.tmdb.received[0].query["include_adult"] == "false"


async def test_a_page_beyond_the_last_that_tmdb_serves_is_its_last(world: World) -> None:
    assert (await world.metadata.search("moss", page=501, kind=None)).page == 500
    assert (await world.metadata.search("moss", page=0, kind=None)).page == 1


async def test_a_query_that_no_url_can_hold_is_still_a_query(world: World) -> None:
    page = await world.metadata.search("m\x00oss \ud800 " + "x" * 5000, page=1, kind="movie")
    assert list(page.items) == []
    assert len(world.tmdb.received[0].query["query"]) <= 200


async def test_a_refused_key_says_which_setting_to_correct(world: World) -> None:
    world.tmdb.api_key = "another"
    with pytest.raises(MetadataUnavailable, match=r"refused the key.*MEDIANEST_TMDB_TOKEN"):
        await world.details()


async def test_a_404_of_somebody_else_is_not_an_absent_title(world: World) -> None:
    async with upstream_client("tmdb", f"{world.tmdb.url}/__standin/", limits=QUICK) as client:
        metadata = TmdbMetadata(client, kept_reads())
        with pytest.raises(MetadataUnavailable, match="MEDIANEST_TMDB_URL"):
            await metadata.details("movie", 1000)


async def test_without_a_key_every_method_says_so() -> None:
    metadata = TmdbMetadata(None, kept_reads())
    with pytest.raises(MetadataNotConfigured):
        await metadata.search("moss", page=1, kind=None)
    with pytest.raises(MetadataNotConfigured):
        await metadata.details("movie", 1000)


async def test_a_key_in_the_query_never_reaches_a_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    hear_everything(caplog)
    await world.search()
    assert world.tmdb.received[0].query["api_key"] == world.tmdb.api_key
    assert "HTTP Request: GET" in caplog.text  # httpx does log, and what it logs is harmless
    assert world.tmdb.api_key not in caplog.text


async def test_a_title_comes_in_one_call_with_all_that_is_shown_of_it(world: World) -> None:
    film = await world.metadata.details("movie", 1000, locale=Locale(region="GB"))
    assert film is not None
    assert len(world.tmdb.received) == 1
    assert (film.imdb_id, film.certification, film.status) == ("tt7001000", "U", "Released")
    assert (film.cast[0].character, film.crew[0].job) == ("Ada", "Director")
    assert [trailer.name for trailer in film.trailers] == ["The Cartographer's Daughter: Trailer"]
    assert film.availability is not None
    assert [provider.name for provider in film.availability.subscription] == ["Lanternflix"]
    series = await world.metadata.details("tv", 1003)
    assert series is not None
    assert (series.imdb_id, series.tvdb_id, series.certification) == ("tt8001003", 1_001_003, "TV-MA")


async def test_each_locale_has_answers_of_its_own(world: World) -> None:
    here = await world.metadata.details("movie", 1000)
    there = await world.metadata.details("movie", 1000, locale=Locale(language="de-DE", region="DE"))
    across = await world.metadata.details("movie", 1000, locale=Locale(region="GB"))
    assert here is not None
    assert there is not None
    assert across is not None
    assert (here.certification, there.certification, across.certification) == ("G", "0", "U")
    assert there.availability is None
    assert there.overview == f"[de-DE] {here.overview}"
    said = world.tmdb.received[1].query
    assert (said["language"], said["include_video_language"]) == ("de-DE", "de,en")


async def test_the_house_speaks_its_own_language_where_nobody_chose_another(world: World) -> None:
    async with upstream_client("tmdb", world.tmdb.url, params={"api_key": world.tmdb.api_key}, limits=QUICK) as client:
        house = TmdbMetadata(client, world.reads, locale=Locale(language="fr", region="FR"))
        await house.season(1003, 1)
    assert world.tmdb.received[-1].query["language"] == "fr"


@pytest.mark.parametrize(
    ("language", "region"), [("en-us", "US"), ("", "US"), ("english", "US"), ("en", "gb"), ("en", "")]
)
def test_a_locale_of_another_form_is_refused(language: str, region: str) -> None:
    with pytest.raises(ValueError, match="looks like"):
        Locale(language=language, region=region)


async def test_specials_are_season_zero(world: World) -> None:
    series = await world.metadata.details("tv", 1009)
    specials = await world.metadata.season(1009, 0)
    assert series is not None
    assert specials is not None
    assert [(season.number, season.name) for season in series.seasons[:2]] == [(0, "Specials"), (1, "Season 1")]
    assert [episode.number for episode in specials.episodes] == [1, 2, 3]


async def test_an_answer_beyond_all_bounds_is_an_outage_and_is_not_held(world: World) -> None:
    class Endless(Standin):
        async def answer(self, request: Received) -> Answer:
            return Answer(body=b'{"results": [' + b"1," * (51 * 1024 * 1024), headers={})

    async with Endless() as server, upstream_client("tmdb", server.url, limits=Limits(total=5.0, attempts=1)) as client:
        metadata = TmdbMetadata(client, world.reads)
        with pytest.raises(MetadataUnavailable, match="AnswerTooLarge"):
            await metadata.person(500)
    assert world.cache.entries == {}
