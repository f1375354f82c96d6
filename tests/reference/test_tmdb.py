"""TMDB: the stand-in against the OpenAPI document, the adapter against the document's real answers."""

import json
from typing import Any

import httpx
import pytest

from medianest.adapters.standin import TmdbStandin
from medianest.adapters.standin.server import Answer
from medianest.adapters.tmdb import TmdbMetadata
from medianest.adapters.upstream import upstream_client
from tests.fakes.cache import FakeCache
from tests.fakes.clock import FakeClock
from tests.fakes.scripted_server import ScriptedServer
from tests.reference import answer_schema, complaints, needs_reference, tmdb_spec

pytestmark = needs_reference

PATHS = {
    "/3/search/multi": "/3/search/multi?query=the",
    "/3/search/movie": "/3/search/movie?query=the",
    "/3/search/tv": "/3/search/tv?query=of",
    "/3/movie/{movie_id}": "/3/movie/1000",
    "/3/tv/{series_id}": "/3/tv/1003",
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
    return set(item["results"][0]) if "results" in item else set(item)


@pytest.mark.parametrize("path", PATHS)
async def test_the_stand_in_answers_in_the_shape_of_the_document(spec: dict[str, Any], path: str) -> None:
    async with TmdbStandin() as tmdb, httpx.AsyncClient(base_url=tmdb.url, trust_env=False) as client:
        answer = (await client.get(PATHS[path], headers={"Authorization": f"Bearer {tmdb.token}"})).json()
    schema = answer_schema(spec, path, "get", "200")
    assert complaints(schema, answer, spec) == []
    shown = schema["properties"]["results"]["items"]["properties"] if "results" in answer else schema["properties"]
    unknown = fields_of(answer) - set(shown)
    assert unknown <= {"origin_country"}


@pytest.mark.parametrize("path", PATHS)
async def test_the_stand_in_leaves_out_nothing_that_a_real_answer_has(spec: dict[str, Any], path: str) -> None:
    async with TmdbStandin() as tmdb, httpx.AsyncClient(base_url=tmdb.url, trust_env=False) as client:
        answer = (await client.get(PATHS[path], headers={"Authorization": f"Bearer {tmdb.token}"})).json()
    missing = fields_of(json.loads(example(spec, path))) - fields_of(answer)
    assert missing <= {"softcore", "origin_country", "last_episode_to_air"}


@pytest.mark.parametrize(("path", "media_type"), [("multi", None), ("movie", "movie"), ("tv", "tv")])
async def test_a_real_search_loses_only_its_people(spec: dict[str, Any], path: str, media_type: Any) -> None:
    body = example(spec, f"/3/search/{path}")
    async with ScriptedServer(Answer(body=body)) as server, upstream_client("tmdb", server.url) as client:
        page = await TmdbMetadata(client, FakeCache(), FakeClock()).search("any", page=1, media_type=media_type)
    said = json.loads(body)
    titles = [item for item in said["results"] if item.get("media_type") not in ("person", "collection")]
    assert [item.tmdb_id for item in page.items] == [item["id"] for item in titles]
    assert [item.title for item in page.items] == [item.get("title") or item["name"] for item in titles]
    assert (page.page, page.total_pages) == (said["page"], min(said["total_pages"], 500))
    assert page.total_results == said["total_results"]


@pytest.mark.parametrize(("path", "media_type"), [("/3/movie/{movie_id}", "movie"), ("/3/tv/{series_id}", "tv")])
async def test_real_details_are_read_whole(spec: dict[str, Any], path: str, media_type: Any) -> None:
    body = example(spec, path)
    said = json.loads(body)
    async with ScriptedServer(Answer(body=body)) as server, upstream_client("tmdb", server.url) as client:
        title = await TmdbMetadata(client, FakeCache(), FakeClock()).details(media_type, said["id"])
    assert title is not None
    assert title.title == (said.get("title") or said["name"])
    assert title.release_date == (said.get("release_date") or said["first_air_date"])
    assert title.poster_path == said["poster_path"]
    assert list(title.genres) == [genre["name"] for genre in said["genres"]]
    assert title.runtime == (said.get("runtime") or said["episode_run_time"][0])
    assert [(season.number, season.episode_count) for season in title.seasons] == sorted(
        (season["season_number"], season["episode_count"]) for season in said.get("seasons", [])
    )
