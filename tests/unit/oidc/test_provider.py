"""What a provider may be, and what it has a say in."""

from typing import Any

import pytest

from medianest.ports.oidc import Provider

RIGHT = {"slug": "home", "name": "Home", "issuer": "https://id.example.org/realms/home", "client_id": "medianest"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"slug": ""},
        {"slug": "Home"},
        {"slug": "-home"},
        {"slug": "plex"},  # another way in has that name
        {"slug": "x" * 33},
        {"slug": "home\n"},
        {"issuer": "id.example.org"},
        {"issuer": "ftp://id.example.org"},
        {"issuer": "https://id.example.org?tenant=1"},
        {"issuer": "https://id.example.org#x"},
        {"issuer": "https://me:secret@id.example.org"},
        {"issuer": "https://id.example.org:port"},
        {"issuer": "https://id.example.org/ x"},
        {"issuer": "https://"},
        {"client_id": ""},
        {"client_id": "caf\u00e9"},
        {"client_secret": ""},
        {"client_secret": "two\nlines"},
        {"scopes": ("profile",)},
        {"scopes": ("openid", "two words")},
    ],
)
def test_what_no_provider_can_be_is_refused_without_its_secret(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\.$") as refused:
        Provider(**{**RIGHT, "client_secret": "hush-hush", **wrong})
    assert "hush-hush" not in str(refused.value)


@pytest.mark.parametrize("issuer", ["https://id.example.org/", "http://[::1]:8080/x", "http://authelia:9091"])
def test_an_issuer_is_kept_exactly_as_it_is_written(issuer: str) -> None:
    assert Provider(**{**RIGHT, "issuer": issuer}).issuer == issuer


def test_a_provider_shows_its_secret_nowhere_by_accident() -> None:
    assert "hush-hush" not in repr(Provider(**RIGHT, client_secret="hush-hush"))


@pytest.mark.parametrize(
    ("values", "role"),
    [((), "member"), (("makers",), "member"), (("makers", "owners"), "admin"), (("Owners",), "member")],
)
def test_a_role_follows_from_the_values_that_the_provider_says(values: tuple[str, ...], role: str) -> None:
    provider = Provider(**RIGHT, role_claim="groups", roles={"owners": "admin", "makers": "member"})
    assert provider.role_for(values) == role


def test_a_provider_without_a_role_claim_has_no_say_in_roles() -> None:
    assert Provider(**RIGHT, roles={"owners": "admin"}).role_for(("owners",)) is None
