"""Pages of other origins: who is let in, what they may read, and who is told from whom."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from litestar.types import HTTPScope

from medianest.adapters.http.foundation.app import HttpSettings
from medianest.adapters.http.foundation.cors import METHODS, READ, SENT
from medianest.adapters.http.foundation.origins import is_same_origin, origins_of
from medianest.adapters.http.foundation.rate_limit import Rate, Rates
from tests.unit.http.sample import AS_MEMBER, PlentyLimiter, sample_app, serving

TV = "https://tv.example.org"
LIST = "/api/v1/titles"
PREFLIGHT = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization,if-match"}


@pytest.fixture(scope="module")
def open_to_tv() -> Iterator[httpx.Client]:
    """Who asks a server whose owner named two origins, without an origin of their own."""
    rates = Rates(auth=Rate(quota=1, window=1000))
    settings = HttpSettings(version="1", rates=rates, cors_origins=origins_of(f"{TV}, http://nest.local:8080"))
    with (
        serving(sample_app(limiter=PlentyLimiter(), settings=settings)) as address,
        httpx.Client(base_url=address, timeout=10, verify=False) as client,
    ):
        yield client


@pytest.fixture
async def tv(open_to_tv: httpx.Client) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=open_to_tv.base_url, headers={"Origin": TV}, timeout=10, verify=False
    ) as client:
        yield client


def varies(answer: httpx.Response) -> set[str]:
    return set(answer.headers.get_list("vary", split_commas=True))


async def test_a_named_origin_may_read_every_answer_refusals_too(tv: httpx.AsyncClient) -> None:
    answers = [
        await tv.get(LIST),
        await tv.get("/nowhere"),
        await tv.get("/api//v1"),
        await tv.get(f"{LIST}?limit=0"),
        await tv.get("/api/v1/bug"),
        await tv.get("/api/v1/me"),
        await tv.delete("/health/live"),
        await tv.head(LIST),
        *[await tv.post("/api/v1/auth/login", json={"titleName": "x"}) for _ in range(2)],
    ]
    assert [answer.status_code for answer in answers] == [200, 404, 404, 400, 500, 401, 405, 200, 200, 429]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == TV
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert answer.headers["access-control-expose-headers"] == READ
        assert "Origin" in varies(answer)
    kept = await tv.get(LIST, headers={"If-None-Match": answers[0].headers["etag"]})
    assert (kept.status_code, kept.headers["access-control-allow-origin"]) == (304, TV)


async def test_a_stream_may_be_read_too(tv: httpx.AsyncClient) -> None:
    async with tv.stream("GET", "/api/v1/live") as answer:
        assert answer.headers["access-control-allow-origin"] == TV


async def test_a_preflight_says_what_may_be_sent(tv: httpx.AsyncClient) -> None:
    for path in (f"{LIST}/00000000-0000-0000-0000-000000000007", "/api/v1/auth/login", "/nowhere"):
        answer = await tv.options(path, headers=PREFLIGHT)
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["access-control-allow-origin"] == TV
        assert answer.headers["access-control-allow-methods"] == METHODS
        assert answer.headers["access-control-allow-headers"] == SENT
        assert answer.headers["access-control-max-age"] == "600"
        assert varies(answer) >= {"Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"}
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert len(answer.headers["x-correlation-id"]) == 32
    plain = await tv.options(LIST)
    assert (plain.status_code, plain.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "*",
        "https://evil.example.com",
        "http://tv.example.org",
        "https://tv.example.org:8443",
        "https://tv.example.org.evil.example.com",
        "https://evil-tv.example.org",
        "https://tv.example.org/",
        "HTTPS://TV.EXAMPLE.ORG",
    ],
)
def test_an_origin_that_is_not_named_is_told_nothing(open_to_tv: httpx.Client, origin: str | None) -> None:
    headers = {} if origin is None else {"Origin": origin}
    answers = [
        open_to_tv.get("/health/live", headers=headers),
        open_to_tv.options(LIST, headers=headers | PREFLIGHT),
        open_to_tv.get("/nowhere", headers=headers),
    ]
    for answer in answers:
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert "Origin" in varies(answer)  # an answer for them is none for the origins that are named


async def test_unless_origins_are_named_there_are_none(client: httpx.AsyncClient) -> None:
    for answer in (
        await client.get(LIST, headers={"Origin": TV}),
        await client.options(LIST, headers={"Origin": TV} | PREFLIGHT),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert "Origin" not in varies(answer)


async def test_a_page_sends_and_reads_what_the_api_needs(tv: httpx.AsyncClient) -> None:
    sent = {"authorization", "content-type", "if-match", "if-none-match", "idempotency-key", "x-correlation-id"}
    assert sent <= {name.lower() for name in SENT.split(", ")}
    readable = {name.lower() for name in READ.split(", ")}
    path = f"{LIST}/00000000-0000-0000-0000-000000000007"
    answers = [await tv.get(path, headers=AS_MEMBER), await tv.get("/api/v1/upstream"), await tv.get("/api/v1/me")]
    for name in ("etag", "retry-after", "www-authenticate", "x-correlation-id"):
        assert any(name in answer.headers for answer in answers)
        assert name in readable


def test_origins_are_read_as_browsers_write_them() -> None:
    assert origins_of("") == frozenset()
    assert origins_of(" HTTPS://Tv.Example.org:443/ ,http://nest.local:80,http://[2001:DB8::1]:8080") == {
        "https://tv.example.org",
        "http://nest.local",
        "http://[2001:db8::1]:8080",
    }


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "null",
        "tv.example.org",
        "https://*.example.org",
        "https://a//",
        "https://a/b",
        "https://a,",
        "https://u@a",
        "ws://a",
    ],
)
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="an origin looks like"):
        origins_of(text)


def scope_of(scheme: str, *headers: tuple[str, str]) -> HTTPScope:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    return {"type": "http", "scheme": scheme, "headers": raw}  # type: ignore[typeddict-item,return-value]


HOST = ("Host", "nest.example.org")


@pytest.mark.parametrize(
    "scope",
    [
        scope_of("https", HOST),  # no page asks
        scope_of("https", HOST, ("Sec-Fetch-Site", "same-origin")),
        scope_of("https", HOST, ("Sec-Fetch-Site", "none")),  # typed, or a bookmark
        scope_of("https", HOST, ("Sec-Fetch-Site", "same-origin"), ("Origin", "https://nest.example.org")),
        scope_of("http", HOST, ("Sec-Fetch-Site", "same-origin"), ("Origin", "https://nest.example.org")),
        scope_of("https", HOST, ("Origin", "https://nest.example.org")),
        scope_of("https", ("Host", "NEST.example.org:443"), ("Origin", "https://nest.example.org")),
        scope_of("http", ("Host", "192.168.1.5:8484"), ("Origin", "http://192.168.1.5:8484")),
        scope_of("http", ("Host", "[::1]:8484"), ("Origin", "http://[::1]:8484")),
        scope_of("https", HOST, ("Sec-Fetch-Site", "cross-site"), ("Origin", TV)),
        scope_of("https", HOST, ("Origin", TV)),
    ],
)
def test_our_own_pages_and_those_that_are_named_are_let_in(scope: HTTPScope) -> None:
    assert is_same_origin(scope, origins_of(TV))


@pytest.mark.parametrize(
    "scope",
    [
        scope_of("https", HOST, ("Sec-Fetch-Site", "cross-site")),
        scope_of("https", HOST, ("Sec-Fetch-Site", "same-site")),
        scope_of("https", HOST, ("Sec-Fetch-Site", "cross-site"), ("Origin", "https://nest.example.org")),
        scope_of("https", HOST, ("Sec-Fetch-Site", "")),
        scope_of("https", HOST, ("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "cross-site")),
        scope_of("https", HOST, ("Origin", "https://nest.example.org"), ("Origin", TV)),
        scope_of("https", HOST, ("Origin", "null")),
        scope_of("https", HOST, ("Origin", "")),
        scope_of("https", HOST, ("Origin", "https://evil.example.com")),
        scope_of("https", HOST, ("Origin", "https://nest.example.org.evil.example.com")),
        scope_of("https", HOST, ("Origin", "http://nest.example.org")),
        scope_of("http", HOST, ("Origin", "https://nest.example.org")),
        scope_of("https", HOST, ("Origin", "https://nest.example.org:8443")),
        scope_of("https", ("Host", ""), ("Origin", "https://")),
        scope_of("https", ("Origin", "https://nest.example.org")),
        scope_of("https", HOST, HOST, ("Origin", "https://nest.example.org")),
        scope_of("https", HOST, ("Origin", TV + ".evil.example.com")),
    ],
)
def test_pages_of_strangers_are_not(scope: HTTPScope) -> None:
    assert not is_same_origin(scope, origins_of(TV))
