"""Every no is a problem with a stable code, and tells no more than it should."""

import json
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from tests.unit.http.sample import AS_ADMIN, AS_MEMBER, sample_app, serving

TITLE = "/api/v1/titles/00000000-0000-0000-0000-000000000007"


def problem_of(answer: httpx.Response, status: int, code: str) -> Any:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == code
    assert problem["type"] == f"urn:medianest:problem:{code}"
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert problem["correlationId"] == answer.headers["x-correlation-id"]
    return problem


async def test_what_the_domain_refuses_is_answered_by_its_kind_and_code(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/titles", json={"titleName": "Twice"}, headers=AS_MEMBER)
    assert problem_of(answer, 409, "already_there")["detail"] == "It is already there."


async def test_what_is_away_is_a_503_that_says_when_to_come_back(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/upstream")
    problem_of(answer, 503, "metadata_unavailable")
    assert answer.headers["retry-after"] == "7"


async def test_what_a_newer_release_wrote_is_a_503_and_its_name_is_logged(client: httpx.AsyncClient) -> None:
    with capture_logs() as logs:
        answer = await client.get("/api/v1/unreadable")
    problem_of(answer, 503, "event_unreadable")
    assert answer.headers["retry-after"] == "30"
    [line] = [line for line in logs if line["log_level"] == "error"]
    assert line["event"] == "event_unreadable"
    assert "user.something_new" in line["reason"]


async def test_a_bug_is_a_500_that_tells_nothing_and_is_logged_with_its_trace(client: httpx.AsyncClient) -> None:
    with capture_logs() as logs:
        answer = await client.get("/api/v1/bug")
    problem_of(answer, 500, "internal_error")
    assert "hunter2" not in answer.text
    assert "RuntimeError" not in answer.text
    [line] = [line for line in logs if line["event"] == "internal error"]
    assert isinstance(line["exc_info"], RuntimeError)
    assert line["log_level"] == "error"


async def test_a_request_that_is_cut_off_by_the_end_of_the_server_is_told_to_come_back() -> None:
    with serving(sample_app()) as address, capture_logs() as logs:
        answer = httpx.get(f"{address}/api/v1/cut-off")
    problem_of(answer, 503, "stopping")
    assert answer.headers["retry-after"] == "5"
    assert not [line for line in logs if line["log_level"] == "error"]


async def test_an_address_that_does_not_exist_is_a_404(client: httpx.AsyncClient) -> None:
    for path in ("/nothing", "/api/v1/nothing", "/schema/nothing", "/schema/nothing.json", "/api/v1/titles/x/y"):
        problem_of(await client.get(path), 404, "not_found")


@pytest.mark.parametrize("identifier", ["not-a-uuid", "%00", "%ff", "1" * 5000])
async def test_an_id_that_cannot_be_one_is_a_404(client: httpx.AsyncClient, identifier: str) -> None:
    problem_of(await client.get(f"/api/v1/titles/{identifier}", headers=AS_MEMBER), 404, "not_found")
    problem_of(await client.get(f"/api/v1/kinds/{identifier}"), 404, "not_found")


async def test_a_number_that_no_title_has_is_a_404(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/v1/films/603")).json() == {"id": 603}
    for number in ("0", "-1", "2147483648", "9" * 5000, "1.5", "x"):
        problem_of(await client.get(f"/api/v1/films/{number}"), 404, "not_found")


async def test_another_method_is_a_405_that_names_the_right_ones(client: httpx.AsyncClient) -> None:
    answer = await client.put(TITLE)
    problem_of(answer, 405, "method_not_allowed")
    assert {"GET", "HEAD", "PATCH", "DELETE"} <= set(answer.headers["allow"].split(", "))


async def test_an_address_says_all_that_it_answers(client: httpx.AsyncClient) -> None:
    for path, methods in ((TITLE, {"GET", "PATCH", "DELETE"}), ("/api/v1/titles", {"GET", "POST"})):
        answer = await client.options(path)
        assert answer.status_code == 204
        assert set(answer.headers["allow"].split(", ")) == methods | {"HEAD", "OPTIONS"}


async def test_nobody_is_a_401_with_a_challenge(client: httpx.AsyncClient) -> None:
    answer = await client.get(TITLE)
    problem_of(answer, 401, "not_signed_in")
    assert answer.headers["www-authenticate"] == 'Bearer realm="medianest"'


@pytest.mark.parametrize("token", [b"stale", b"\xff\xfe"])
async def test_a_token_that_is_no_good_is_a_401_that_says_so(client: httpx.AsyncClient, token: bytes) -> None:
    answer = await client.get(TITLE, headers={b"Authorization": b"Bearer " + token})
    assert answer.headers["www-authenticate"] == 'Bearer realm="medianest", error="invalid_token"'
    problem_of(answer, 401, "invalid_token")


async def test_a_route_for_all_does_not_mind_a_token_that_is_no_good(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/search", params={"query": "x"}, headers={"Authorization": "Bearer stale"})
    assert answer.status_code == 200


async def test_a_missing_permission_is_a_403_that_names_it(client: httpx.AsyncClient) -> None:
    problem = problem_of(await client.delete(TITLE, headers=AS_MEMBER), 403, "not_allowed")
    assert "manage_requests" in problem["detail"]
    assert (await client.delete(TITLE, headers=AS_ADMIN)).status_code == 204
    problem_of(await client.patch(TITLE, headers=AS_MEMBER), 403, "not_allowed")
    assert (await client.patch(TITLE, headers=AS_ADMIN)).status_code == 200


async def test_a_stale_version_is_a_412_and_the_right_one_passes(client: httpx.AsyncClient) -> None:
    for tag in ('W/"3"', '"3"', "*"):
        answer = await client.patch(TITLE, headers={**AS_ADMIN, "If-Match": tag})
        assert answer.status_code == 200, tag
    answer = await client.patch(TITLE, headers={**AS_ADMIN, "If-Match": 'W/"2"'})
    problem_of(answer, 412, "stale_version")
    assert answer.headers["etag"] == 'W/"3"'
    for tag in ("3", 'W/"x"', '"1", "3"', ""):
        answer = await client.patch(TITLE, headers={**AS_ADMIN, "If-Match": tag})
        problem_of(answer, 400, "invalid_if_match")


async def test_the_whole_problem_reads_as_documented(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/titles?limit=0", headers={"X-Correlation-Id": "click-1"})
    assert json.loads(answer.content) == {
        "type": "urn:medianest:problem:invalid_parameter",
        "title": "Bad Request",
        "status": 400,
        "detail": "A parameter is not what this operation expects.",
        "code": "invalid_parameter",
        "correlationId": "click-1",
        "errors": [{"field": "limit", "message": "Expected `int` >= 1"}],
    }
