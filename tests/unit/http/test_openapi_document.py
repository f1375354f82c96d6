"""The document says what the code does, and the page that shows it stays at home."""

import hashlib
import re
from importlib.resources import files
from typing import Any

import httpx
import jsonschema
import pytest
from litestar import get

from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.openapi import schema_of
from tests.unit.http.sample import sample_app


@pytest.fixture(scope="module")
def document() -> Any:
    return schema_of(sample_app())


def test_it_is_openapi_3_1_with_stable_operation_ids(document: Any) -> None:
    assert document["openapi"].startswith("3.1")
    assert document["paths"]["/api/v1/titles"]["post"]["operationId"] == "addTitle"
    assert document["info"]["version"] == "1.2.3"


def test_two_operations_of_one_name_do_not_start() -> None:
    @get("/api/v1/other-titles", opt={"access": Access.PUBLIC})
    async def list_titles() -> list[str]:
        return []

    with pytest.raises(ValueError, match="used twice: listTitles"):
        sample_app(more=[list_titles])


def test_bodies_are_described_as_strictly_as_they_are_read(document: Any) -> None:
    body = document["components"]["schemas"]["NewTitle"]
    assert body["additionalProperties"] is False
    assert body["required"] == ["titleName"]
    validator = jsonschema.Draft202012Validator({**body, "components": document["components"]})
    assert validator.is_valid({"titleName": "x", "is4k": True, "seasons": [1], "note": None})
    for wrong in (
        {"titleName": ""},
        {"titleName": "x" * 201},
        {"titleName": "a\0b"},
        {"titleName": "x", "is4k": "true"},
        {"titleName": "x", "seasons": "some"},
        {"titleName": "x", "extra": 1},
    ):
        assert not validator.is_valid(wrong), wrong


def test_parameters_carry_their_bounds_and_no_null(document: Any) -> None:
    parameters = {p["name"]: p["schema"] for p in document["paths"]["/api/v1/titles"]["get"]["parameters"]}
    assert parameters["limit"] == {"type": "integer", "maximum": 100, "minimum": 1, "default": 20} | {
        key: parameters["limit"][key] for key in parameters["limit"].keys() & {"description"}
    }
    assert parameters["mediaType"]["enum"] == ["movie", "tv"]
    assert parameters["mediaType"]["type"] == "string"
    assert parameters["cursor"]["maxLength"] == 2000
    assert parameters["cursor"]["type"] == "string"


@pytest.mark.parametrize(
    ("path", "method", "statuses"),
    [
        ("/api/v1/titles", "get", {"200", "400", "429", "500", "503"}),
        ("/api/v1/me", "get", {"200", "400", "401", "429", "500", "503"}),
        (
            "/api/v1/titles/{title_id}",
            "patch",
            {"200", "400", "401", "403", "404", "409", "412", "413", "415", "422", "429", "500", "503"},
        ),
    ],
)
def test_every_no_that_an_operation_can_say_is_listed(
    document: Any, path: str, method: str, statuses: set[str]
) -> None:
    responses = document["paths"][path][method]["responses"]
    assert set(responses) == statuses
    refusal = document["components"]["responses"]["400"]["content"]["application/problem+json"]["schema"]
    assert responses["400"] == {"$ref": "#/components/responses/400"}
    assert refusal == {"$ref": "#/components/schemas/Problem"}


def test_who_may_call_is_part_of_every_operation(document: Any) -> None:
    assert document["paths"]["/api/v1/me"]["get"]["security"] == [{"bearer": []}, {"browser": []}, {"key": []}]
    assert document["paths"]["/api/v1/search"]["get"]["security"] == []
    assert "manage_requests" in document["paths"]["/api/v1/titles/{title_id}"]["delete"]["description"]


def test_every_reference_leads_somewhere(document: Any) -> None:
    for reference in set(re.findall(r"'#/([^']+)'", str(document))):
        place = document
        for step in reference.split("/"):
            place = place[step]


async def test_the_bare_address_leads_to_the_page(client: httpx.AsyncClient, document: Any) -> None:
    answer = await client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/schema")
    assert (await client.head("/")).status_code == 307
    assert (await client.post("/")).status_code == 405
    assert "/" not in document["paths"]


def test_headers_are_listed_where_they_come(document: Any) -> None:
    def listed(path: str, method: str, status: str = "200") -> set[str]:
        return set(document["paths"][path][method]["responses"][status]["headers"])

    always = {"X-Correlation-Id"}
    assert listed("/health/live", "get") == always
    assert listed("/api/v1/titles", "get") == always | {"RateLimit-Policy", "RateLimit", "ETag"}
    assert listed("/api/v1/live", "get") == always | {"RateLimit-Policy", "RateLimit"}
    assert listed("/api/v1/titles", "post", "201") == always | {"RateLimit-Policy", "RateLimit"}


async def test_the_page_loads_only_from_here(client: httpx.AsyncClient) -> None:
    page = await client.get("/schema")
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "http" not in policy
    for asset in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert asset.startswith(("/schema/", "data:,")), asset
        if asset.startswith("/schema/"):
            answer = await client.get(asset)
            assert answer.status_code == 200
            again = await client.get(asset, headers={"If-None-Match": answer.headers["etag"]})
            assert again.status_code == 304
    assert "http" not in (await client.get("/schema/page.js")).text


async def test_the_served_document_is_the_document(client: httpx.AsyncClient, document: Any) -> None:
    answer = await client.get("/schema/openapi.json")
    assert answer.headers["content-type"].startswith("application/vnd.oai.openapi+json")
    assert answer.json()["paths"].keys() == document["paths"].keys()
    assert (await client.get("/schema/")).status_code == 200


def test_the_vendored_files_are_the_ones_that_the_readme_names() -> None:
    folder = files("medianest.adapters.http.docs")
    named = re.findall(r"\| `([^`]+)` \|.*`([0-9a-f]{64})`", folder.joinpath("README.md").read_text())
    assert len(named) == 3
    for name, expected in named:
        assert hashlib.sha256(folder.joinpath(name).read_bytes()).hexdigest() == expected
