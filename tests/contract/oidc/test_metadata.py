"""What a provider says of itself and which keys it shows: fetched, kept, fetched anew, and never taken on trust."""

import asyncio

import msgspec
import pytest

from medianest.adapters.oidc.discovery import Metadata, check_metadata
from medianest.adapters.oidc.keys import LIFETIME, PAUSE
from medianest.ports.oidc import OidcRejected
from tests.contract.oidc.conftest import Liar
from tests.fakes.oidc_provider import a_key

DISCOVERY = "/.well-known/openid-configuration"


async def test_new_keys_are_fetched_once_a_token_names_one(liar: Liar) -> None:
    await liar.sign_in()
    liar.clock.advance(PAUSE.total_seconds())
    liar.provider.rotate("second")
    await liar.sign_in()
    await liar.sign_in()
    assert liar.provider.asked("/jwks") == 2


async def test_a_key_that_nobody_shows_is_not_asked_for_over_and_over(liar: Liar) -> None:
    liar.provider.key = a_key("hidden")
    assert await liar.reason() == "key_unknown"
    assert liar.provider.asked("/jwks") == 1  # they had just been fetched
    liar.clock.advance(PAUSE.total_seconds())
    for _ in range(3):
        assert await liar.reason() == "key_unknown"
    assert liar.provider.asked("/jwks") == 2


async def test_a_key_without_a_name_does_where_there_is_but_one(liar: Liar) -> None:
    liar.provider.header = {"kid": None}
    await liar.sign_in()
    liar.provider.shown.append(a_key("other"))
    liar.clock.advance(LIFETIME.total_seconds())
    assert await liar.reason() == "key_unknown"


async def test_a_key_that_was_withdrawn_is_not_trusted_for_more_than_an_hour(liar: Liar) -> None:
    await liar.sign_in()
    liar.provider.shown = [a_key("second")]
    liar.clock.advance(LIFETIME.total_seconds())
    assert await liar.reason() == "key_unknown"


async def test_what_a_provider_says_of_itself_is_asked_for_once_an_hour(liar: Liar) -> None:
    for seconds, asked in ((0, 1), (LIFETIME.total_seconds() - 1, 1), (1, 2), (-10, 3)):
        liar.clock.advance(seconds)
        await liar.sign_in()
        assert (liar.provider.asked(DISCOVERY), liar.provider.asked("/jwks")) == (asked, asked)
    await liar.client.check(liar.as_provider())
    assert liar.provider.asked(DISCOVERY) == 4


async def test_many_who_sign_in_at_once_all_come_in(liar: Liar) -> None:
    people = await asyncio.gather(*(liar.sign_in() for _ in range(10)))
    assert {person.subject for person in people} == {liar.provider.person["sub"]}


@pytest.mark.parametrize("issuer", ["https://other.example.org", "", "{url}/", "{url}/tenant", "{upper}"])
async def test_metadata_of_another_issuer_is_refused(liar: Liar, issuer: str) -> None:
    url = liar.provider.url
    liar.provider.metadata = {"issuer": issuer.format(url=url, upper=url.replace("http", "HTTP"))}
    assert await liar.reason() == "foreign_issuer"
    with pytest.raises(OidcRejected, match="slash" if issuer == "{url}/" else "another name"):
        await liar.client.check(liar.as_provider())


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"])
@pytest.mark.parametrize(
    "url",
    [
        "http://id.example.org/x",  # in clear, where the issuer is not
        "javascript:alert(1)",
        "//id.example.org/x",
        "https://",
        "https://user:password@id.example.org/x",
        "https://id.example.org/x\r\nSet-Cookie: a=b",
        "https://id.example.org/x#part",
        "https://id.example.org:99999/x",
        "https://[/x",
        "",
    ],
)
def test_an_endpoint_that_is_not_safe_is_refused(name: str, url: str) -> None:
    issuer = "https://id.example.org"
    urls = dict.fromkeys(("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"), f"{issuer}/x")
    check_metadata(Metadata(issuer=issuer, **urls), issuer)
    with pytest.raises(OidcRejected) as rejected:
        check_metadata(Metadata(issuer=issuer, **urls | {name: url}), issuer)
    assert rejected.value.reason == "endpoint_unsafe"


async def test_a_provider_that_signs_with_shared_keys_alone_does_not_pass(liar: Liar) -> None:
    liar.provider.metadata = {"id_token_signing_alg_values_supported": ["HS256", "none"]}
    assert await liar.reason() == "algorithm_not_allowed"


async def test_a_provider_that_says_it_names_itself_has_to(liar: Liar) -> None:
    """RFC 9207: without it, one provider could pass off another's answer as its own."""
    liar.provider.metadata = {"authorization_response_iss_parameter_supported": True}
    start, callback = await liar.come_back()
    nameless = msgspec.structs.replace(callback, iss=None)
    with pytest.raises(OidcRejected) as rejected:
        await liar.client.finish(liar.as_provider(), start, nameless)
    assert rejected.value.reason == "foreign_issuer"
    assert (await liar.client.finish(liar.as_provider(), start, callback)).subject == liar.provider.person["sub"]
