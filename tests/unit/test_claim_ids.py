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
        ("ada@m\u00fcller.example", "Ada@MU\u0308LLER.example"),
        ("ada@fu\u00dfball.example", "ADA@Fu\u00dfball.EXAMPLE"),
        ("ada@a\u3002example", "ada@a.example"),
    ],
)
def test_every_spelling_of_an_address_has_the_same_claim(one: str, same: str) -> None:
    assert CLAIMS.of_email(one) == CLAIMS.of_email(same)


@pytest.mark.parametrize("other", ["ada@example.com", "ad@example.org", "ada+1@example.org", ""])
def test_another_address_has_another_claim(other: str) -> None:
    assert CLAIMS.of_email("ada@example.org") != CLAIMS.of_email(other)


@pytest.mark.parametrize(("one", "other"), [("fu\u00dfball", "fussball"), ("\u03c3\u03b1\u03c2", "\u03c3\u03b1\u03c3")])
def test_domains_of_two_owners_are_never_one_address(one: str, other: str) -> None:
    """IDNA 2003 and case folding make one of them."""
    assert CLAIMS.of_email(f"anna@{one}.example") != CLAIMS.of_email(f"anna@{other}.example")


@pytest.mark.parametrize(
    "address", ["ada@example.org", "ada@m\u00fcller.example", "ada@\u2615.example", "ada@xn--tda.example"]
)
def test_a_claim_stays_what_it_is_for_ever(address: str) -> None:
    """Stored claims depend on it; worked out by hand here (HKDF of RFC 5869 with an empty salt, then HMAC)."""
    extracted = hmac.digest(bytes(32), bytes(32), hashlib.sha256)
    key = hmac.digest(extracted, b"medianest claim ids\x01", hashlib.sha256)
    expected = hmac.digest(key, b"e-mail\0" + address.encode(), hashlib.sha256)[:16]
    assert CLAIMS.of_email(address).bytes == expected


def test_another_server_has_other_claims() -> None:
    assert HmacClaimIds(b"\1" * 32).of_email("ada@example.org") != CLAIMS.of_email("ada@example.org")
