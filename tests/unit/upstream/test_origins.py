"""One client for many servers, none of which can spoil another's day."""

import httpx
import pytest

from medianest.adapters.standin.server import Answer
from medianest.adapters.upstream import Limits
from medianest.adapters.upstream.origins import MOST_ORIGINS, OriginsTransport, origins_client
from medianest.application.outgoing import AddressNotAllowed, AllowedAddresses
from tests.fakes.scripted_server import OK, ScriptedServer

EVERYWHERE = AllowedAddresses(is_all=True)
QUICK = Limits(total=2.0, attempts=1, breaker_threshold=2, breaker_pause=60.0, max_body=1000)


async def test_a_server_that_keeps_failing_is_left_alone_and_the_others_are_not() -> None:
    async with (
        ScriptedServer(Answer(status=503)) as ill,
        ScriptedServer() as well,
        origins_client("test", allowed=EVERYWHERE, limits=QUICK) as client,
    ):
        for _ in range(4):
            assert (await client.get(f"{ill.url}/x")).status_code == 503
            assert (await client.get(f"{well.url}/x")).status_code == 200
        assert (len(ill.received), len(well.received)) == (2, 4)


async def test_an_answer_that_is_too_large_is_not_held() -> None:
    async with (
        ScriptedServer(Answer(body=b" " * 1001)) as server,
        origins_client("test", allowed=EVERYWHERE, limits=QUICK) as client,
    ):
        with pytest.raises(httpx.ReadError):
            await client.get(server.url)


async def test_nothing_is_redirected() -> None:
    async with ScriptedServer() as there:
        moved = Answer(status=302, headers={"Location": f"{there.url}/x"})
        async with (
            ScriptedServer(moved) as server,
            origins_client("test", allowed=EVERYWHERE, limits=QUICK) as client,
        ):
            assert (await client.get(f"{server.url}/x")).status_code == 302
        assert there.received == []


async def test_only_the_owners_own_servers_may_be_in_a_private_network() -> None:
    async with (
        ScriptedServer() as own,
        ScriptedServer() as other,
        origins_client("test", allowed=AllowedAddresses(), own=[f"{own.url}/realm"], limits=QUICK) as client,
    ):
        assert (await client.get(f"{own.url}/x")).json() == {"ok": True}
        with pytest.raises(AddressNotAllowed):
            await client.get(f"{other.url}/x")
        assert other.received == []


async def test_a_server_that_nobody_asked_for_long_makes_room() -> None:
    transport = OriginsTransport("test", allowed=EVERYWHERE, own=(), limits=QUICK)
    async with ScriptedServer(OK) as server, httpx.AsyncClient(transport=transport) as client:
        for number in range(MOST_ORIGINS + 10):
            # Every address of 127.0.0.0/8 is this machine, but the server listens at one of them alone.
            await client.get(server.url)
            with pytest.raises(httpx.ConnectError):
                await client.get(f"http://127.0.1.{number}:{httpx.URL(server.url).port}")
        assert len(transport.origins) == MOST_ORIGINS
        assert (await client.get(server.url)).status_code == 200
