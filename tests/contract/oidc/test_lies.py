"""What `AuthlibOidcClient` takes nobody's word for: tokens, metadata and answers of a provider that lies."""

import base64
import hmac
from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from medianest.adapters.oidc.id_token import LEEWAY
from medianest.ports.oidc import OidcRejected
from tests.contract.oidc.conftest import Liar
from tests.fakes.oidc_provider import CLIENT_ID, CLIENT_SECRET, a_key

OTHER = "https://other.example.org"


@cache
def an_rsa_key(bits: int = 2048) -> RSAKey:
    return RSAKey.generate_key(bits, {"kid": "rsa"})


def token_of(header: dict[str, Any], claims: dict[str, Any], secret: bytes | None = None) -> str:
    """Put together by hand, since joserfc will not do such things. Without a secret, without a signature."""
    head = b".".join(encoded(msgspec.json.encode(part)) for part in (header, claims))
    mac = b"" if secret is None else encoded(hmac.digest(secret, head, "sha256"))
    return b".".join((head, mac)).decode()


def encoded(part: bytes) -> bytes:
    return base64.urlsafe_b64encode(part).rstrip(b"=")


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": OTHER}, "foreign_issuer"),
        ({"iss": None}, "foreign_issuer"),
        ({"aud": "another-client"}, "audience_wrong"),
        ({"aud": None}, "audience_wrong"),
        ({"aud": []}, "audience_wrong"),
        ({"aud": [CLIENT_ID, "another-client"]}, "audience_wrong"),
        ({"aud": [CLIENT_ID, "another-client"], "azp": "another-client"}, "audience_wrong"),
        ({"azp": "another-client"}, "audience_wrong"),
        ({"nonce": "of-another-sign-in"}, "nonce_wrong"),
        ({"nonce": None}, "nonce_wrong"),
        ({"nonce": ["of-another-sign-in"]}, "nonce_wrong"),
        ({"sub": None}, "subject_wrong"),
        ({"sub": ""}, "subject_wrong"),
        ({"sub": 7}, "subject_wrong"),
        ({"sub": "x" * 256}, "subject_wrong"),
        ({"exp": None}, "token_malformed"),
        ({"exp": "soon"}, "token_malformed"),
        ({"iat": None}, "token_malformed"),
    ],
)
async def test_claims_that_are_not_about_this_sign_in_are_refused(
    liar: Liar, claims: dict[str, Any], reason: str
) -> None:
    liar.provider.claims = claims
    assert await liar.reason() == reason


async def test_the_nonce_is_this_sign_in_s_own_also_in_a_list(liar: Liar) -> None:
    start, callback = await liar.come_back()
    liar.provider.claims = {"nonce": [start.nonce]}
    with pytest.raises(OidcRejected) as rejected:
        await liar.client.finish(liar.as_provider(), start, callback)
    assert rejected.value.reason == "nonce_wrong"


@pytest.mark.parametrize(
    ("claim", "late", "reason"),
    [("exp", -LEEWAY, "token_expired"), ("iat", LEEWAY, "token_not_yet_valid"), ("nbf", LEEWAY, "token_not_yet_valid")],
)
async def test_clocks_may_differ_by_a_minute_and_no_more(liar: Liar, claim: str, late: int, reason: str) -> None:
    now = int(liar.clock.now().timestamp())
    liar.provider.claims = {claim: now + late + (1 if claim == "exp" else 0)}
    assert (await liar.sign_in()).subject == liar.provider.person["sub"]
    liar.provider.claims = {claim: now + late + (0 if claim == "exp" else 1)}
    assert await liar.reason() == reason


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", "HS256", "RS1", ""])
async def test_a_token_that_nobody_signed_is_refused(liar: Liar, algorithm: str) -> None:
    liar.provider.sign = lambda header, claims: token_of({**header, "alg": algorithm}, claims)
    assert await liar.reason() == "algorithm_not_allowed"


