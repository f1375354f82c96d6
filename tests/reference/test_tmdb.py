"""TMDB: the stand-in against the OpenAPI document, the adapter against the document's real answers."""

import json
import re
from typing import Any

import httpx
import pytest

from medianest.adapters.standin import TmdbStandin
from medianest.adapters.standin.server import Answer
from medianest.adapters.tmdb import TmdbDiscovery, TmdbMetadata
from medianest.adapters.upstream import upstream_client
from medianest.ports.metadata import Title
from tests.fakes.kept_reads import kept_reads
from tests.fakes.scripted_server import ScriptedServer
from tests.reference import answer_schema, complaints, needs_reference, tmdb_spec

pytestmark = needs_reference

PATHS = {
    "/3/search/multi": "/3/search/multi?query=the",
    "/3/search/movie": "/3/search/movie?query=the",
    "/3/search/tv": "/3/search/tv?query=of",
    "/3/search/person": "/3/search/person?query=june",
    "/3/search/collection": "/3/search/collection?query=the",
    "/3/movie/{movie_id}": "/3/movie/1000",
    "/3/tv/{series_id}": "/3/tv/1003",
    "/3/tv/{series_id}/season/{season_number}": "/3/tv/1003/season/2",
    "/3/collection/{collection_id}": "/3/collection/9000",
    "/3/person/{person_id}": "/3/person/516",
    "/3/find/{external_id}": "/3/find/tt7001000?external_source=imdb_id",
    "/3/trending/all/{time_window}": "/3/trending/all/week",
    "/3/trending/movie/{time_window}": "/3/trending/movie/week",
    "/3/trending/tv/{time_window}": "/3/trending/tv/week",
    "/3/movie/popular": "/3/movie/popular",
    "/3/movie/top_rated": "/3/movie/top_rated",
    "/3/movie/upcoming": "/3/movie/upcoming",
    "/3/tv/popular": "/3/tv/popular",
    "/3/tv/top_rated": "/3/tv/top_rated",
    "/3/tv/on_the_air": "/3/tv/on_the_air",
    "/3/discover/movie": "/3/discover/movie?with_genres=18",
    "/3/discover/tv": "/3/discover/tv?with_watch_providers=701&watch_region=GB",
    "/3/movie/{movie_id}/similar": "/3/movie/1000/similar",
    "/3/tv/{series_id}/similar": "/3/tv/1003/similar",
    "/3/genre/movie/list": "/3/genre/movie/list",
    "/3/genre/tv/list": "/3/genre/tv/list",
    "/3/watch/providers/movie": "/3/watch/providers/movie?watch_region=GB",
    "/3/watch/providers/tv": "/3/watch/providers/tv?watch_region=GB",
}
APPENDED = {
    "/3/movie/{movie_id}": ("credits", "external_ids", "release_dates", "videos", "watch/providers"),
    "/3/tv/{series_id}": ("credits", "external_ids", "content_ratings", "videos", "watch/providers"),
    "/3/person/{person_id}": ("combined_credits",),
}


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    return tmdb_spec()


