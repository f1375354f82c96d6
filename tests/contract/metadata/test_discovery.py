"""What every `Discovery` does. Each world has more than a page of films and of series."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import get_args

import pytest

from medianest.adapters.standin import TmdbStandin
from medianest.adapters.tmdb import TmdbDiscovery
from medianest.adapters.upstream import Limits, upstream_client
from medianest.domain.media_request.vocabulary import MediaType
from medianest.ports.discovery import Discovery, NamedList, Relation
from medianest.ports.failures import MetadataNotConfigured, MetadataUnavailable
from medianest.ports.locale import Locale
from medianest.ports.metadata import Title
from tests.fakes.cache import FakeCache
from tests.fakes.clock import FakeClock
from tests.fakes.discovery import DRAMA, LANTERNFLIX, FakeDiscovery
from tests.fakes.kept_reads import kept_reads

QUICK = Limits(total=1.0, attempts=2, first_wait=0.01, jitter=0.01, breaker_threshold=1000)
BRITAIN, GERMANY = Locale(region="GB"), Locale(region="DE")
MEDIA_TYPES: tuple[MediaType, ...] = ("movie", "tv")


@dataclass
class World:
    discovery: Discovery
    break_down: Callable[[], None]


@pytest.fixture
async def tmdb() -> AsyncIterator[TmdbStandin]:
    async with TmdbStandin() as standin:
        yield standin


@pytest.fixture(params=["fake", "tmdb"])
async def world(request: pytest.FixtureRequest, tmdb: TmdbStandin) -> AsyncIterator[World]:
    if request.param == "fake":
        fake = FakeDiscovery()
        yield World(fake, fake.break_down)
        return
    async with upstream_client("tmdb", tmdb.url, params={"api_key": tmdb.api_key}, limits=QUICK) as client:
        discovery = TmdbDiscovery(client, kept_reads(FakeCache(), FakeClock()))
        yield World(discovery, lambda: tmdb.fail("error", times=1000))


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
@pytest.mark.parametrize("name", get_args(NamedList))
async def test_a_list_has_pages_of_one_media_type(world: World, name: NamedList, media_type: MediaType) -> None:
    first = await world.discovery.listed(name, media_type, page=1)
    second = await world.discovery.listed(name, media_type, page=2)
    assert {each.media_type for each in (*first.items, *second.items)} == {media_type}
    assert (first.page, second.page, len(first.items)) == (1, 2, 20)
    assert {each.tmdb_id for each in first.items}.isdisjoint(each.tmdb_id for each in second.items)


@pytest.mark.parametrize("name", get_args(NamedList))
async def test_a_page_after_the_last_is_empty(world: World, name: NamedList) -> None:
    assert list((await world.discovery.listed(name, "movie", page=400)).items) == []


async def test_what_trends_may_be_of_both_media_types_and_is_never_a_person(world: World) -> None:
    pages = [await world.discovery.listed("trending", None, page=page) for page in (1, 2)]
    items = [each for page in pages for each in page.items]
    assert {each.media_type for each in items} == {"movie", "tv"}
    assert {type(each) for each in items} == {Title}


async def test_other_lists_without_a_media_type_hold_films(world: World) -> None:
    assert {each.media_type for each in (await world.discovery.listed("popular", None, page=1)).items} == {"movie"}


async def test_a_genre_is_in_the_list_of_genres_and_in_its_titles(world: World) -> None:
    assert DRAMA in await world.discovery.genres("movie")
    found = await world.discovery.chosen("movie", page=1, genre_id=DRAMA.id)
    assert len(found.items) > 0
    assert all(DRAMA.id in each.genre_ids for each in found.items)


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
async def test_a_provider_shows_titles_in_its_regions_alone(world: World, media_type: MediaType) -> None:
    known = await world.discovery.providers(media_type, locale=BRITAIN)
    assert LANTERNFLIX.tmdb_id in [each.tmdb_id for each in known]
    assert list(await world.discovery.providers(media_type, locale=GERMANY)) == []
    wanted = LANTERNFLIX.tmdb_id
    assert (await world.discovery.chosen(media_type, page=1, provider_id=wanted, locale=BRITAIN)).total_results > 0
    assert (await world.discovery.chosen(media_type, page=1, provider_id=wanted, locale=GERMANY)).total_results == 0


@pytest.mark.parametrize("number", [0, -1, 2**31, 10**30, 999_999_999])
async def test_a_genre_or_a_provider_that_does_not_exist_has_no_titles(world: World, number: int) -> None:
    assert list((await world.discovery.chosen("movie", page=1, genre_id=number)).items) == []
    assert list((await world.discovery.chosen("tv", page=1, provider_id=number)).items) == []


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
@pytest.mark.parametrize("relation", get_args(Relation))
async def test_what_is_like_a_title_is_of_its_kind_and_not_itself(
    world: World, relation: Relation, media_type: MediaType
) -> None:
    found = await world.discovery.related(media_type, 1000, relation, page=1)
    assert found is not None
    assert {each.media_type for each in found.items} == {media_type}
    assert 1000 not in [each.tmdb_id for each in found.items]


@pytest.mark.parametrize("tmdb_id", [5, 0, -1, 2**31])
async def test_nothing_is_like_a_title_that_does_not_exist(world: World, tmdb_id: int) -> None:
    assert await world.discovery.related("movie", tmdb_id, "similar", page=1) is None


async def test_without_an_answer_it_is_unavailable(world: World) -> None:
    world.break_down()
    for asking in (
        world.discovery.listed("trending", None, page=1),
        world.discovery.chosen("movie", page=1),
        world.discovery.related("tv", 1000, "similar", page=1),
        world.discovery.genres("tv"),
        world.discovery.providers("tv"),
    ):
        with pytest.raises(MetadataUnavailable):
            await asking


async def test_without_a_key_tmdb_says_so_whatever_is_asked() -> None:
    discovery = TmdbDiscovery(None, kept_reads(FakeCache(), FakeClock()))
    for asking in (discovery.listed("popular", None, page=1), discovery.related("tv", -1, "similar", page=1)):
        with pytest.raises(MetadataNotConfigured):
            await asking


async def test_tmdb_is_asked_in_the_words_of_the_locale_and_for_pages_it_has(tmdb: TmdbStandin) -> None:
    async with upstream_client("tmdb", tmdb.url, params={"api_key": tmdb.api_key}, limits=QUICK) as client:
        discovery = TmdbDiscovery(
            client, kept_reads(FakeCache(), FakeClock()), locale=Locale(language="de", region="AT")
        )
        assert (await discovery.listed("upcoming", "movie", page=501)).page == 500
        assert (await discovery.listed("popular", "movie", page=0)).page == 1
    asked = [{key: each.query.get(key) for key in ("language", "region", "page")} for each in tmdb.received]
    assert asked == [
        {"language": "de", "region": "AT", "page": "500"},
        {"language": "de", "region": None, "page": "1"},
    ]