async def test_a_shared_secret_signs_for_nobody(liar: Liar) -> None:
    """Neither the client secret, nor a public key taken for one, nor one that the provider shows to everybody."""
    keys = liar.provider.shown = [liar.provider.key, an_rsa_key(), OctKey.import_key("s" * 32, {"kid": "shared"})]
    public = [key.as_pem(private=False) for key in keys[:2]]
    for secret in (CLIENT_SECRET.encode(), b"s" * 32, *public, *(pem.strip() for pem in public)):
        for kid in ("first", "rsa", "shared"):
            liar.provider.sign = lambda _, claims, kid=kid, secret=secret: token_of(
                {"alg": "HS256", "kid": kid}, claims, secret
            )
            assert await liar.reason() == "algorithm_not_allowed"


async def test_a_key_signs_with_the_algorithm_of_its_kind_alone(liar: Liar) -> None:
    liar.provider.shown = [liar.provider.key, an_rsa_key()]
    liar.provider.sign = lambda header, claims: jwt.encode({"alg": "RS256", "kid": "first"}, claims, an_rsa_key())
    assert await liar.reason() == "signature_wrong"


async def test_a_signature_by_another_key_of_the_same_name_is_refused(liar: Liar) -> None:
    liar.provider.key = a_key("first")
    assert await liar.reason() == "signature_wrong"


async def test_a_token_that_was_changed_is_refused(liar: Liar) -> None:
    def changed(header: dict[str, Any], claims: dict[str, Any]) -> str:
        head, _, signature = jwt.encode(header, claims, liar.provider.key).split(".")
        body = encoded(msgspec.json.encode({**claims, "sub": "somebody-else"})).decode()
        return f"{head}.{body}.{signature}"

    liar.provider.sign = changed
    assert await liar.reason() == "signature_wrong"


async def test_keys_that_a_token_brings_along_are_not_looked_at(liar: Liar) -> None:
    own = a_key("first")
    jwks = f"{liar.provider.url}/own-keys"
    for brought in ({"jwk": own.as_dict(private=False)}, {"jku": jwks}, {"x5u": jwks}):
        header = {"alg": "ES256", "kid": "first", **brought}
        liar.provider.sign = lambda _, claims, header=header: jwt.encode(header, claims, own)
        assert await liar.reason() == "signature_wrong"
    assert liar.provider.asked("/own-keys") == 0


@pytest.mark.parametrize("kind", ["at+jwt", "logout+jwt", "secevent+jwt", "JWE"])
async def test_another_kind_of_token_is_no_id_token(liar: Liar, kind: str) -> None:
    liar.provider.header = {"typ": kind}
    assert await liar.reason() == "token_malformed"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "....", "e30.e30.", "\U0001f512", "x" * 200_000])
async def test_what_is_no_token_is_refused(liar: Liar, token: str) -> None:
    liar.provider.token = {"id_token": token}
    assert await liar.reason() == "token_malformed"


@pytest.mark.parametrize(
    ("make", "algorithm"),
    [
        (an_rsa_key, "RS256"),
        (an_rsa_key, "PS256"),
        (lambda: OKPKey.generate_key("Ed25519", {"kid": "okp"}), "EdDSA"),
        (lambda: OKPKey.generate_key("Ed25519", {"kid": "okp"}), "Ed25519"),
    ],
)
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
async def test_every_kind_of_key_that_is_strong_will_do(liar: Liar, make: Callable[[], Key], algorithm: str) -> None:
    liar.provider.key = make()
    liar.provider.shown = [liar.provider.key]
    liar.provider.header = {"alg": algorithm}
    assert (await liar.sign_in()).subject == liar.provider.person["sub"]


@pytest.mark.filterwarnings("ignore:Key size")
@pytest.mark.parametrize(
    "make",
    [
        lambda: an_rsa_key(1024),
        lambda: ECKey.generate_key("secp256k1", {"kid": "weak"}),
        lambda: ECKey.generate_key("P-256", {"kid": "weak", "use": "enc"}),
        lambda: OctKey.import_key("s" * 32, {"kid": "weak"}),
    ],
)
async def test_a_provider_without_a_key_that_is_of_use_does_not_pass(liar: Liar, make: Callable[[], Key]) -> None:
    liar.provider.shown = [make()]
    with pytest.raises(OidcRejected) as rejected:
        await liar.client.check(liar.as_provider())
    assert rejected.value.reason == "key_unknown"
