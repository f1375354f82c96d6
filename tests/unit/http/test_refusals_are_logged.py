"""Whoever is told no leaves a line that says who, when, where, what and with which answer, and nothing secret."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from tests.unit.http.sample import AS_MEMBER, MEMBER


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "who"),
    [
        ("DELETE", f"/api/v1/titles/{MEMBER.session_id}", AS_MEMBER, 403, str(MEMBER.user_id)),
        ("GET", "/api/v1/me", {}, 401, None),
        ("GET", "/api/v1/me", {"Authorization": "Bearer made-up"}, 401, None),
        ("GET", "/api/v1/titles?limit=0", {}, 400, None),
        ("GET", "/nowhere", {}, 404, None),
    ],
)
async def test_a_refusal_is_a_line_with_all_that_is_needed_to_look_into_it(
    client: httpx.AsyncClient, method: str, path: str, headers: dict[str, str], status: int, who: str | None
) -> None:
    answer, line, logs = await asked(client, method, path, headers)
    assert answer.status_code == line["status"] == status
    assert (line["method"], line["path"], line["address"]) == (method, path.partition("?")[0], "127.0.0.1")
    assert line.get("user_id") == who
    assert "made-up" not in str(logs)


@pytest.mark.parametrize("path", ["/api/v1/auth/plex/pin/secret-id", "/API/v1/auth/PLEX/pin/secret-id/more"])
async def test_a_secret_that_stands_in_a_path_is_not_in_the_line(client: httpx.AsyncClient, path: str) -> None:
    _, line, logs = await asked(client, "GET", path, {})
    assert "/pin/" in line["path"]
    assert "secret-id" not in str(logs)


async def asked(
    client: httpx.AsyncClient, method: str, path: str, headers: Mapping[str, str]
) -> tuple[httpx.Response, Mapping[str, Any], Sequence[Mapping[str, Any]]]:
    """The answer, its one line in the access log, and all lines there were."""
    with capture_logs() as logs:
        answer = await client.request(method, path, headers=headers)
        async with asyncio.timeout(5):  # the line is written when the answer is already on its way
            while not (lines := [line for line in logs if line["event"] == "request"]):
                await asyncio.sleep(0.005)
    (line,) = lines
    return answer, line, logs
