"""The OpenAPI document of the whole application is plain, the same every time, and promises what is kept."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from medianest.adapters.http.foundation.problems import HttpProblem
from medianest.adapters.http.foundation.schema import END
from medianest.adapters.http.foundation.versions import expected_version
from medianest.main.operations import openapi

ANY_TEXT = r"^[^\u0000]*$"
"""Which may well end in a line feed."""


@pytest.fixture(scope="module")
def document() -> Mapping[str, Any]:
    return openapi()


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def test_it_is_plain_json_without_made_up_examples(document: Mapping[str, Any]) -> None:
    assert '"examples"' not in json.dumps(document)


def test_an_answer_without_content_promises_none(document: Mapping[str, Any]) -> None:
    empty = [operation["responses"]["204"] for _, operation in operations(document) if "204" in operation["responses"]]
    assert empty
    assert not any("content" in answer for answer in empty)


def test_every_number_in_a_parameter_has_its_bounds(document: Mapping[str, Any]) -> None:
    numbers = [
        (name, parameter["name"], parameter["schema"])
        for name, operation in operations(document)
        for parameter in operation.get("parameters", ())
        if parameter["schema"].get("type") == "integer"
    ]
    assert {parameter for _, parameter, _ in numbers} >= {"limit", "after", "version", "tmdb_id", "page"}
    assert [number for number in numbers if not number[2].keys() >= {"minimum", "maximum"}] == []


def test_no_pattern_overlooks_a_line_feed_at_the_end(document: Mapping[str, Any]) -> None:
    """Those of headers may: none can hold one."""
    bodies = json.dumps(document["components"]["schemas"])
    parameters = [it for _, operation in operations(document) for it in operation.get("parameters", ())]
    schemas = json.dumps([it["schema"] for it in parameters if it["in"] != "header"])
    patterns = {json.loads(it) for it in re.findall(r'"pattern": ("(?:[^"\\]|\\.)*")', bodies + schemas)}
    assert len(patterns) > 5
    assert [it for it in patterns if it.endswith("$") and not it.endswith(END)] == [ANY_TEXT]


def test_an_answer_of_another_status_has_the_shape_of_its_own(document: Mapping[str, Any]) -> None:
    def shape(path: str, method: str, status: str) -> str:
        answer = document["paths"][f"/api/v1/auth{path}"][method]["responses"][status]
        return str(answer["content"]["application/json"]["schema"]["$ref"]).rpartition("/")[2]

    assert [shape("/plex/claim", "post", status) for status in ("200", "202")] == ["Tokens", "PendingResource"]
    assert shape("/plex/pin/{pin}", "get", "202") == "PendingResource"


def test_figures_are_no_pictures(document: Mapping[str, Any]) -> None:
    def kinds(path: str) -> set[str]:
        return set(document["paths"][path]["get"]["responses"]["200"]["content"])

    assert kinds("/metrics") == {"text/plain; version=0.0.4"}
    assert kinds("/api/v1/plex/image") == {"image/jpeg", "image/png", "image/webp"}


def test_who_may_be_refused_for_what_they_ask_for_is_told(document: Mapping[str, Any]) -> None:
    assert "403" in document["paths"]["/api/v1/media/requests"]["get"]["responses"]


def test_a_sign_in_that_only_reads_tells_of_every_no_as_well(document: Mapping[str, Any]) -> None:
    def refusals(path: str, method: str = "get") -> set[str]:
        return {status for status in document["paths"][f"/api/v1/auth{path}"][method]["responses"] if status >= "400"}

    assert "410" in refusals("/plex/pin/{pin}")
    assert refusals("/plex/claim", "post") >= {"401", "403", "409"}
    assert refusals("/oidc/{slug}/begin") >= {"401", "409", "422"}
    assert refusals("/oidc/{slug}/callback") >= {"401"}
    assert "410" in refusals("/plex/claim", "post") & refusals("/links/plex/claim", "post")


@pytest.mark.parametrize("tag", ['W/"12"', '"12"', "*", 'W/"3-0af"', "", '"0"', "12", 'W/"01"', '"1", "2"'])
def test_what_the_document_says_of_if_match_is_what_is_read(document: Mapping[str, Any], tag: str) -> None:
    patterns = {
        parameter["schema"]["pattern"]
        for _, operation in operations(document)
        for parameter in operation.get("parameters", ())
        if parameter["name"] == "If-Match"
    }
    (pattern,) = patterns
    try:
        expected_version(tag)
    except HttpProblem:
        assert not re.fullmatch(pattern, tag)
    else:
        assert re.fullmatch(pattern, tag)
