"""What every `Metadata` does. Each world knows one film and one series by these names."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest

from medianest.adapters.standin import TmdbStandin
from medianest.adapters.tmdb import TmdbMetadata, tmdb_credentials
from medianest.adapters.upstream import Limits, upstream_client
from medianest.ports.failures import MetadataUnavailable
from medianest.ports.metadata import Metadata, TitleDetails
from tests.fakes.cache import FakeCache
from tests.fakes.clock import FakeClock
from tests.fakes.metadata import FILM, SERIES, FakeMetadata

QUICK = Limits(total=1.0, attempts=2, first_wait=0.01, jitter=0.01, breaker_threshold=1000)


@dataclass
class World:
    metadata: Metadata
    break_down: Callable[[], None]


@pytest.fixture(params=["fake", "tmdb v4 token", "tmdb v3 key"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "fake":
        fake = FakeMetadata()
        yield World(fake, fake.break_down)
        return
    async with TmdbStandin() as tmdb:
        credentials = tmdb_credentials(tmdb.token if request.param == "tmdb v4 token" else tmdb.api_key)
        async with upstream_client(
            "tmdb", tmdb.url, headers=credentials.headers, params=credentials.params, limits=QUICK
        ) as client:
            metadata = TmdbMetadata(client, FakeCache(), FakeClock())
            yield World(metadata, lambda: tmdb.fail("error", times=1000))


async def test_a_search_finds_titles_whose_name_has_all_the_words(world: World) -> None:
    page = await world.metadata.search("daughter  CARTOGRAPHER", page=1, media_type=None)
    assert [(item.media_type, item.tmdb_id, item.title, item.year) for item in page.items] == [
        ("movie", FILM.tmdb_id, FILM.title, FILM.year)
    ]
    assert (page.page, page.total_pages) == (1, 1)


async def test_a_search_for_one_media_type_leaves_the_other_out(world: World) -> None:
    assert (await world.metadata.search("kingdom of moss", page=1, media_type="movie")).items == []
    found = await world.metadata.search("kingdom of moss", page=1, media_type="tv")
    assert [item.tmdb_id for item in found.items] == [SERIES.tmdb_id]


async def test_a_page_after_the_last_is_empty(world: World) -> None:
    assert list((await world.metadata.search("kingdom of moss", page=2, media_type=None)).items) == []


@pytest.mark.parametrize("query", ["", "   ", "no title has these words"])
async def test_a_search_for_nothing_finds_nothing(world: World, query: str) -> None:
    page = await world.metadata.search(query, page=1, media_type="movie")
    assert (list(page.items), page.total_results) == ([], 0)


async def test_details_of_a_film_have_no_seasons(world: World) -> None:
    film = await world.metadata.details("movie", FILM.tmdb_id)
    assert isinstance(film, TitleDetails)
    assert (film.media_type, film.tmdb_id, film.title, film.year) == ("movie", FILM.tmdb_id, FILM.title, FILM.year)
    assert film.seasons == ()


async def test_details_of_a_series_list_its_seasons_in_order(world: World) -> None:
    series = await world.metadata.details("tv", SERIES.tmdb_id)
    assert series is not None
    assert [season.number for season in series.seasons] == [1, 2, 3, 4]


@pytest.mark.parametrize("tmdb_id", [5, 0, -1, 2**31, 10**30])
async def test_an_id_without_a_title_is_none(world: World, tmdb_id: int) -> None:
    assert await world.metadata.details("movie", tmdb_id) is None


async def test_without_an_answer_it_is_unavailable_and_says_when_to_come_back(world: World) -> None:
    world.break_down()
    with pytest.raises(MetadataUnavailable) as searching:
        await world.metadata.search("moss", page=1, media_type=None)
    with pytest.raises(MetadataUnavailable) as looking:
        await world.metadata.details("tv", SERIES.tmdb_id)
    assert searching.value.retry_after > 0
    assert looking.value.retry_after > 0
