"""Tokens and headers that somebody made up: whatever they are, they open nothing and break nothing."""

import hmac
import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from litestar.types import HTTPScope

from medianest.adapters.http.foundation.credentials import shown_in
from medianest.adapters.http.foundation.problems import HttpProblem
from medianest.adapters.security.access_tokens import JoseAccessTokens
from medianest.ports.api_keys import PREFIX
from medianest.ports.sessions import Session

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
MASTER = b"m" * 32
TOKENS = JoseAccessTokens(MASTER)
SESSION = Session(session_id=UUID(int=1), user_id=UUID(int=2), authenticated_at=NOW)
GOOD = TOKENS.issue(SESSION, NOW)
CLAIMS: dict[str, Any] = {
    "iss": "medianest",
    "aud": "medianest",
    "sub": str(SESSION.user_id),
    "sid": str(SESSION.session_id),
    "iat": int(NOW.timestamp()),
    "exp": int(NOW.timestamp()) + 900,
    "auth_time": NOW.timestamp(),
}
HEADER = {"alg": "HS256", "typ": "at+jwt"}
RSA = RSAKey.generate_key(2048, private=True)


def packed(part: object) -> str:
    return urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def signed(header: object, claims: object, key: bytes) -> str:
    """By hand, since no library would write some of these."""
    body = f"{packed(header)}.{packed(claims)}"
    return f"{body}.{urlsafe_b64encode(hmac.digest(key, body.encode(), sha256)).rstrip(b'=').decode()}"


def key_of_ours() -> bytes:
    return TOKENS._key.raw_value


def asked(*headers: tuple[bytes, bytes]) -> HTTPScope:
    return {"type": "http", "scheme": "https", "headers": list(headers), "state": {}}  # type: ignore[typeddict-item]


def test_a_token_that_is_built_here_by_hand_is_good_so_that_what_follows_proves_something() -> None:
    assert TOKENS.read(signed(HEADER, CLAIMS, key_of_ours()), NOW) == SESSION


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "NONE", "", "HS384", "HS512", "RS256", "ES256", "EdDSA", None, 7, []]
)
def test_no_other_algorithm_is_taken_though_the_key_is_right(algorithm: object) -> None:
    token = signed({**HEADER, "alg": algorithm}, CLAIMS, key_of_ours())
    assert TOKENS.read(token, NOW) is None
    assert TOKENS.read(token.rpartition(".")[0] + ".", NOW) is None


def test_a_key_of_another_kind_or_one_that_the_token_brings_along_signs_nothing() -> None:
    public = RSA.as_pem(private=False)
    by_rsa = jwt.encode({**HEADER, "alg": "RS256"}, CLAIMS, RSA, algorithms=["RS256"])
    brought = OctKey.import_key(b"k" * 32)
    tokens = [
        by_rsa,
        signed(HEADER, CLAIMS, public),  # an RSA key's public half as a shared secret
        signed(HEADER, CLAIMS, b""),
        signed(HEADER, CLAIMS, MASTER),
        signed({**HEADER, "jwk": brought.as_dict()}, CLAIMS, b"k" * 32),
        signed({**HEADER, "jku": "http://127.0.0.1:9/keys", "kid": "../../dev/null"}, CLAIMS, b""),
        signed({**HEADER, "kid": "0' OR 1=1"}, CLAIMS, b"k" * 32),
    ]
    assert [TOKENS.read(token, NOW) for token in tokens] == [None] * len(tokens)


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "other"},
        {"aud": "other"},
        {"aud": ["medianest", "other"]},
        {"iss": None, "aud": None},
        {"sub": "nobody"},
        {"sub": None},
        {"sid": 1},
        {"exp": None},
        {"exp": "later"},
        {"exp": int(NOW.timestamp())},
        {"exp": float("nan")},
        {"auth_time": "noon"},
        {"auth_time": 1e300},
    ],
)
def test_claims_that_are_not_ours_open_nothing_though_the_signature_is(change: dict[str, Any]) -> None:
    assert TOKENS.read(signed(HEADER, {**CLAIMS, **change}, key_of_ours()), NOW) is None


def test_an_extension_that_we_do_not_know_but_should_is_refused() -> None:
    assert TOKENS.read(signed({**HEADER, "crit": ["b64"], "b64": False}, CLAIMS, key_of_ours()), NOW) is None


def test_a_token_is_over_to_the_second_and_a_huge_one_is_not_looked_at() -> None:
    assert TOKENS.read(GOOD, NOW + timedelta(seconds=900)) is None
    assert TOKENS.read(signed(HEADER, {**CLAIMS, "more": "x" * 5000}, key_of_ours()), NOW) is None
    assert TOKENS.read("a." * 500_000, NOW) is None


@given(token=st.text() | st.lists(st.text(), min_size=3, max_size=5).map(".".join) | st.binary().map(bytes.hex))
def test_nonsense_is_nobody(token: str) -> None:
    assert TOKENS.read(token, NOW) is None


@given(at=st.integers(0, len(GOOD) - 1), sign=st.sampled_from("AZaz09-_.=\0\u00e4 \n"))
def test_a_token_of_which_one_character_was_changed_is_nobody(at: int, sign: str) -> None:
    changed = GOOD[:at] + sign + GOOD[at + 1 :]
    if changed != GOOD:
        assert TOKENS.read(changed, NOW) is None


@given(part=st.sampled_from([0, 1]), value=st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists))
def test_whatever_json_stands_in_a_signed_token_is_read_without_a_complaint(part: int, value: object) -> None:
    header, claims = (value, CLAIMS) if part == 0 else (HEADER, value)
    assert TOKENS.read(signed(header, claims, key_of_ours()), NOW) is None


NAMES = st.sampled_from([b"authorization", b"x-api-key", b"cookie", b"x-csrf-token"])
VALUES = st.binary(max_size=40) | st.sampled_from(
    [
        b"Bearer ",
        b"Bearer",
        b"bearer a",
        b"Bearer a b",
        b"Bearer \0",
        b"Basic eDp5",
        PREFIX.encode(),
        b"mn_\xff",
        b"," * 99,
    ]
)


def shown_or_refused(*headers: tuple[bytes, bytes]) -> str | None:
    try:
        return shown_in(asked(*headers))
    except HttpProblem as problem:
        return problem.code


@given(headers=st.lists(st.tuples(NAMES, VALUES), max_size=4))
def test_whatever_the_headers_hold_is_read_or_refused_by_name(headers: list[tuple[bytes, bytes]]) -> None:
    shown = shown_or_refused(*headers)
    assert shown is None or shown.isascii()
    assert TOKENS.read(shown or "", NOW) is None
    if shown == "two_credentials":
        assert len([name for name, _ in headers if name in (b"authorization", b"x-api-key")]) > 1
