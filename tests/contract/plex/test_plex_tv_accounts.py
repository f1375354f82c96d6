"""What `PlexTvAccounts` makes of the oddities and bad days of plex.tv and of a media server."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from medianest.adapters.plex import PlexTvAccounts
from medianest.adapters.standin import FaultKind, PlexServerStandin, PlexTvStandin
from medianest.adapters.standin.faults import FAULT_KINDS
from medianest.adapters.standin.server import Answer, Standin, json_answer
from medianest.adapters.upstream import upstream_client
from medianest.ports.failures import PlexUnavailable
from medianest.ports.plex import PinExpired, PlexToken, PlexTokenRejected
from tests.contract.plex import IDENTIFIER, QUICK, accounts
from tests.fakes.scripted_server import ScriptedServer, until
from tests.logged import hear_everything

METHODS = ["begin", "claim", "account", "has_access", "ping"]
FAULTS = [(kind, method) for kind in FAULT_KINDS for method in METHODS if kind != "slow" or method == "claim"]


@dataclass
class World:
    tv: PlexTvStandin
    server: PlexServerStandin
    plex: PlexTvAccounts
    token: PlexToken
    pin: tuple[int, str]

    async def call(self, method: str) -> Any:
        arguments = {"begin": (), "claim": self.pin}.get(method, (self.token,))
        return await getattr(self.plex, method)(*arguments)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with (
        PlexTvStandin() as tv,
        PlexServerStandin() as server,
        upstream_client("plex.tv", tv.url, limits=QUICK) as tv_client,
        upstream_client("plex", server.url, headers={"X-Plex-Token": server.token}, limits=QUICK) as server_client,
    ):
        plex = accounts(tv_client, server_client)
        pin = await plex.begin()
        token = PlexToken(tv.confirm(pin.code, "ben"))
        yield World(tv, server, plex, token, (pin.pin_id, pin.code))


@pytest.mark.parametrize(("kind", "method"), FAULTS)
async def test_every_fault_of_plex_tv_is_an_outage_and_passes(world: World, kind: FaultKind, method: str) -> None:
    world.tv.fail(kind, times=1000)
    with pytest.raises(PlexUnavailable) as outage:
        await world.call(method)
    assert world.tv.url not in str(outage.value)
    world.tv.behave()
    await world.call(method)


@pytest.mark.parametrize("kind", FAULT_KINDS)
async def test_every_fault_of_our_server_leaves_access_unknown_and_passes(world: World, kind: FaultKind) -> None:
    world.server.fail(kind, times=1000)
    with pytest.raises(PlexUnavailable, match=r"Plex server|MEDIANEST_PLEX_URL") as outage:
        await world.call("has_access")
    assert world.server.url not in str(outage.value)
    world.server.behave()
    assert await world.call("has_access") is True


async def test_a_yes_needs_our_server_once_and_a_no_asks_it_afresh(world: World) -> None:
    assert await world.call("has_access") is True
    world.server.fail("error", times=1000)
    assert await world.call("has_access") is True
    assert len(world.server.received) == 1
    world.tv.people["ben"].may_use = False
    with pytest.raises(PlexUnavailable):
        await world.call("has_access")
    world.server.behave()
    assert await world.call("has_access") is False


async def test_nobody_loses_access_because_the_server_was_set_up_anew(world: World) -> None:
    assert await world.call("has_access") is True
    world.server.machine = world.tv.machine = "0123456789abcdef0123456789abcdef01234567"
    assert await world.call("has_access") is True


async def test_a_player_of_that_name_is_no_server(world: World) -> None:
    world.server.machine = "player-of-the-living-room"
    assert await world.call("has_access") is False


async def test_a_wrong_token_of_the_owner_is_not_the_persons_fault(world: World) -> None:
    sent, world.server.token = world.server.token, "another"
    with pytest.raises(PlexUnavailable, match="MEDIANEST_PLEX_TOKEN") as outage:
        await world.call("has_access")
    assert sent not in str(outage.value)


async def test_plex_learns_the_same_device_each_time_and_no_token_is_in_an_address_or_a_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    hear_everything(caplog)
    token = world.token.value
    for method in METHODS:
        await world.call(method)
    world.tv.revoke("ben")
    with pytest.raises(PlexTokenRejected) as rejected:
        await world.call("ping")
    assert {each.headers["x-plex-client-identifier"] for each in world.tv.received} == {IDENTIFIER}
    first = world.tv.received[0].headers
    assert [first[f"x-plex-{name}"] for name in ("product", "version", "device-name")] == [
        "MediaNest",
        "9.9",
        "MediaNest",
    ]
    assert first["x-plex-platform"]
    by_path = {each.path.rsplit("/", 1)[1]: each.headers.get("x-plex-token") for each in world.tv.received}
    assert (by_path["pins"], by_path["user"], by_path["resources"], by_path["ping"]) == (None, token, token, token)
    assert token not in str([(each.path, each.query) for each in world.tv.received])
    assert token not in caplog.text + str(rejected.value)
    assert world.server.received[0].headers["x-plex-token"] == world.server.token


async def test_people_who_ask_at_the_same_moment_never_share_an_answer() -> None:
    def say_whose(request: Any) -> Answer:
        return json_answer({"id": int(request.headers["x-plex-token"]), "username": "x"})

    async with ScriptedServer(say_whose) as tv, upstream_client("plex.tv", tv.url) as client:
        plex = accounts(client, None)
        tv.gate.clear()
        asked = [asyncio.create_task(plex.account(PlexToken(str(number)))) for number in (1, 2, 1)]
        await until(lambda: tv.busy == 2 and client.figures().joined == 1)
        tv.gate.set()
        assert [account.plex_id for account in await asyncio.gather(*asked)] == ["1", "2", "1"]


async def test_the_link_leads_to_plex_and_says_which_device_asks(world: World) -> None:
    pin = await world.plex.begin()
    link = urlsplit(pin.link)
    assert (link.scheme, link.netloc, link.path, link.query) == ("https", "app.plex.example", "/auth", "")
    assert parse_qs(link.fragment.removeprefix("?")) == {
        "clientID": [IDENTIFIER],
        "code": [pin.code],
        "context[device][product]": ["MediaNest"],
    }
    assert len(pin.code) > 20  # a short one could be guessed


async def test_a_rate_limit_is_passed_on_as_the_time_to_come_back(world: World) -> None:
    world.tv.fail("rate_limited", times=1000, seconds=77)
    with pytest.raises(PlexUnavailable) as outage:
        await world.call("account")
    assert outage.value.retry_after == 77


async def test_the_stand_in_is_steered_over_http(world: World) -> None:
    async def switch(standin: Standin, name: str, body: dict[str, Any]) -> int:
        async with upstream_client("switch", standin.url) as client:
            return (await client.post(f"/__standin/{name}", json=body)).status_code

    pin = await world.plex.begin()
    assert await switch(world.tv, "confirm", {"code": pin.code, "username": "cleo"}) == 204
    token = await world.plex.claim(pin.pin_id, pin.code)
    assert token is not None
    for word, may in (("share", True), ("unshare", False)):
        assert await switch(world.tv, word, {"username": "cleo"}) == 204
        assert await world.plex.has_access(token) is may
    assert await switch(world.tv, "revoke", {"username": "cleo"}) == 204
    assert await switch(world.tv, "expire", {"code": pin.code}) == 204
    assert await switch(world.tv, "confirm", {"code": "unknown", "username": "cleo"}) == 404
    assert await switch(world.tv, "confirm", {"code": pin.code}) == 400
    with pytest.raises(PlexTokenRejected):
        await world.plex.ping(token)
    with pytest.raises(PinExpired):
        await world.plex.claim(pin.pin_id, pin.code)
