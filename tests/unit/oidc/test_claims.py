"""From claims to a person: whatever a provider claims, it is a person or a refusal, and never more than was said."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest.adapters.oidc.claims import identity_from, is_complete
from medianest.ports.oidc import OidcIdentity, Provider

PLAIN = Provider(slug="own", name="Own", issuer="https://id.example.org", client_id="medianest")
GROUPS = Provider(slug="own", name="Own", issuer=PLAIN.issuer, client_id="medianest", role_claim="realm.roles")

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
KNOWN = st.sampled_from(["email", "email_verified", "name", "preferred_username", "nickname", "realm", "realm.roles"])


def person(signed: dict[str, Any], asked: dict[str, Any] | None = None, provider: Provider = PLAIN) -> OidcIdentity:
    return identity_from({"sub": "ada", **signed}, asked or {}, provider)


@given(st.dictionaries(KNOWN, JSON), st.dictionaries(KNOWN, JSON))
def test_whatever_is_claimed_a_person_is_made_of_it(signed: dict[str, Any], asked: dict[str, Any]) -> None:
    found = person(signed, asked, GROUPS)
    assert (found.issuer, found.subject) == (PLAIN.issuer, "ada")
    assert found.email is None or (found.email.isprintable() and len(found.email) <= 254)
    assert found.name is None or (found.name.isprintable() and 1 <= len(found.name) <= 100)
    assert all(isinstance(value, str) for value in found.role_values)
    assert not found.is_email_verified or found.email is not None
    is_complete(signed, GROUPS)


@pytest.mark.parametrize(
    ("signed", "asked", "expected"),
    [
        ({"email": "a@x.org", "email_verified": True}, {}, ("a@x.org", True)),
        ({"email": "a@x.org", "email_verified": "true"}, {}, ("a@x.org", True)),
        ({"email": "a@x.org", "email_verified": "false"}, {}, ("a@x.org", False)),
        ({"email": "a@x.org", "email_verified": 0}, {}, ("a@x.org", False)),
        ({"email": "a@x.org", "email_verified": "yes"}, {}, ("a@x.org", False)),
        ({"email": "a@x.org"}, {}, ("a@x.org", False)),
        ({}, {"email": "a@x.org", "email_verified": True}, ("a@x.org", True)),
        ({"email": "a@x.org"}, {"email": "a@x.org", "email_verified": True}, ("a@x.org", True)),
        ({"email": "a@x.org"}, {"email": "b@x.org", "email_verified": True}, ("a@x.org", False)),
        ({"email": "a@x.org"}, {"email_verified": True}, ("a@x.org", False)),
        ({"email_verified": True}, {"email": "b@x.org"}, ("b@x.org", False)),
        (
            {"email": "a@x.org", "email_verified": False},
            {"email": "a@x.org", "email_verified": True},
            ("a@x.org", False),
        ),
        ({"email": "no address", "email_verified": True}, {}, (None, False)),
        ({"email": "a@x.org\n", "email_verified": True}, {}, (None, False)),
    ],
)
def test_an_address_is_verified_only_by_a_word_about_that_address(
    signed: dict[str, Any], asked: dict[str, Any], expected: tuple[str | None, bool]
) -> None:
    found = person(signed, asked)
    assert (found.email, found.is_email_verified) == expected


@pytest.mark.parametrize(
    ("signed", "expected"),
    [
        ({"name": "Ada", "preferred_username": "ada1"}, "Ada"),
        ({"name": " \n", "preferred_username": "ada1"}, "ada1"),
        ({"name": "Ada\u202e\n  Lovelace\x00"}, "Ada Lovelace"),
        ({"name": "A" * 150}, "A" * 100),
        ({"name": 7}, None),
    ],
)
def test_a_name_is_one_line_that_can_be_shown(signed: dict[str, Any], expected: str | None) -> None:
    assert person(signed).name == expected


@pytest.mark.parametrize(
    ("signed", "asked", "expected"),
    [
        ({"realm": {"roles": ["owners", 7, "makers"]}}, {}, ("owners", "makers")),
        ({"realm.roles": "owners"}, {}, ("owners",)),
        ({"realm": {"roles": []}}, {"realm": {"roles": ["owners"]}}, ()),
        ({"realm": "roles"}, {"realm": {"roles": ["owners"]}}, ("owners",)),
        ({"realm": {"roles": {"owners": True}}}, {}, ()),
        ({}, {}, ()),
    ],
)
def test_values_for_roles_are_texts_at_the_end_of_the_path(
    signed: dict[str, Any], asked: dict[str, Any], expected: tuple[str, ...]
) -> None:
    assert person(signed, asked, GROUPS).role_values == expected
    assert person(signed, asked, PLAIN).role_values == ()


def test_nothing_is_left_to_ask_once_all_that_counts_was_said() -> None:
    said = {"email": "a@x.org", "email_verified": False, "name": "Ada"}
    assert is_complete(said, PLAIN)
    assert not is_complete(said, GROUPS)
    assert is_complete({**said, "realm": {"roles": []}}, GROUPS)
    assert not any(is_complete({k: v for k, v in said.items() if k != left_out}, PLAIN) for left_out in said)
