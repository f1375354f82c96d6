"""What every answer carries, found or not, and how it travels."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar import Litestar, get
from litestar.exceptions import WebSocketDisconnect
from litestar.response import ServerSentEvent
from litestar.testing import TestClient
from structlog.testing import capture_logs

from medianest.adapters.http.foundation.access import Access, RouteWithoutAccess, permission_table
from medianest.adapters.http.foundation.app import HttpSettings, create_app
from medianest.adapters.http.foundation.caller import Authenticate
from medianest.adapters.http.foundation.entrance import address_of
from medianest.adapters.http.foundation.observation import HttpMetrics
from medianest.adapters.http.foundation.parameters import LostBound
from medianest.adapters.http.foundation.rate_limit import UnknownRateClass
from medianest.adapters.http.foundation.schema import ShortText
from medianest.ports.failures import LogUnavailable
from tests.unit.http.sample import AS_MEMBER, PlentyLimiter, authenticate, sample_app, serving
from tests.unit.http.test_problems import problem_of

LIST = "/api/v1/titles"


@pytest.mark.parametrize("path", [LIST, "/nowhere", "/api/v1/bug", "/health/live", "/schema", "/api/v1/titles?limit=0"])
async def test_every_answer_carries_a_correlation_id_and_the_security_headers(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(path, headers={"X-Correlation-Id": "a.click:7_x-Y"})
    assert answer.headers.get_list("x-correlation-id") == ["a.click:7_x-Y"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "strict-transport-security" not in answer.headers
    assert len(answer.headers.get_list("cache-control")) == 1


@pytest.mark.parametrize("given", [b"", b"a b", b"x" * 65, b"<script>", "é".encode()])
async def test_an_id_that_is_not_sane_is_replaced(client: httpx.AsyncClient, given: bytes) -> None:
    answer = await client.get("/api/v1/me", headers={b"Authorization": b"Bearer member", b"X-Correlation-Id": given})
    chosen = answer.headers["x-correlation-id"]
    assert len(chosen) == 32
    assert answer.json()["correlation"] == chosen


@pytest.mark.parametrize("path", ["//api/v1/titles", "/api//v1/titles", "/api/v1/%2ftitles", "/health//live"])
async def test_a_doubled_slash_is_no_way_around_what_goes_by_the_path(client: httpx.AsyncClient, path: str) -> None:
    # Litestar would take it for the same route, and the rate limits for another.
    url = httpx.URL(str(client.base_url)).copy_with(raw_path=path.encode())
    problem_of(await client.get(url, headers=AS_MEMBER), 404, "not_found")


async def test_a_path_cannot_steer_the_terminal_that_shows_the_log(client: httpx.AsyncClient) -> None:
    with capture_logs() as logs:
        await client.get("/api/v1/%1b%5B2J%0Aall-is-well%E2%80%AE")
    (path,) = [entry["path"] for entry in logs if entry["event"] == "request"]
    assert path == "/api/v1/\\x1b[2J\\nall-is-well\\u202e"


async def test_what_is_not_a_read_is_not_stored(client: httpx.AsyncClient) -> None:
    answer = await client.post(LIST, json={"titleName": "x"}, headers=AS_MEMBER)
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers
    assert (await client.get("/health/live")).headers["cache-control"] == "no-store"


async def test_a_read_that_has_not_changed_is_a_304_compressed_or_not(client: httpx.AsyncClient) -> None:
    plain = await client.get(LIST, headers={"Accept-Encoding": "identity"})
    packed = await client.get(LIST, headers={"Accept-Encoding": "br, gzip;q=0.8"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert packed.headers["etag"] == plain.headers["etag"]
    assert plain.headers["etag"].startswith('W/"')
    assert plain.headers["cache-control"] == "private, no-cache"
    assert {"Authorization", "Accept-Encoding"} <= set(plain.headers.get_list("vary", split_commas=True))
    for tag in (plain.headers["etag"], f'"other", {plain.headers["etag"]}', "*"):
        again = await client.get(LIST, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == plain.headers["etag"]
    assert (await client.get(LIST, headers={"If-None-Match": 'W/"other"'})).status_code == 200
    assert (await client.get(f"{LIST}?limit=3", headers={"If-None-Match": plain.headers["etag"]})).status_code == 200


async def test_gzip_that_is_declined_or_does_not_pay_is_left_out(client: httpx.AsyncClient) -> None:
    declined = await client.get(LIST, headers={"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in declined.headers
    short = await client.get("/api/v1/kinds/tv", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in short.headers


async def test_the_tag_of_a_resource_says_its_version_and_its_content(client: httpx.AsyncClient) -> None:
    path = "/api/v1/titles/00000000-0000-0000-0000-000000000007"
    tag = (await client.get(path, headers=AS_MEMBER)).headers["etag"]
    assert tag.startswith('W/"3-')
    assert (await client.get(path, headers={**AS_MEMBER, "If-None-Match": tag})).status_code == 304
    assert (await client.get(path, headers={**AS_MEMBER, "If-None-Match": 'W/"3"'})).status_code == 200


async def test_a_stream_shows_its_headers_at_once(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(5), client.stream("GET", "/api/v1/live", headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in answer.headers


async def test_the_access_log_holds_the_path_and_the_person_but_not_the_query(client: httpx.AsyncClient) -> None:
    paths = ["/api/v1/search", "/api/v1/me"]  # alone: a stream that somebody left may end in between
    with capture_logs() as logs:
        await client.get(paths[0], params={"query": "something private"})
        await client.get(paths[1], headers=AS_MEMBER)
        async with asyncio.timeout(5):  # the line is written when the answer is already on its way
            while len(lines := [line for line in logs if line.get("path") in paths]) < 2:
                await asyncio.sleep(0.005)
    first, second = lines
    assert (first["path"], first["status"]) == (paths[0], 200)
    assert second["user_id"] == "00000000-0000-0000-0000-000000000001"
    assert second["address"] == "127.0.0.1"
    assert "private" not in str(logs)


def test_an_address_is_the_peer_and_of_ipv6_its_network() -> None:
    def of(host: str) -> str:
        return address_of({"client": (host, 1)})  # type: ignore[typeddict-item]

    assert of("192.0.2.7") == "192.0.2.7"
    assert of("::ffff:192.0.2.7") == "192.0.2.7"
    assert of("2001:db8:1:2:3:4:5:6") == of("2001:db8:1:2::9") == "2001:db8:1:2::/64"
    assert address_of({"client": None}) == "local"  # type: ignore[typeddict-item]


async def test_figures_are_for_this_machine_or_for_the_token() -> None:
    with serving(sample_app(metrics_token="figures please")) as address:
        httpx.get(f"{address}/api/v1/kinds/tv")
        httpx.get(f"{address}/api/v1/kinds/x1/x2")
        figures = httpx.get(f"{address}/metrics")
        assert figures.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        expected = 'medianest_http_requests_total{method="GET",route="/api/v1/kinds/{kind}",status="200"} 1.0'
        assert expected in figures.text
        assert 'route="unmatched",status="404"} 1.0' in figures.text
        assert "x1" not in figures.text
        proxied = {"X-Forwarded-For": "203.0.113.9"}
        problem_of(httpx.get(f"{address}/metrics", headers=proxied), 403, "not_allowed")
        for token, status in (("figures please", 200), ("guess", 403)):
            answer = httpx.get(f"{address}/metrics", headers={**proxied, "Authorization": f"Bearer {token}"})
            assert answer.status_code == status


async def test_what_fails_before_any_route_is_a_problem_too() -> None:
    async def away(token: str) -> None:
        raise LogUnavailable

    with serving(_create([], authenticate=away)) as address:
        answer = httpx.get(f"{address}/api/v1/me", headers=AS_MEMBER)
        problem_of(answer, 503, "log_unavailable")
        assert answer.headers["retry-after"] == "5"
        assert answer.headers["x-frame-options"] == "DENY"


async def test_a_stream_that_breaks_is_cut_off_and_logged() -> None:
    @get("/api/v1/breaking", opt={"access": Access.PUBLIC})
    async def breaking() -> ServerSentEvent:
        async def events() -> AsyncIterator[str]:
            yield "first"
            raise RuntimeError("in the middle")

        return ServerSentEvent(events())

    with serving(_create([breaking])) as address, capture_logs() as logs:
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(f"{address}/api/v1/breaking")
        assert [line["event"] for line in logs if line["log_level"] == "error"] == ["answer broken off"]


def test_a_websocket_is_turned_down() -> None:
    with TestClient(sample_app()) as client, pytest.raises(WebSocketDisconnect), client.websocket_connect("/api/v1/me"):
        raise AssertionError("connected")


def test_a_route_that_names_no_place_stops_the_start() -> None:
    @get("/api/v1/forgotten")
    async def forgotten() -> None: ...

    with pytest.raises(RouteWithoutAccess, match="GET /api/v1/forgotten"):
        _create([forgotten])


def test_a_class_of_calls_that_there_is_not_stops_the_start() -> None:
    @get("/api/v1/hasty", opt={"access": Access.PUBLIC, "rate": "request"})
    async def hasty() -> None: ...

    with pytest.raises(UnknownRateClass, match="GET /api/v1/hasty"):
        _create([hasty])


def test_a_bound_that_would_be_lost_stops_the_start() -> None:
    from litestar.params import FromQuery

    @get("/api/v1/unbounded", opt={"access": Access.PUBLIC})
    async def unbounded(name: FromQuery[ShortText] = "x") -> None: ...

    with pytest.raises(LostBound, match="unbounded"):
        _create([unbounded])


def test_the_permission_table_names_every_route() -> None:
    table = {(row.method, row.path): row.access for row in permission_table(sample_app())}
    assert table["DELETE", "/api/v1/titles/{title_id}"] == "permission manage_requests"
    assert table["PATCH", "/api/v1/titles/{title_id}"] == "administrator"
    assert table["GET", "/api/v1/me"] == "signed in"
    assert table["GET", "/health/live"] == "public"
    assert not any(path.startswith("/schema") for _, path in table)


def _create(routes: list[Any], *, authenticate: Authenticate = authenticate) -> Litestar:
    return create_app(
        routes,
        settings=HttpSettings(version="1"),
        authenticate=authenticate,
        rate_limiter=PlentyLimiter(),
        metrics=HttpMetrics(),
    )
