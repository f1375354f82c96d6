"""Behind a reverse proxy: who is believed, about what, and what follows from it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar.types import HTTPScope, Receive, Scope, Send
from structlog.testing import capture_logs

from medianest.adapters.http.foundation.app import HttpSettings
from medianest.adapters.http.foundation.entrance import address_of
from medianest.adapters.http.foundation.forwarding import HOPS, Forwarding
from medianest.adapters.http.foundation.rate_limit import Rate, Rates
from medianest.application.networks import networks_of
from tests.unit.http.sample import PlentyLimiter, sample_app, serving
from tests.unit.http.test_problems import problem_of

TRUSTED = networks_of("10.0.0.0/8, 192.0.2.1, 2001:db8:f::/48")
FOR, PROTO = "x-forwarded-for", "x-forwarded-proto"


def seen(peer: str | None, *headers: tuple[str, str], scheme: str = "http") -> tuple[str, str]:
    """The bucket and the scheme that the layers inside see of a request from `peer`."""
    scope: Scope = {  # type: ignore[typeddict-item,assignment]
        "type": "http",
        "client": (peer, 4711) if peer else None,
        "scheme": scheme,
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
    }
    found: list[tuple[str, str]] = []

    async def inside(scope: HTTPScope, receive: Receive, send: Send) -> None:
        found.append((address_of(scope), scope["scheme"]))

    layer = Forwarding(inside, TRUSTED)
    asyncio.run(layer(scope, None, None))  # type: ignore[arg-type]
    return found[0]


@pytest.mark.parametrize(
    ("chain", "address"),
    [
        (["203.0.113.7"], "203.0.113.7"),
        (["203.0.113.7:5432"], "203.0.113.7"),
        (["1.1.1.1, 203.0.113.7"], "203.0.113.7"),  # what stands before it was written by a stranger
        (["1.1.1.1 , 203.0.113.7,10.1.2.3"], "203.0.113.7"),
        (["1.1.1.1", "203.0.113.7"], "203.0.113.7"),  # sent twice, read as one
        (["1.1.1.1, 203.0.113.7", "10.1.2.3, 192.0.2.1"], "203.0.113.7"),
        (["10.0.0.9, 10.1.2.3"], "10.0.0.9"),  # all are ours
        (["2001:db8:1::7"], "2001:db8:1::/64"),
        (["[2001:db8:1::7]"], "2001:db8:1::/64"),
        (["[2001:db8:1::7]:5432, 2001:db8:f::1"], "2001:db8:1::/64"),
        (["::ffff:203.0.113.7"], "203.0.113.7"),
        (["203.0.113.7, ::ffff:10.1.2.3"], "203.0.113.7"),
        (["203.0.113.7, unknown"], "10.0.0.1"),
        (["203.0.113.7, unknown, 10.1.2.3"], "10.1.2.3"),  # the nearest that is known
        (["203.0.113.7,"], "10.0.0.1"),
        ([""], "10.0.0.1"),
        (["localhost"], "10.0.0.1"),
        (["[2001:db8:1::7"], "2001:db8:1::/64"),
        (["0x7f.1"], "10.0.0.1"),
        (["127.0.0.1\x1b[2J"], "10.0.0.1"),
        (["1.1.1.1," + "10.0.0.2," * HOPS + "10.0.0.3"], "10.0.0.2"),  # nobody has so many
    ],
)
def test_the_client_is_the_last_address_that_is_no_proxy_of_ours(chain: list[str], address: str) -> None:
    assert seen("10.0.0.1", *((FOR, value) for value in chain))[0] == address


@pytest.mark.parametrize("peer", ["10.0.0.1", "::ffff:10.0.0.1", "192.0.2.1", "2001:db8:f::9"])
def test_a_trusted_peer_is_believed_however_the_socket_names_it(peer: str) -> None:
    assert seen(peer, (FOR, "203.0.113.7"), (PROTO, "https")) == ("203.0.113.7", "https")


@pytest.mark.parametrize("peer", ["203.0.113.9", "192.0.2.2", "2001:db8:e::9", "::ffff:203.0.113.9", None])
def test_nobody_else_is_believed(peer: str | None) -> None:
    told = ((FOR, "10.0.0.1"), (PROTO, "https"), ("forwarded", "for=1.1.1.1;proto=https"), ("x-real-ip", "1.1.1.1"))
    assert seen(peer, *told) == seen(peer)


def test_headers_that_a_proxy_hands_on_as_they_came_are_not_read() -> None:
    told = (("forwarded", "for=1.1.1.1;proto=https"), ("x-real-ip", "1.1.1.1"), ("x-forwarded-host", "evil.example"))
    assert seen("10.0.0.1", *told) == ("10.0.0.1", "http")


@pytest.mark.parametrize(
    ("said", "scheme"),
    [
        (["https"], "https"),
        (["HTTPS "], "https"),
        (["http"], "http"),
        (["http, https"], "https"),
        (["https, http"], "http"),  # the first is what a stranger wrote
        (["https", "http"], "http"),
        (["wss"], "http"),
        (["https;"], "http"),
        ([""], "http"),
        ([], "http"),
    ],
)
def test_the_scheme_is_the_one_that_the_nearest_proxy_reports(said: list[str], scheme: str) -> None:
    assert seen("10.0.0.1", *((PROTO, value) for value in said))[1] == scheme


@given(chain=st.text(st.characters(max_codepoint=255), max_size=60), client=st.ip_addresses(v=4))
def test_nothing_that_a_stranger_wrote_changes_whose_bucket_it_is(chain: str, client: object) -> None:
    honest = seen("10.0.0.1", (FOR, str(client)))
    if honest[0].startswith("10.") or honest[0] == "192.0.2.1":
        return  # a proxy of ours asks for itself
    assert seen("10.0.0.1", (FOR, f"{chain}, {client}")) == honest
    assert seen("10.0.0.1", (FOR, chain), (FOR, str(client))) == honest


@contextmanager
def behind(trusted: str) -> Iterator[httpx.Client]:
    """A proxy on this machine in front of a server that lets each address ask twice."""
    settings = HttpSettings(
        version="1", rates=Rates(api=Rate(quota=2, window=1000)), trusted_proxies=networks_of(trusted)
    )
    with (
        serving(sample_app(limiter=PlentyLimiter(), settings=settings)) as address,
        httpx.Client(base_url=address, verify=False) as proxy,
    ):
        yield proxy


def statuses(proxy: httpx.Client, *clients: str) -> list[int]:
    return [proxy.get("/api/v1/kinds/tv", headers={"X-Forwarded-For": client}).status_code for client in clients]


def test_behind_a_trusted_proxy_each_client_has_a_bucket() -> None:
    with behind("127.0.0.1") as proxy, capture_logs() as logs:
        assert statuses(proxy, *["203.0.113.7"] * 3, "::ffff:203.0.113.8") == [200, 200, 429, 200]
        assert statuses(proxy, "203.0.113.8, 203.0.113.7") == [429]  # claiming to be the other one
        answer = proxy.get("/health/live", headers={"X-Forwarded-Proto": "https"})
        assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
        assert "strict-transport-security" not in proxy.get("/health/live").headers
        problem_of(proxy.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}), 403, "not_allowed")
    assert {line["address"] for line in logs if line["event"] == "request"} >= {"203.0.113.7", "203.0.113.8"}


@pytest.mark.parametrize("trusted", ["", "10.0.0.0/8"])
def test_behind_one_that_is_not_trusted_all_share_one(trusted: str) -> None:
    with behind(trusted) as proxy, capture_logs() as logs:
        assert statuses(proxy, "203.0.113.7", "203.0.113.8", "203.0.113.9") == [200, 200, 429]
        answer = proxy.get("/health/live", headers={"X-Forwarded-Proto": "https"})
        assert "strict-transport-security" not in answer.headers
    assert {line["address"] for line in logs if line["event"] == "request"} == {"127.0.0.1"}