def example(spec: dict[str, Any], path: str) -> bytes:
    """A real answer, as the document quotes it."""
    content = spec["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
    value = next(iter(content["examples"].values()))["value"]
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


def fields_of(item: dict[str, Any]) -> set[str]:
    return set().union(*item["results"]) if item.get("results") else set(item)


async def answered(target: str) -> dict[str, Any]:
    """What the stand-in says."""
    async with TmdbStandin() as tmdb, httpx.AsyncClient(base_url=tmdb.url, trust_env=False) as client:
        answer = await client.get(target, headers={"Authorization": f"Bearer {tmdb.token}"})
    assert answer.status_code == 200
    return answer.json()


def misfits(schema: dict[str, Any], answer: Any, spec: dict[str, Any]) -> list[str]:
    """Where a list's example happened to have whole numbers, the document believes that votes always are."""
    is_vote = re.compile(r"\$\.\w+\[\d+\]\.(vote_average|popularity): [\d.]+ is not of type 'integer'")
    return [each for each in complaints(schema, answer, spec) if not is_vote.fullmatch(each)]


@pytest.mark.parametrize("path", PATHS)
async def test_the_stand_in_answers_in_the_shape_of_the_document(spec: dict[str, Any], path: str) -> None:
    answer = await answered(PATHS[path])
    schema = answer_schema(spec, path, "get", "200")
    assert misfits(schema, answer, spec) == []
    if "multi" not in path and "all" not in path:  # of which the document describes one kind of item alone
        shown = schema["properties"]["results"]["items"]["properties"] if "results" in answer else schema["properties"]
        assert fields_of(answer) - set(shown) <= {"origin_country", "adult"}


@pytest.mark.parametrize("path", PATHS)
async def test_the_stand_in_leaves_out_nothing_that_a_real_answer_has(spec: dict[str, Any], path: str) -> None:
    missing = fields_of(json.loads(example(spec, path))) - fields_of(await answered(PATHS[path]))
    assert missing <= {"softcore", "origin_country", "last_episode_to_air", "media_type"}


@pytest.mark.parametrize("path", APPENDED)
async def test_what_the_stand_in_appends_has_the_shape_it_has_by_itself(spec: dict[str, Any], path: str) -> None:
    answer = await answered(f"{PATHS[path]}?append_to_response={','.join(APPENDED[path])},unheard_of")
    assert "unheard_of" not in answer
    for name in APPENDED[path]:
        assert complaints(answer_schema(spec, f"{path}/{name}", "get", "200"), answer[name], spec) == []
        missing = set(json.loads(example(spec, f"{path}/{name}"))) - set(answer[name])
        assert missing <= {"id", "freebase_mid", "freebase_id"}


@pytest.mark.parametrize(
    ("path", "kind"),
    [("multi", None), ("movie", "movie"), ("tv", "tv"), ("person", "person"), ("collection", "collection")],
)
async def test_a_real_search_loses_nothing(spec: dict[str, Any], path: str, kind: Any) -> None:
    body = example(spec, f"/3/search/{path}")
    async with ScriptedServer(Answer(body=body)) as server, upstream_client("tmdb", server.url) as client:
        page = await TmdbMetadata(client, kept_reads()).search("any", page=1, kind=kind)
    said = json.loads(body)
    assert [item.tmdb_id for item in page.items] == [item["id"] for item in said["results"]]
    names = [item.title if isinstance(item, Title) else item.name for item in page.items]
    assert names == [item.get("title") or item["name"] for item in said["results"]]
    assert (page.page, page.total_pages) == (said["page"], min(said["total_pages"], 500))
    assert page.total_results == said["total_results"]


@pytest.mark.parametrize(("path", "media_type"), [("/3/movie/{movie_id}", "movie"), ("/3/tv/{series_id}", "tv")])
async def test_real_details_are_read_whole(spec: dict[str, Any], path: str, media_type: Any) -> None:
    said = json.loads(example(spec, path))
    parts = {name: json.loads(example(spec, f"{path}/{name}")) for name in APPENDED[path]}
    body = json.dumps(said | parts).encode()
    async with ScriptedServer(Answer(body=body)) as server, upstream_client("tmdb", server.url) as client:
        title = await TmdbMetadata(client, kept_reads()).details(media_type, said["id"])
    assert title is not None
    assert title.title == (said.get("title") or said["name"])
    assert title.release_date == (said.get("release_date") or said["first_air_date"])
    assert title.poster_path == said["poster_path"]
    assert [(genre.id, genre.name) for genre in title.genres] == [(each["id"], each["name"]) for each in said["genres"]]
    assert title.runtime == (said.get("runtime") or said["episode_run_time"][0])
    assert [(season.number, season.episode_count) for season in title.seasons] == sorted(
        (season["season_number"], season["episode_count"]) for season in said.get("seasons", [])
    )
    assert title.imdb_id == (said.get("imdb_id") or parts["external_ids"]["imdb_id"])
    assert title.tvdb_id == parts["external_ids"].get("tvdb_id")
    assert [member.name for member in title.cast] == [each["name"] for each in parts["credits"]["cast"]][:40]
    assert title.certification == {"movie": "R", "tv": "TV-MA"}[media_type]
    assert title.availability is not None
    assert title.availability.link == parts["watch/providers"]["results"]["US"]["link"]
    assert len(title.trailers) > 0
    assert (title.collection is not None) == bool(said.get("belongs_to_collection"))


async def test_a_real_season_collection_and_person_are_read_whole(spec: dict[str, Any]) -> None:
    paths = ("/3/tv/{series_id}/season/{season_number}", "/3/collection/{collection_id}", "/3/person/{person_id}")
    season, collection, person = (json.loads(example(spec, path)) for path in paths)
    known = json.loads(example(spec, f"{paths[2]}/combined_credits"))
    bodies = (season, collection, person | {"combined_credits": known})
    script = [Answer(body=json.dumps(each).encode()) for each in bodies]
    async with ScriptedServer(*script) as server, upstream_client("tmdb", server.url) as client:
        metadata = TmdbMetadata(client, kept_reads())
        its_season = await metadata.season(1399, season["season_number"])
        its_films = await metadata.collection(collection["id"])
        somebody = await metadata.person(person["id"])
    assert its_season is not None
    assert its_films is not None
    assert somebody is not None
    assert [each.name for each in its_season.episodes] == [each["name"] for each in season["episodes"]]
    assert {each.title for each in its_films.parts} == {
        each.get("title") or each["name"] for each in collection["parts"]
    }
    assert (somebody.name, somebody.born_on, somebody.imdb_id) == (
        person["name"],
        person["birthday"],
        person["imdb_id"],
    )
    played = {(each["media_type"], each["id"]) for each in known["cast"]}
    assert {(each.title.media_type, each.title.tmdb_id) for each in somebody.played_in} == played


@pytest.mark.parametrize(
    ("path", "name", "media_type"),
    [
        ("/3/trending/all/{time_window}", "trending", None),
        ("/3/movie/popular", "popular", "movie"),
        ("/3/movie/upcoming", "upcoming", "movie"),
        ("/3/tv/top_rated", "top_rated", "tv"),
    ],
)
async def test_a_real_list_loses_nobody_but_people(spec: dict[str, Any], path: str, name: Any, media_type: Any) -> None:
    body = example(spec, path)
    async with ScriptedServer(Answer(body=body)) as server, upstream_client("tmdb", server.url) as client:
        page = await TmdbDiscovery(client, kept_reads()).listed(name, media_type, page=1)
    titles = [each for each in json.loads(body)["results"] if each.get("media_type") != "person"]
    assert [each.tmdb_id for each in page.items] == [each["id"] for each in titles]
    assert (page.total_pages <= 500, len(page.items) > 0) == (True, True)


async def test_real_genres_providers_and_findings_are_read_whole(spec: dict[str, Any]) -> None:
    genres, providers, found = (
        example(spec, path) for path in ("/3/genre/tv/list", "/3/watch/providers/movie", "/3/find/{external_id}")
    )
    script = [Answer(body=each) for each in (genres, providers, found)]
    async with ScriptedServer(*script) as server, upstream_client("tmdb", server.url) as client:
        discovery, metadata = TmdbDiscovery(client, kept_reads()), TmdbMetadata(client, kept_reads())
        assert len(await discovery.genres("tv")) == len(json.loads(genres)["genres"])
        assert len(await discovery.providers("movie")) == len(json.loads(providers)["results"])
        (film,) = json.loads(found)["movie_results"]
        assert await metadata.find("tt1234567", "imdb") == ("movie", film["id"])
