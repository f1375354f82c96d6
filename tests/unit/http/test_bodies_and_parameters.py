"""Bad input is a 400 that names the place, never a 500 and never half accepted."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from medianest.adapters.http.foundation.problems import InvalidBody
from medianest.adapters.http.foundation.request import decode_strictly
from tests.unit.http.sample import AS_ADMIN, AS_MEMBER
from tests.unit.http.test_problems import problem_of

JSON = {**AS_MEMBER, "Content-Type": "application/json"}
TITLES = "/api/v1/titles"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"titleName": "x", "unknown": 1}', ""),
        ('{"titleName": 7}', "/titleName"),
        ('{"titleName": "x", "is4k": "true"}', "/is4k"),
        ('{"titleName": "x", "is4k": 1}', "/is4k"),
        ('{"titleName": "x", "seasons": [1, "2"]}', "/seasons/1"),
        ('{"titleName": ""}', "/titleName"),
        ('{"titleName": "' + "x" * 201 + '"}', "/titleName"),
        ('{"title_name": "x"}', ""),
        ("{}", ""),
        ("[]", ""),
        ("null", ""),
        (r'{"titleName": "a\u0000b"}', "/titleName"),
        (r'{"titleName": "a\n"}', "/titleName"),
    ],
)
async def test_a_body_of_the_wrong_shape_names_its_field(client: httpx.AsyncClient, body: str, field: str) -> None:
    problem = problem_of(await client.post(TITLES, content=body, headers=JSON), 400, "invalid_body")
    assert [error["field"] for error in problem["errors"]] == [field]
    assert problem["errors"][0]["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"titleName": "x"} and more',
        b'{"titleName": "\xff"}',
        b'{"titleName": "\xed\xa0\x80"}',
        b'{"titleName": "a\x00b"}',
        rb'{"titleName": "\ud800"}',
        b'{"titleName": NaN}',
        b'{"titleName": "x", "seasons": ' + b"[" * 200_000,
        b"[" * 200_000,
        b'{"titleName": "x", "titleName": "y"}',
        rb'{"titleName": "x", "titleNam\u0065": "y"}',
    ],
)
async def test_a_body_that_is_no_sound_json_is_a_400(client: httpx.AsyncClient, body: bytes) -> None:
    problem_of(await client.post(TITLES, content=body, headers=JSON), 400, "invalid_body")


async def test_text_that_speaks_of_an_escape_is_text(client: httpx.AsyncClient) -> None:
    answer = await client.post(TITLES, content=rb'{"titleName": "\\u0000", "is4k": true}', headers=JSON)
    assert answer.status_code == 201
    assert answer.json() == {"id": 1, "titleName": r"\u0000", "is4k": True, "madeAt": "2026-01-02T12:00:00Z"}


async def test_another_media_type_is_a_415(client: httpx.AsyncClient) -> None:
    for media_type in ("text/plain", "application/x-www-form-urlencoded", "application/msgpack"):
        headers = {**AS_MEMBER, "Content-Type": media_type}
        problem_of(
            await client.post(TITLES, content=b'{"titleName":"x"}', headers=headers), 415, "unsupported_media_type"
        )
    headers = {**AS_MEMBER, "Content-Type": "Application/JSON; charset=utf-8"}
    assert (await client.post(TITLES, content=b'{"titleName":"x"}', headers=headers)).status_code == 201


async def test_a_body_that_is_compressed_is_a_415(client: httpx.AsyncClient) -> None:
    for coding in ("gzip", "br", "identity, gzip"):
        headers = {**JSON, "Content-Encoding": coding}
        answer = await client.post(TITLES, content=b'{"titleName":"x"}', headers=headers)
        problem_of(answer, 415, "unsupported_content_coding")
        assert answer.headers["accept-encoding"] == "identity"
    headers = {**JSON, "Content-Encoding": "identity"}
    assert (await client.post(TITLES, content=b'{"titleName":"x"}', headers=headers)).status_code == 201


async def test_a_body_over_one_mebibyte_is_a_413_announced_or_not(client: httpx.AsyncClient) -> None:
    large = b'{"titleName": "' + b"x" * 1024 * 1024 + b'"}'

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(large), 65536):
            yield large[start : start + 65536]

    problem_of(await client.post(TITLES, content=large, headers=JSON), 413, "body_too_large")
    problem_of(await client.post(TITLES, content=chunks(), headers=JSON), 413, "body_too_large")


async def test_a_large_body_is_refused_also_where_nobody_reads_it(client: httpx.AsyncClient) -> None:
    answer = await client.request(
        "PATCH", f"{TITLES}/{UUID(int=7)}", content=b"x" * (1024 * 1024 + 1), headers=AS_ADMIN
    )
    problem_of(answer, 413, "body_too_large")


def test_json_of_any_shape_may_not_be_nested_without_end() -> None:
    assert decode_strictly(b"[" * 50 + b"]" * 50, Any)
    with pytest.raises(InvalidBody, match="too deeply"):
        decode_strictly(b"[" * 200_000, Any)


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("limit=0", "invalid_parameter", "limit"),
        ("limit=101", "invalid_parameter", "limit"),
        ("limit=many", "invalid_parameter", "limit"),
        ("limit=1e1", "invalid_parameter", "limit"),
        ("limit=null", "invalid_parameter", "limit"),
        ("mediaType=null", "invalid_parameter", "mediaType"),
        ("limit=1&limit=2", "invalid_parameter", "limit"),
        ("mediaType=radio", "invalid_parameter", "mediaType"),
        ("media_type=movie", "unknown_parameter", "media_type"),
        ("colour=red", "unknown_parameter", "colour"),
        ("tag=%00", "invalid_parameter", "tag"),
    ],
)
async def test_a_wrong_parameter_is_named(client: httpx.AsyncClient, query: str, code: str, field: str) -> None:
    problem = problem_of(await client.get(f"{TITLES}?{query}"), 400, code)
    assert [error["field"] for error in problem["errors"]] == [field]


@pytest.mark.parametrize("query", ["tag=%ff", "tag=%ed%a0%80", "&".join(["tag=x"] * 60)])
async def test_a_query_string_that_is_no_text_is_a_400(client: httpx.AsyncClient, query: str) -> None:
    problem_of(await client.get(f"{TITLES}?{query}"), 400, "invalid_parameter")


async def test_a_missing_parameter_is_named(client: httpx.AsyncClient) -> None:
    problem = problem_of(await client.get("/api/v1/search"), 400, "invalid_parameter")
    assert problem["errors"] == [{"field": "query", "message": "Is required."}]


async def test_parameters_of_lists_may_repeat_and_text_may_be_any_unicode(client: httpx.AsyncClient) -> None:
    assert (await client.get(f"{TITLES}?tag=a&tag=b&mediaType=tv&limit=3")).status_code == 200
    answer = await client.get("/api/v1/search", params={"query": "Amélie 🎬 +&="})
    assert answer.json() == {"query": "Amélie 🎬 +&="}
