"""Worlds in which people sign in by the word of somebody else."""

import socket
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec
import pytest

from medianest.adapters.oidc import AuthlibOidcClient
from medianest.adapters.system.surroundings import UtcClock
from medianest.adapters.upstream.origins import origins_client
from medianest.application.outgoing import AllowedAddresses
from medianest.ports.oidc import OidcCallback, OidcClient, OidcIdentity, OidcRejected, OidcStart, Provider, Rejection
from tests.contract.oidc import QUICK, REDIRECT
from tests.fakes.clock import FakeClock
from tests.fakes.oidc import FakeOidcClient
from tests.fakes.oidc_provider import CLIENT_SECRET, OidcProvider, agree, callback_of

EVERYWHERE = AllowedAddresses(is_all=True)
ADA = OidcIdentity(
    issuer="",
    subject="ada",
    email="ada@example.org",
    is_email_verified=True,
    name="Ada",
    role_values=("makers", "owners"),
)
SETTINGS = {"scopes": ("openid", "email", "profile"), "role_claim": "groups"}


@dataclass
class World:
    """Ada has an account at `provider`, as `ada`; nobody answers at `absent`."""

    client: OidcClient
    provider: Provider
    agree: Callable[[OidcStart], Awaitable[OidcCallback]]
    deny: Callable[[OidcStart], Awaitable[OidcCallback]]
    absent: str

    @property
    def ada(self) -> OidcIdentity:
        return msgspec.structs.replace(ADA, issuer=self.provider.issuer)

    async def begin(self) -> OidcStart:
        return await self.client.begin(self.provider, REDIRECT)


@pytest.fixture(params=["fake", "own provider", "oidc-provider-mock"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "fake":
        yield _fake()
        return
    with socket.create_server(("127.0.0.1", 0)) as listener:
        absent = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with origins_client("oidc", allowed=EVERYWHERE, limits=QUICK) as http:
        if request.param == "own provider":
            clock = FakeClock()
            async with OidcProvider(clock) as own:
                own.person = {"sub": "ada", **_claims()}
                yield World(AuthlibOidcClient(http, clock), own.as_provider(**SETTINGS), agree, _deny, absent)
        else:
            url = request.getfixturevalue("mock_url")
            yield World(
                AuthlibOidcClient(http, UtcClock()), await _registered(url), _agree_as_ada, _deny_as_ada, absent
            )


def _claims() -> dict[str, object]:
    verified = {"email": ADA.email, "email_verified": ADA.is_email_verified}
    return {**verified, "name": ADA.name, "groups": list(ADA.role_values)}


def _fake() -> World:
    client = FakeOidcClient()
    client.away.add("https://absent.example.org")
    provider = Provider(slug="own", name="Own", issuer="https://id.example.org/", client_id="medianest", **SETTINGS)

    async def agree_as_ada(start: OidcStart) -> OidcCallback:
        return client.agree(start, msgspec.structs.replace(ADA, issuer=start.issuer))

    async def deny(start: OidcStart) -> OidcCallback:
        return client.deny(start)

    return World(client, provider, agree_as_ada, deny, "https://absent.example.org")


@pytest.fixture(scope="module")
def mock_url() -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it uses parts of authlib that will go
        from oidc_provider_mock import run_server_in_thread
    with run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


async def _registered(url: str) -> Provider:
    """A provider at which we are a client with a secret, and Ada has an account."""
    async with httpx.AsyncClient(base_url=url, verify=False) as owner:
        answer = await owner.post("/oauth2/clients", json={"redirect_uris": [REDIRECT]})
        await owner.put("/users/ada", json=_claims())
    client = answer.raise_for_status().json()
    return Provider(
        slug="own",
        name="Own",
        issuer=url,
        client_id=client["client_id"],
        client_secret=client["client_secret"],
        **SETTINGS,
    )


async def _deny(start: OidcStart) -> OidcCallback:
    return OidcCallback(state=start.state, error="access_denied")


async def _agree_as_ada(start: OidcStart) -> OidcCallback:
    return await _submit(start, {"sub": "ada"})


async def _deny_as_ada(start: OidcStart) -> OidcCallback:
    # The mock forgets the state on this way back, which RFC 6749, 4.1.2.1 asks for.
    return msgspec.structs.replace(await _submit(start, {"action": "deny"}), state=start.state)


async def _submit(start: OidcStart, form: dict[str, str]) -> OidcCallback:
    async with httpx.AsyncClient(verify=False) as browser:  # plain HTTP: no certificates to read
        answer = await browser.post(start.url, data=form)
    return callback_of(answer.headers["location"])


@dataclass
class Liar:
    """A provider that is honest until `provider` is told otherwise, and a client of it."""

    provider: OidcProvider
    client: AuthlibOidcClient
    clock: FakeClock
    settings: dict[str, Any] = field(default_factory=dict)

    def as_provider(self) -> Provider:
        return self.provider.as_provider(**self.settings)

    async def come_back(self) -> tuple[OidcStart, OidcCallback]:
        start = await self.client.begin(self.as_provider(), REDIRECT)
        return start, await agree(start)

    async def sign_in(self) -> OidcIdentity:
        start, callback = await self.come_back()
        return await self.client.finish(self.as_provider(), start, callback)

    async def reason(self) -> Rejection:
        """Why a sign-in is rejected, in a text that betrays nothing."""
        with pytest.raises(OidcRejected) as rejected:
            await self.sign_in()
        assert not [
            word for word in (*self.provider.issued, CLIENT_SECRET, self.provider.url) if word in f"{rejected.value!r}"
        ]
        return rejected.value.reason


@pytest.fixture
async def liar() -> AsyncIterator[Liar]:
    clock = FakeClock()
    async with OidcProvider(clock) as provider, origins_client("oidc", allowed=EVERYWHERE, limits=QUICK) as http:
        yield Liar(provider, AuthlibOidcClient(http, clock), clock)
