"""Calls to addresses that people gave, over real connections: what a name leads to is looked at where it is called."""

import ipaddress
import socket
from collections.abc import Sequence

import httpcore
import httpx
import pytest

from medianest.adapters.standin.server import Answer, Standin
from medianest.adapters.upstream import GuardedTransport, Limits, upstream_client
from medianest.adapters.upstream.guard import GuardedNetwork
from medianest.application.networks import Address
from medianest.application.outgoing import AddressNotAllowed, AllowedAddresses
from tests.fakes.scripted_server import ScriptedServer

NOTHING = AllowedAddresses.of("off")
THIS_MACHINE = AllowedAddresses.of("127.0.0.1, ::1")
QUICK = Limits(total=2.0, first_wait=0.01, jitter=0.01, breaker_threshold=1)
PUBLIC = "198.41.0.4"


class Resolver:
    """Answers with each list in turn, and with the last one for ever after."""

    def __init__(self, *answers: Sequence[str] | Exception) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[Address]:
        self.asked.append(host)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return [ipaddress.ip_address(text) for text in answer]


class Nowhere(httpcore.AsyncNetworkBackend):
    """A network on which nobody answers."""

    def __init__(self) -> None:
        self.called: list[str] = []

    async def connect_tcp(self, host: str, *_: object, **__: object) -> httpcore.AsyncNetworkStream:
        self.called.append(host)
        raise httpcore.ConnectError("nobody answers")


def port_of(server: Standin) -> int:
    port = httpx.URL(server.url).port
    assert port is not None
    return port


def client_by(resolver: Resolver, allowed: AllowedAddresses) -> httpx.AsyncClient:
    transport = GuardedTransport(allowed, resolve=resolver)
    return httpx.AsyncClient(transport=transport, follow_redirects=True, trust_env=False, timeout=2)


async def test_an_address_of_this_machine_is_called_only_if_it_is_allowed() -> None:
    async with ScriptedServer() as server:
        async with upstream_client("given", server.url, allowed=THIS_MACHINE, limits=QUICK) as client:
            assert (await client.get("/x")).json() == {"ok": True}
        async with upstream_client("given", server.url, allowed=NOTHING, limits=QUICK) as client:
            with pytest.raises(AddressNotAllowed):
                await client.get("/x")
            figures = client.figures()
        assert len(server.received) == 1
        assert (figures.failures, figures.breaker) == (0, "closed")  # it is nothing that the other side did


@pytest.mark.parametrize("host", ["localhost", "127.1", "0x7f000001", "2130706433", "[::ffff:127.0.0.1]"])
async def test_no_way_to_write_it_leads_to_this_machine(host: str) -> None:
    async with ScriptedServer() as server, httpx.AsyncClient(transport=GuardedTransport(NOTHING)) as client:
        with pytest.raises(AddressNotAllowed):
            await client.get(f"http://{host}:{port_of(server)}/x")
        assert server.received == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1", "::1"])
async def test_what_the_system_makes_of_a_host_is_what_is_looked_at(host: str) -> None:
    with pytest.raises(AddressNotAllowed):
        await GuardedNetwork(NOTHING).connect_tcp(host, 8096, timeout=2)


async def test_a_name_keeps_its_host_while_the_connection_goes_to_its_address() -> None:
    async with ScriptedServer() as server, client_by(Resolver(["127.0.0.1"]), THIS_MACHINE) as client:
        await client.get(f"http://id.example.org:{port_of(server)}/x")
        assert server.received[0].headers["host"] == f"id.example.org:{port_of(server)}"


async def test_a_name_with_one_private_address_among_public_ones_is_refused() -> None:
    for answers in (["127.0.0.1", PUBLIC], [PUBLIC, "10.0.0.1"], [PUBLIC, "::1"], ["fe80::1%1", PUBLIC]):
        async with client_by(Resolver(answers), NOTHING) as client:
            with pytest.raises(AddressNotAllowed):
                await client.get("http://id.example.org:8096/")


async def test_what_a_name_becomes_after_it_was_looked_at_changes_nothing() -> None:
    """DNS rebinding: public for the one who looks, this machine for whoever asks again in order to connect."""
    network = Nowhere()
    guarded = GuardedNetwork(NOTHING, Resolver([PUBLIC], ["127.0.0.1"]), network)
    with pytest.raises(httpcore.ConnectError):
        await guarded.connect_tcp("rebinding.example.org", 443)
    assert network.called == [PUBLIC]
    with pytest.raises(AddressNotAllowed):
        await guarded.connect_tcp("rebinding.example.org", 443)
    assert network.called == [PUBLIC]


async def test_of_many_addresses_a_few_are_tried_each_once() -> None:
    network = Nowhere()
    many = [f"198.41.0.{number}" for number in (1, 1, 2, 3, 4, 5, 6)]
    with pytest.raises(httpcore.ConnectError):
        await GuardedNetwork(NOTHING, Resolver(many), network).connect_tcp("id.example.org", 443, timeout=2)
    assert network.called == ["198.41.0.1", "198.41.0.2", "198.41.0.3", "198.41.0.4"]


@pytest.mark.parametrize(
    "there",
    ["http://127.0.0.2:{port}/", "http://[::1]:{port}/", "http://elsewhere.example.org:{port}/", "ftp://127.0.0.1/"],
)
async def test_a_redirect_to_a_private_address_is_not_followed(there: str) -> None:
    async with ScriptedServer() as secret:
        moved = Answer(status=302, headers={"Location": there.format(port=port_of(secret))})
        async with ScriptedServer(moved) as server:
            resolver = Resolver(["127.0.0.1"], ["127.0.0.2"])
            async with client_by(resolver, AllowedAddresses.of("127.0.0.1")) as client:
                with pytest.raises((AddressNotAllowed, httpx.UnsupportedProtocol)):
                    await client.get(f"http://id.example.org:{port_of(server)}/x")
            assert len(server.received) == 1
            assert secret.received == []


@pytest.mark.parametrize("there", ["http://ben:hush@id.example.org:{port}/", "http://id.example.org:25/"])
async def test_a_redirect_is_looked_at_as_if_somebody_had_given_it(there: str) -> None:
    async with ScriptedServer() as secret:
        moved = Answer(status=302, headers={"Location": there.format(port=port_of(secret))})
        async with ScriptedServer(moved) as server, client_by(Resolver(["127.0.0.1"]), THIS_MACHINE) as client:
            with pytest.raises(AddressNotAllowed):
                await client.get(f"http://id.example.org:{port_of(server)}/x")
        assert secret.received == []


async def test_an_address_that_does_not_answer_leaves_the_next_one_its_chance() -> None:
    allowed = AllowedAddresses.of("127.0.0.0/8")
    async with ScriptedServer() as server, client_by(Resolver(["127.0.0.9", "127.0.0.1"]), allowed) as client:
        assert (await client.get(f"http://id.example.org:{port_of(server)}/x")).status_code == 200


@pytest.mark.parametrize("answer", [[], socket.gaierror("no such name"), UnicodeError("label too long")])
async def test_a_name_that_leads_nowhere_is_a_connection_that_fails(answer: Sequence[str] | Exception) -> None:
    async with client_by(Resolver(answer), NOTHING) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get("https://id.example.org/")
