"""A provider that is ill, or says no, or too little: `AuthlibOidcClient` keeps its head, and keeps its secrets."""

import zlib
from typing import Any

import pytest

from medianest.adapters.oidc import AuthlibOidcClient
from medianest.adapters.standin.server import JSON, Answer, json_answer
from medianest.adapters.upstream import Limits
from medianest.adapters.upstream.origins import origins_client
from medianest.application.outgoing import AddressNotAllowed, AllowedAddresses
from medianest.ports.failures import OidcUnavailable
from tests.contract.oidc import REDIRECT
from tests.contract.oidc.conftest import EVERYWHERE, Liar
from tests.fakes.clock import FakeClock
from tests.fakes.oidc_provider import CLIENT_SECRET, OidcProvider
from tests.logged import hear_everything

DISCOVERY = "/.well-known/openid-configuration"
PATHS = [DISCOVERY, "/jwks", "/token", "/userinfo"]
LARGE = 100 * 1024 * 1024
HTML = Answer(body=b"<!doctype html><title>Sign in</title>", headers={"Content-Type": "text/html"})


def bomb() -> Answer:
    packer = zlib.compressobj(1, wbits=31)
    body = b"".join(packer.compress(b" " * (1 << 20)) for _ in range(LARGE >> 20)) + packer.flush()
    return Answer(body=body, headers={**JSON, "Content-Encoding": "gzip"})


@pytest.fixture(scope="module")
def packed() -> Answer:
    """100 MiB in some hundred KiB."""
    return bomb()


async def _unavailable(liar: Liar) -> str:
    liar.provider.person = {"sub": "ada"}  # so that userinfo is asked
    with pytest.raises(OidcUnavailable) as unavailable:
        await liar.sign_in()
    assert liar.provider.url not in str(unavailable.value)
    return unavailable.value.reason


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (HTML, "nonsense"),
        (json_answer([1, 2]), "nonsense"),
        (Answer(body=b"[" * 100_000), "nonsense"),
        (Answer(body=b'{"issuer": "\xff"}'), "nonsense"),
        (json_answer({"message": "Something went wrong."}, 500), "http_error"),
        (Answer(status=429, headers={"Retry-After": "17"}), "http_error"),
        (Answer(status=302, headers={"Location": "/elsewhere"}), "http_error"),
        (Answer(status=404, body=HTML.body), "http_error"),
    ],
    ids=["html", "a list", "deep", "not UTF-8", "500", "429", "302", "404"],
)
async def test_an_answer_that_makes_no_sense_is_an_outage(liar: Liar, path: str, answer: Answer, reason: str) -> None:
    liar.provider.says[path] = answer
    assert await _unavailable(liar) == reason
    assert liar.provider.asked("/elsewhere") == 0
    liar.provider.says.clear()
    assert (await liar.sign_in()).subject == "ada"


@pytest.mark.parametrize("path", PATHS)
async def test_an_answer_of_100_mib_is_not_held(liar: Liar, path: str, packed: Answer) -> None:
    liar.provider.says[path] = packed
    assert await _unavailable(liar) == "broken_off"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_provider_that_is_slow_or_breaks_off_is_not_waited_for(method: str) -> None:
    quick = Limits(total=0.5, attempts=1, breaker_threshold=1000)
    async with (
        OidcProvider(clock := FakeClock()) as provider,
        origins_client("oidc", allowed=EVERYWHERE, limits=quick) as http,
    ):
        liar = Liar(provider, AuthlibOidcClient(http, clock), clock)
        for kind, reason in (("cut_off", "broken_off"), ("slow", "too_slow")):
            provider.fail(kind, method=method)
            assert await _unavailable(liar) == reason


@pytest.mark.parametrize(
    "token",
    [
        {"access_token": None},
        {"access_token": 7},
        {"expires_in": "soon"},
        {"expires_in": [1]},
    ],
)
async def test_a_token_answer_that_is_none_is_an_outage(liar: Liar, token: dict[str, Any]) -> None:
    liar.provider.token = token
    assert await _unavailable(liar) == "nonsense"


@pytest.mark.parametrize("id_token", [None, 7])
async def test_who_brings_no_id_token_is_nobody(liar: Liar, id_token: object) -> None:
    liar.provider.token = {"id_token": id_token}
    assert await liar.reason() == "token_missing"


