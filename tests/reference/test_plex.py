"""Plex: the stand-ins against the OpenAPI document of plex.tv and Plex Media Server."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from medianest.adapters.standin import PlexServerStandin, PlexTvStandin
from tests.reference import answer_schema, complaints, needs_reference, plex_spec

pytestmark = needs_reference

DEVICE = {"X-Plex-Client-Identifier": "a-test", "X-Plex-Product": "Test"}


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    return plex_spec()


@pytest.fixture
async def plex() -> AsyncIterator[PlexTvStandin]:
    async with PlexTvStandin() as standin:
        yield standin


async def signed_in(plex: PlexTvStandin, client: httpx.AsyncClient, name: str) -> str:
    pin = (await client.post("/api/v2/pins?strong=true", headers=DEVICE)).json()
    token = plex.confirm(pin["code"], name)
    assert (await client.get(f"/api/v2/pins/{pin['id']}", headers=DEVICE)).json()["authToken"] == token
    return token


@pytest.mark.parametrize("path", ["/user", "/resources"])
@pytest.mark.parametrize("name", ["ada", "ben", "cleo"])
async def test_the_stand_in_answers_in_the_shape_of_the_document(
    spec: dict[str, Any], plex: PlexTvStandin, path: str, name: str
) -> None:
    async with httpx.AsyncClient(base_url=plex.url, trust_env=False) as client:
        headers = {**DEVICE, "X-Plex-Token": await signed_in(plex, client, name)}
        answer = await client.get(f"/api/v2{path}", headers=headers)
    schema = answer_schema(spec, path, "get", "200")
    assert complaints(schema, answer.json(), spec, is_null_absent=False) == []


@pytest.mark.parametrize("path", ["/user", "/resources"])
async def test_the_stand_in_refuses_in_the_shape_of_the_document(
    spec: dict[str, Any], plex: PlexTvStandin, path: str
) -> None:
    async with httpx.AsyncClient(base_url=plex.url, trust_env=False) as client:
        unknown = await client.get(f"/api/v2{path}", headers={**DEVICE, "X-Plex-Token": "unknown"})
        in_address = await client.get(
            f"/api/v2{path}", params={"X-Plex-Token": await signed_in(plex, client, "ada")}, headers=DEVICE
        )
        nameless = await client.get("/api/v2/user")
    for answer, code in ((unknown, 1001), (in_address, 1001), (nameless, 1000)):
        schema = answer_schema(spec, "/user", "get", str(answer.status_code))
        assert complaints(schema, answer.json(), spec, is_null_absent=False) == []
        assert [each["code"] for each in answer.json()["errors"]] == [code]


async def test_a_media_server_says_who_it_is_in_the_shape_of_the_document(spec: dict[str, Any]) -> None:
    async with PlexServerStandin() as server, httpx.AsyncClient(base_url=server.url, trust_env=False) as client:
        answer = (await client.get("/identity", headers={"X-Plex-Token": server.token})).json()
    schema = answer_schema(spec, "/identity", "get", "200")
    assert complaints(schema, answer, spec, is_null_absent=False) == []
    described = schema["properties"]["MediaContainer"]["properties"]
    assert set(answer["MediaContainer"]) == set(described)


LIBRARY = "/library/sections"
ASKED = {
    f"{LIBRARY}/all": f"{LIBRARY}/all",
    f"{LIBRARY}/1/all?type=1&includeGuids=1": f"{LIBRARY}/{{sectionId}}/all",
    f"{LIBRARY}/2/all?type=2&includeGuids=1&X-Plex-Container-Start=0&X-Plex-Container-Size=1": (
        f"{LIBRARY}/{{sectionId}}/all"
    ),
    f"{LIBRARY}/2/all?type=3&includeGuids=1": f"{LIBRARY}/{{sectionId}}/all",
    f"{LIBRARY}/2/all?type=4&includeGuids=1": f"{LIBRARY}/{{sectionId}}/all",
    f"{LIBRARY}/1/collections": f"{LIBRARY}/{{sectionId}}/collections",
    "/library/metadata/1": "/library/metadata/{ids}",
    "/library/metadata/8/allLeaves": "/library/metadata/{ids}/allLeaves",
    "/hubs/search?query=the": "/hubs/search",
    "/status/sessions": "/status/sessions",
}


@pytest.fixture
async def server() -> AsyncIterator[PlexServerStandin]:
    async with PlexServerStandin() as standin:
        standin.shelf.collect("1", "Sea", [1, 2])
        standin.play(1, is_transcoded=True)
        yield standin


@pytest.mark.parametrize("asked", ASKED)
async def test_a_media_server_answers_in_the_shape_of_the_document(
    spec: dict[str, Any], server: PlexServerStandin, asked: str
) -> None:
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as client:
        answer = await client.get(asked, headers={"X-Plex-Token": server.token})
    assert answer.json()["MediaContainer"]["size"] > 0
    assert complaints(answer_schema(spec, ASKED[asked], "get", "200"), answer.json(), spec, is_null_absent=False) == []


async def test_a_media_server_makes_fills_and_orders_collections_in_the_shape_of_the_document(
    spec: dict[str, Any], server: PlexServerStandin
) -> None:
    named = f"server://{server.machine}/com.plexapp.plugins.library/library/metadata"
    made = {"sectionId": "1", "type": 1, "title": "New", "smart": 0, "uri": f"{named}/1,2"}
    items = "/library/collections/{collectionId}/items"
    async with httpx.AsyncClient(
        base_url=server.url, headers={"X-Plex-Token": server.token}, trust_env=False
    ) as client:
        first = await client.post("/library/collections", params=made)
        key = first.json()["MediaContainer"]["Metadata"][0]["ratingKey"]
        answers = [
            (first, "/library/collections", "post"),
            (await client.put(f"/library/collections/{key}/items", params={"uri": f"{named}/3"}), items, "put"),
            (await client.put(f"/library/collections/{key}/items/3/move"), f"{items}/{{itemId}}/move", "put"),
            (await client.get(f"/library/collections/{key}/items"), items, "get"),
        ]
    for answer, path, method in answers:
        assert complaints(answer_schema(spec, path, method, "200"), answer.json(), spec, is_null_absent=False) == []
    assert [each["ratingKey"] for each in answers[-1][0].json()["MediaContainer"]["Metadata"]] == ["3", "1", "2"]
