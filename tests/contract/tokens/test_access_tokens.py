"""What access tokens promise: ours, fresh and unchanged, or nothing."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey

from medianest.adapters.security.access_tokens import JoseAccessTokens
from medianest.ports.sessions import Session

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SESSION = Session(session_id=UUID(int=1), user_id=UUID(int=2), authenticated_at=NOW)
TOKENS = JoseAccessTokens(b"m" * 32)


def test_a_token_speaks_of_its_session_for_fifteen_minutes() -> None:
    token = TOKENS.issue(SESSION, NOW)
    assert TOKENS.lifetime == 900
    assert TOKENS.read(token, NOW) == SESSION
    assert TOKENS.read(token, NOW + timedelta(seconds=899)) == SESSION
    assert TOKENS.read(token, NOW + timedelta(seconds=900)) is None


def test_no_two_tokens_are_alike() -> None:
    assert TOKENS.issue(SESSION, NOW) != TOKENS.issue(SESSION, NOW)


def test_another_server_or_issuer_is_foreign() -> None:
    assert TOKENS.read(JoseAccessTokens(b"n" * 32).issue(SESSION, NOW), NOW) is None
    assert TOKENS.read(JoseAccessTokens(b"m" * 32, issuer="other").issue(SESSION, NOW), NOW) is None


def test_the_signing_key_is_not_the_master_key() -> None:
    claims = {
        "iss": "medianest",
        "aud": "medianest",
        "sub": str(UUID(int=2)),
        "sid": str(UUID(int=1)),
        "auth_time": 1,
        "exp": 9e9,
    }
    forged = jwt.encode({"alg": "HS256", "typ": "at+jwt"}, claims, OctKey.import_key(b"m" * 32))
    assert TOKENS.read(forged, NOW) is None


@pytest.mark.parametrize("header", [{"alg": "none"}, {"alg": "HS512"}, {"alg": "HS256", "typ": "JWT"}, {}])
def test_another_algorithm_or_type_is_refused(header: dict[str, str]) -> None:
    _, payload, signature = TOKENS.issue(SESSION, NOW).split(".")
    other = urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    assert TOKENS.read(f"{other}.{payload}.{signature}", NOW) is None
    assert TOKENS.read(f"{other}.{payload}.", NOW) is None


@pytest.mark.parametrize("typ", ["at+jwt", "JWT", None])
def test_a_token_of_another_type_is_refused_though_we_signed_it(typ: str | None) -> None:
    claims = jwt.decode(TOKENS.issue(SESSION, NOW), TOKENS._key).claims
    signed = jwt.encode({"alg": "HS256"} | ({"typ": typ} if typ else {}), claims, TOKENS._key)
    assert TOKENS.read(signed, NOW) == (SESSION if typ == "at+jwt" else None)


def test_a_changed_claim_is_refused() -> None:
    header, payload, signature = TOKENS.issue(SESSION, NOW).split(".")
    claims = json.loads(urlsafe_b64decode(payload + "=="))
    claims["sub"] = str(UUID(int=9))
    changed = urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    assert TOKENS.read(f"{header}.{changed}.{signature}", NOW) is None


@given(token=st.text() | st.lists(st.text("abcZ019-_"), min_size=3, max_size=5).map(".".join))
def test_nonsense_is_nobody(token: str) -> None:
    assert TOKENS.read(token, NOW) is None


def test_a_short_master_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        JoseAccessTokens(b"short")