@pytest.mark.parametrize(
    ("error", "reason"),
    [("invalid_client", "client_refused"), ("invalid_request", "provider_refused"), (["x"], "provider_refused")],
)
async def test_a_refusal_says_why_in_our_words_alone(liar: Liar, error: object, reason: str) -> None:
    said = {"error": error, "error_description": f'The "secret" {CLIENT_SECRET} is wrong.\n'}
    liar.provider.says["/token"] = json_answer(said, 401)
    assert await liar.reason() == reason


async def test_a_wrong_secret_is_told_apart_from_a_wrong_code(liar: Liar) -> None:
    liar.settings = {"client_secret": "another"}
    assert await liar.reason() == "client_refused"


@pytest.mark.parametrize("methods", [None, ["client_secret_post"], ["private_key_jwt", "client_secret_basic"]])
async def test_the_secret_is_said_in_the_way_the_provider_takes_it(liar: Liar, methods: list[str] | None) -> None:
    liar.provider.metadata = {"token_endpoint_auth_methods_supported": methods}
    assert (await liar.sign_in()).subject == liar.provider.person["sub"]


async def test_a_provider_that_takes_the_secret_in_no_way_of_ours_does_not_pass(liar: Liar) -> None:
    liar.provider.metadata = {"token_endpoint_auth_methods_supported": ["private_key_jwt"]}
    assert await liar.reason() == "client_refused"


async def test_userinfo_about_somebody_else_is_refused(liar: Liar) -> None:
    liar.provider.person = {"sub": "ada"}
    for lie in ({"sub": "somebody-else", "email": "ada@example.org", "name": "Ada"}, {"name": "Ada"}, {}):
        liar.provider.userinfo = lie
        assert await liar.reason() == "subject_wrong"


async def test_userinfo_is_asked_only_for_what_the_token_lacks(liar: Liar) -> None:
    await liar.sign_in()
    assert liar.provider.asked("/userinfo") == 0
    liar.settings = {"role_claim": "groups"}
    liar.provider.userinfo = {"sub": liar.provider.person["sub"], "groups": ["owners"], "email": "other@example.org"}
    ada = await liar.sign_in()
    assert liar.provider.asked("/userinfo") == 1
    assert (ada.role_values, ada.email) == (("owners",), liar.provider.person["email"])


async def test_a_provider_without_userinfo_says_what_it_says(liar: Liar) -> None:
    liar.provider.metadata = {"userinfo_endpoint": None}
    liar.provider.person = {"sub": "ada"}
    ada = await liar.sign_in()
    assert (ada.subject, ada.email, ada.is_email_verified, ada.name) == ("ada", None, False, None)


async def test_an_address_of_our_own_network_is_not_called_for_anybody(liar: Liar) -> None:
    nowhere = AllowedAddresses()
    async with origins_client("oidc", allowed=nowhere) as guarded:
        with pytest.raises(AddressNotAllowed):
            await AuthlibOidcClient(guarded, liar.clock).begin(liar.as_provider(), REDIRECT)
    async with (
        OidcProvider(liar.clock) as inside,
        origins_client("oidc", allowed=nowhere, own=[liar.provider.url]) as http,
    ):
        client = AuthlibOidcClient(http, liar.clock)
        await client.check(liar.as_provider())
        liar.provider.metadata = {"jwks_uri": f"{inside.url}/jwks"}
        with pytest.raises(AddressNotAllowed):
            await client.check(liar.as_provider())
        assert inside.received == []


async def test_neither_codes_nor_tokens_nor_secrets_reach_a_log(liar: Liar, caplog: pytest.LogCaptureFixture) -> None:
    hear_everything(caplog)
    liar.provider.person = {"sub": "ada"}
    start, callback = await liar.come_back()
    caplog.clear()  # the browser of the test logs where it went
    await liar.client.finish(liar.as_provider(), start, callback)
    shown = f"{caplog.text}{start!r}{callback!r}{liar.as_provider()!r}"
    assert "/token" in caplog.text
    assert not [
        word
        for word in (*liar.provider.issued, start.state, start.nonce, start.code_verifier, CLIENT_SECRET)
        if word in shown
    ]
