"""HEAD, as monitors and health checks of containers ask."""

import asyncio

import httpx
import pytest

LIST = "/api/v1/titles"


@pytest.mark.parametrize("path", ["/health/live", LIST, "/api/v1/live", "/api/v1/nothing"])
async def test_head_is_get_without_its_body(client: httpx.AsyncClient, path: str) -> None:
    async with asyncio.timeout(5):
        head = await client.head(path)
        async with client.stream("GET", path) as answer:
            same = {"content-type", "content-length", "etag", "cache-control"}
            assert head.status_code == answer.status_code
            assert {name: head.headers.get(name) for name in same} == {name: answer.headers.get(name) for name in same}
    assert head.content == b""
    assert (await client.head("/api/v1/nowhere")).status_code == 404
