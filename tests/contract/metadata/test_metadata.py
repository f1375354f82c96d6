"""What every `Metadata` does. Each world knows a film, a series, a collection and somebody by these names."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest

from medianest.adapters.standin import TmdbStandin
from medianest.adapters.tmdb import TmdbMetadata, tmdb_credentials
from medianest.adapters.upstream import Limits, upstream_client
from medianest.domain.media_request.vocabulary import MediaType
from medianest.ports.failures import MetadataUnavailable
from medianest.ports.metadata import (
    CollectionDetails,
    CollectionFound,
    ExternalSource,
    Metadata,
    PersonDetails,
    PersonFound,
    Title,
    TitleDetails,
)
from tests.fakes.kept_reads import kept_reads
from tests.fakes.metadata import COLLECTION, FILM, PERSON, SERIES, FakeMetadata

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
            metadata = TmdbMetadata(client, kept_reads())
            yield World(metadata, lambda: tmdb.fail("error", times=1000))


async def test_a_search_finds_titles_whose_name_has_all_the_words(world: World) -> None:
    page = await world.metadata.search("daughter  CARTOGRAPHER", page=1, kind=None)
    assert [
        isinstance(item, Title) and (item.media_type, item.tmdb_id, item.title, item.year) for item in page.items
    ] == [("movie", FILM.tmdb_id, FILM.title, FILM.year)]
    assert (page.page, page.total_pages) == (1, 1)


async def test_a_search_for_one_media_type_leaves_the_other_out(world: World) -> None:
    assert (await world.metadata.search("kingdom of moss", page=1, kind="movie")).items == []
    found = await world.metadata.search("kingdom of moss", page=1, kind="tv")
    assert [item.tmdb_id for item in found.items] == [SERIES.tmdb_id]


async def test_a_page_after_the_last_is_empty(world: World) -> None:
    assert list((await world.metadata.search("kingdom of moss", page=2, kind=None)).items) == []


@pytest.mark.parametrize("query", ["", "   ", "no title has these words"])
async def test_a_search_for_nothing_finds_nothing(world: World, query: str) -> None:
    page = await world.metadata.search(query, page=1, kind="movie")
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


async def test_people_are_found_together_with_titles_or_by_themselves(world: World) -> None:
    for kind in (None, "person"):
        page = await world.metadata.search("milos kovar", page=1, kind=kind)  # type: ignore[arg-type]
        (somebody,) = page.items
        assert type(somebody) is PersonFound
        assert (somebody.tmdb_id, somebody.name, somebody.department) == (PERSON.tmdb_id, PERSON.name, "Acting")


async def test_collections_are_found_where_they_are_asked_for(world: World) -> None:
    page = await world.metadata.search("cartographer", page=1, kind="collection")
    assert [(type(item), item.tmdb_id) for item in page.items] == [(CollectionFound, COLLECTION.tmdb_id)]


async def test_a_year_narrows_films_to_those_of_that_year(world: World) -> None:
    one = await world.metadata.search("cartographer", page=1, kind="movie", year=FILM.year)
    assert [item.tmdb_id for item in one.items] == [FILM.tmdb_id]
    assert list((await world.metadata.search("cartographer", page=1, kind="movie", year=1950)).items) == []


async def test_a_film_says_which_collection_it_belongs_to(world: World) -> None:
    film = await world.metadata.details("movie", FILM.tmdb_id)
    assert film is not None
    assert film.collection is not None
    assert (film.collection.tmdb_id, film.collection.name) == (COLLECTION.tmdb_id, COLLECTION.name)


async def test_a_collection_lists_its_films_the_oldest_first(world: World) -> None:
    found = await world.metadata.collection(COLLECTION.tmdb_id)
    assert isinstance(found, CollectionDetails)
    assert [(film.tmdb_id, film.title) for film in found.parts] == [
        (film.tmdb_id, film.title) for film in COLLECTION.parts
    ]


async def test_a_person_comes_with_what_they_played_in(world: World) -> None:
    found = await world.metadata.person(PERSON.tmdb_id)
    assert isinstance(found, PersonDetails)
    assert found.name == PERSON.name
    roles = {credit.title.tmdb_id: credit.roles for credit in found.played_in if credit.title.media_type == "movie"}
    assert roles[FILM.tmdb_id] == ("Ada",)


async def test_a_season_lists_its_episodes_in_order(world: World) -> None:
    season = await world.metadata.season(SERIES.tmdb_id, 2)
    assert season is not None
    assert (season.tmdb_id, season.number) == (SERIES.tmdb_id, 2)
    assert [episode.number for episode in season.episodes] == list(range(1, season.episode_count + 1))
    assert season.episode_count > 0


@pytest.mark.parametrize(
    ("tmdb_id", "number"), [(SERIES.tmdb_id, 5), (SERIES.tmdb_id, 0), (SERIES.tmdb_id, -1), (5, 1)]
)
async def test_a_season_that_does_not_exist_is_none(world: World, tmdb_id: int, number: int) -> None:
    assert await world.metadata.season(tmdb_id, number) is None


@pytest.mark.parametrize("tmdb_id", [5, 0, -1, 2**31, 10**30])
async def test_an_id_that_nothing_has_is_none(world: World, tmdb_id: int) -> None:
    assert await world.metadata.details("movie", tmdb_id) is None
    assert await world.metadata.collection(tmdb_id) is None
    assert await world.metadata.person(tmdb_id) is None


@pytest.mark.parametrize(
    ("external_id", "source", "media_type", "tmdb_id"),
    [
        (FILM.imdb_id, "imdb", "movie", FILM.tmdb_id),
        (SERIES.imdb_id, "imdb", "tv", SERIES.tmdb_id),
        (str(SERIES.tvdb_id), "tvdb", "tv", SERIES.tmdb_id),
    ],
)
async def test_a_title_is_found_by_the_number_it_has_elsewhere(
    world: World, external_id: str, source: ExternalSource, media_type: MediaType, tmdb_id: int
) -> None:
    assert await world.metadata.find(external_id, source) == (media_type, tmdb_id)
    assert await world.metadata.find(external_id, source, media_type=media_type) == (media_type, tmdb_id)
    other: MediaType = "movie" if media_type == "tv" else "tv"
    assert await world.metadata.find(external_id, source, media_type=other) is None


@pytest.mark.parametrize("source", ["imdb", "tvdb"])
@pytest.mark.parametrize("external_id", ["tt9999999", "7", "", "0", "-1", "../movie/1000", "tt1?x=y", "tt\u0661234567"])
async def test_a_number_that_nothing_goes_by_is_none(world: World, external_id: str, source: ExternalSource) -> None:
    assert await world.metadata.find(external_id, source) is None


async def test_without_an_answer_it_is_unavailable_and_says_when_to_come_back(world: World) -> None:
    world.break_down()
    with pytest.raises(MetadataUnavailable) as searching:
        await world.metadata.search("moss", page=1, kind=None)
    with pytest.raises(MetadataUnavailable) as looking:
        await world.metadata.details("tv", SERIES.tmdb_id)
    assert searching.value.retry_after > 0
    assert looking.value.retry_after > 0
