"""Telling TMDB's two kinds of key apart."""

import pytest

from medianest.adapters.tmdb import tmdb_credentials

V3 = "0123456789abcdef0123456789ABCDEF"
V4 = "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJ4In0.c2ln-_"


def test_a_v3_key_goes_into_the_query() -> None:
    credentials = tmdb_credentials(f" {V3}\n")
    assert (credentials.params, credentials.headers) == ({"api_key": V3}, {})


@pytest.mark.parametrize("token", [V4, "a-token-of-our-own", V3[:-1]])
def test_a_token_goes_into_the_header(token: str) -> None:
    credentials = tmdb_credentials(token)
    assert (credentials.params, credentials.headers) == ({}, {"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize("token", [V3, V4])
def test_the_text_of_credentials_holds_no_key(token: str) -> None:
    assert token not in repr(tmdb_credentials(token))


@pytest.mark.parametrize("token", ["", "two words", V4 + "\r\nX: y", "a.b.ü"])
def test_what_is_no_token_is_refused_without_repeating_it(token: str) -> None:
    with pytest.raises(ValueError, match="MEDIANEST_TMDB_TOKEN") as refused:
        tmdb_credentials(token)
    assert not token or token not in str(refused.value)
