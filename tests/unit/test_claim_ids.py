"""One address has one claim, however it is spelled, and nobody can tell the address from the claim."""

import hashlib
import hmac

import pytest

from medianest.adapters.security.claim_ids import HmacClaimIds

CLAIMS = HmacClaimIds(bytes(32))


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("ada@example.org", "ADA@Example.ORG"),
        ("ada@example.org", "  ada@example.org\n"),
        ("jos\u00e9@example.org", "jose\u0301@example.org"),
        ("stra\u00dfe@example.org", "STRASSE@example.org"),
        ("\uff41da@example.org", "ada@example.org"),
    ],
)
def test_every_spelling_of_an_address_has_the_same_claim(one: str, same: str) -> None:
    assert CLAIMS.of_email(one) == CLAIMS.of_email(same)


@pytest.mark.parametrize("other", ["ada@example.com", "ad@example.org", "ada+1@example.org", ""])
def test_another_address_has_another_claim(other: str) -> None:
    assert CLAIMS.of_email("ada@example.org") != CLAIMS.of_email(other)


def test_a_claim_stays_what_it_is_for_ever() -> None:
    """Stored claims depend on it; worked out by hand here (HKDF of RFC 5869 with an empty salt, then HMAC)."""
    extracted = hmac.digest(bytes(32), bytes(32), hashlib.sha256)
    key = hmac.digest(extracted, b"medianest claim ids\x01", hashlib.sha256)
    expected = hmac.digest(key, b"e-mail\0ada@example.org", hashlib.sha256)[:16]
    assert CLAIMS.of_email("ada@example.org").bytes == expected


def test_another_server_has_other_claims() -> None:
    assert HmacClaimIds(b"\1" * 32).of_email("ada@example.org") != CLAIMS.of_email("ada@example.org")
