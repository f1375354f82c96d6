"""The resilient transport against a real server on loopback."""

import asyncio
import time

import httpx
import pytest

from medianest.adapters.standin.server import Answer, json_answer
from medianest.adapters.upstream import upstream_client
from tests.fakes.scripted_server import OK, ScriptedServer, until
from tests.logged import hear_everything
from tests.unit.upstream import SECRET, client_of

AWAY = json_answer({}, 503)


def asked_to_wait(value: str) -> Answer:
    return Answer(status=429, headers={"Retry-After": value})


async def test_a_read_that_fails_is_repeated_until_it_succeeds() -> None:
    async with ScriptedServer(AWAY, json_answer({}, 500), OK) as server, client_of(server) as client:
        assert (await client.get("/x")).json() == {"ok": True}
        assert len(server.received) == 3
        assert client.figures().failures == 0


async def test_a_read_that_keeps_failing_ends_with_the_last_answer() -> None:
    async with ScriptedServer(AWAY) as server, client_of(server, attempts=2) as client:
        assert (await client.get("/x")).status_code == 503
        assert len(server.received) == 2
        assert client.figures().failures == 1


async def test_a_lost_connection_is_repeated_too() -> None:
    async with ScriptedServer() as server, client_of(server) as client:
        server.fail("cut_off", times=2)
        assert (await client.get("/x")).status_code == 200
        assert len(server.received) == 3


@pytest.mark.parametrize("first", [AWAY, asked_to_wait("0")])
async def test_a_post_is_never_repeated(first: Answer) -> None:
    async with ScriptedServer(first, OK) as server, client_of(server) as client:
        assert (await client.post("/x", json={})).status_code == first.status
        server.fail("cut_off")
        with pytest.raises(httpx.TransportError):
            await client.post("/x", json={})
        assert len(server.received) == 2


async def test_a_retry_after_is_waited_for() -> None:
    async with ScriptedServer(asked_to_wait("1"), OK) as server, client_of(server) as client:
        started = time.monotonic()
        assert (await client.get("/x")).status_code == 200
        assert time.monotonic() - started >= 1.0


@pytest.mark.parametrize("value", ["60", "999999999999", "Fri, 31 Dec 2199 23:59:59 GMT"])
async def test_a_retry_after_beyond_the_call_is_passed_on_at_once(value: str) -> None:
    async with ScriptedServer(asked_to_wait(value)) as server, client_of(server) as client:
        answer = await client.get("/x")
        assert (answer.status_code, answer.headers["retry-after"], len(server.received)) == (429, value, 1)


@pytest.mark.parametrize("value", ["soon", "-1", "", "Fri, 31 Dec 1999 23:59:59 GMT", "\u0661"])
async def test_a_retry_after_that_says_nothing_useful_holds_nothing_up(value: str) -> None:
    script = Answer(status=429, headers={"Retry-After": value.encode().decode("latin-1")})
    async with ScriptedServer(script, OK) as server, client_of(server) as client:
        assert (await client.get("/x")).status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_call_ends_at_its_deadline_whatever_the_server_does(method: str) -> None:
    async with ScriptedServer() as server, client_of(server, total=0.2) as client:
        server.gate.clear()
        started = time.monotonic()
        with pytest.raises(httpx.TimeoutException):
            await client.request(method, "/x")
        assert time.monotonic() - started < 1.0
        assert client.figures().failures == 1


async def test_the_breaker_opens_and_one_probe_decides_whether_it_closes() -> None:
    async with ScriptedServer(AWAY) as server, client_of(server, attempts=1, breaker_threshold=3) as client:
        for _ in range(3):
            await client.get("/x")
        assert client.figures().breaker == "open"
        held_back = await client.get("/x")
        assert (held_back.status_code, held_back.headers["retry-after"]) == (503, "1")
        assert len(server.received) == 3

        await until(lambda: client.figures().breaker == "half_open")
        server.gate.clear()
        probe = asyncio.create_task(client.get("/probe"))
        await until(lambda: server.busy == 1)
        assert (await client.get("/other")).status_code == 503
        server.gate.set()
        assert (await probe).status_code == 503
        assert client.figures().breaker == "open"
        assert len(server.received) == 4


async def test_a_probe_that_succeeds_closes_the_breaker() -> None:
    async with ScriptedServer(AWAY, OK) as server, client_of(server, attempts=1, breaker_threshold=1) as client:
        await client.get("/x")
        await until(lambda: client.figures().breaker == "half_open")
        assert (await client.get("/x")).status_code == 200
        assert client.figures().breaker == "closed"


async def test_a_cancelled_probe_leaves_its_place_to_the_next() -> None:
    async with ScriptedServer(AWAY, OK) as server, client_of(server, attempts=1, breaker_threshold=1) as client:
        await client.get("/x")
        await until(lambda: client.figures().breaker == "half_open")
        server.gate.clear()
        probe = asyncio.create_task(client.post("/x"))
        await until(lambda: server.busy == 1)
        probe.cancel()
        await asyncio.gather(probe, return_exceptions=True)
        server.gate.set()
        assert (await client.post("/x")).status_code == 200


async def test_answers_of_a_living_server_do_not_open_the_breaker() -> None:
    async with ScriptedServer(json_answer({}, 500)) as server, client_of(server, breaker_threshold=1) as client:
        await client.get("/x")
        assert client.figures().breaker == "closed"


async def test_no_redirect_is_followed_and_no_other_origin_called() -> None:
    async with ScriptedServer() as elsewhere:
        moved = Answer(status=302, headers={"Location": f"{elsewhere.url}/y"})
        async with ScriptedServer(moved) as server, client_of(server) as client:
            assert (await client.get("/x")).status_code == 302
            with pytest.raises(httpx.UnsupportedProtocol):
                await client.get(f"{elsewhere.url}/y")
            assert elsewhere.received == []


async def test_secrets_are_sent_and_seen_nowhere_else(caplog: pytest.LogCaptureFixture) -> None:
    hear_everything(caplog)
    async with ScriptedServer() as server, client_of(server) as client:
        answer = await client.get("/x", params={"q": "1"})
        assert server.received[0].query == {"q": "1", "api_key": SECRET}
        assert server.received[0].headers["x-api-key"] == SECRET
        server.fail("cut_off", times=10)
        with pytest.raises(httpx.HTTPError) as error:
            await client.get("/x")
        seen = f"{answer.request.url} {answer.request.headers} {error.value!r} {error.value.request.url} {client!r}"
        assert SECRET not in seen + caplog.text


@pytest.mark.parametrize(
    "address",
    ["ftp://host", "host", "", "http://", "https://me:hush@host/", "https://host/?key=hush", "http://host:hush"],
)
def test_an_address_that_is_none_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(ValueError, match="The address of test") as error:
        upstream_client("test", address)
    assert "hush" not in str(error.value)


@pytest.mark.parametrize("key", ["hush\u00fc", "hush\r\nX: y"])
def test_a_key_that_no_header_can_hold_is_refused_without_repeating_it(key: str) -> None:
    with pytest.raises(ValueError, match="The key of test") as error:
        upstream_client("test", "http://host", headers={"X-Api-Key": key})
    assert "hush" not in str(error.value)
