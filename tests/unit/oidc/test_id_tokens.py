"""The reader of ID tokens under fire: whatever comes in, it is refused or it is what was signed."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import KeySet
from joserfc.util import urlsafe_b64encode

from medianest.adapters.oidc.id_token import read_id_token
from medianest.ports.oidc import OidcRejected, Provider
from tests.fakes.oidc_provider import a_key

PROVIDER = Provider(slug="own", name="Own", issuer="https://id.example.org", client_id="medianest")
NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
KEY = a_key("first")
SECOND = int(NOW.timestamp())
CLAIMS = {"iss": PROVIDER.issuer, "aud": "medianest", "sub": "ada", "nonce": "n", "iat": SECOND, "exp": SECOND + 60}
TOKEN = jwt.encode({"alg": "ES256", "kid": "first"}, CLAIMS, KEY)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
HEADERS = st.sampled_from(["alg", "kid", "typ", "crit", "b64", "jwk", "jku", "x5c", "zip", "enc"])


def read(token: str) -> Any:
    return read_id_token(token, KeySet([KEY]), PROVIDER, nonce="n", now=NOW)


def segment(part: object) -> str:
    return urlsafe_b64encode(msgspec.json.encode(part)).decode()


def test_what_was_signed_for_us_is_read() -> None:
    assert read(TOKEN) == CLAIMS


@given(st.text() | st.text("abcdefghijklmnopqrstuvwxyz0123456789-_.="))
def test_any_text_is_refused(token: str) -> None:
    with pytest.raises(OidcRejected):
        read(token)


@given(JSON | st.dictionaries(HEADERS, JSON), st.binary() | st.just(b""))
def test_any_head_over_what_was_signed_is_refused(head: object, signature: bytes) -> None:
    _, body, _ = TOKEN.split(".")
    with pytest.raises(OidcRejected):
        read(f"{segment(head)}.{body}.{urlsafe_b64encode(signature).decode()}")


@given(st.integers(0, len(TOKEN) - 1), st.integers(0, 127))
def test_one_letter_that_was_changed_is_noticed_or_changes_nothing(at: int, letter: int) -> None:
    """The last letter of a signature holds bits that say nothing."""
    with suppress(OidcRejected):
        assert read(TOKEN[:at] + chr(letter) + TOKEN[at + 1 :]) == CLAIMS


@given(st.dictionaries(st.sampled_from([*CLAIMS, "azp", "nbf", "jti"]), JSON, min_size=1))
def test_any_claims_are_read_only_if_they_are_about_this_sign_in(claims: dict[str, Any]) -> None:
    token = jwt.encode({"alg": "ES256", "kid": "first"}, CLAIMS | claims, KEY)
    try:
        found = read(token)
    except OidcRejected:
        return
    assert (found["iss"], found["nonce"]) == (PROVIDER.issuer, "n")
    assert found["aud"] in ("medianest", ["medianest"]) or found["azp"] == "medianest"
    assert isinstance(found["sub"], str)
    assert found["exp"] > SECOND - 60
