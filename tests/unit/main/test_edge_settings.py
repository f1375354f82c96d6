"""Settings of the edge: proxies, origins and private networks, as people write them."""

import pytest

from medianest.adapters.http.foundation.origins import origins_of
from medianest.application.networks import networks_of
from medianest.application.outgoing import AllowedAddresses
from medianest.main.settings.source import load_settings
from tests.unit.main.test_settings import refusal


def test_by_default_nobody_is_believed_let_in_or_called() -> None:
    settings = load_settings({})
    assert (settings.trusted_proxies, settings.cors_origins, settings.allow_private_addresses) == (None, None, "off")


def test_lists_are_taken_as_people_write_them() -> None:
    settings = load_settings(
        {
            "MEDIANEST_TRUSTED_PROXIES": " 127.0.0.1,172.18.0.0/16 , fd00::/8",
            "MEDIANEST_CORS_ORIGINS": "https://nest.example.org/, http://192.168.1.5:3000",
            "MEDIANEST_ALLOW_PRIVATE_ADDRESSES": "192.168.1.0/24,fd12::/48",
        }
    )
    assert len(networks_of(settings.trusted_proxies or "")) == 3
    assert origins_of(settings.cors_origins or "") == {"https://nest.example.org", "http://192.168.1.5:3000"}
    assert len(AllowedAddresses.of(settings.allow_private_addresses).networks) == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRUSTED_PROXIES", "*"),
        ("TRUSTED_PROXIES", "proxy.local"),
        ("TRUSTED_PROXIES", "0.0.0.0/0"),
        ("TRUSTED_PROXIES", "::/0"),
        ("TRUSTED_PROXIES", "172.18.0.1/16"),
        ("TRUSTED_PROXIES", "10.0.0.0/8,"),
        ("TRUSTED_PROXIES", "10.0.0.256"),
        ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "null"),
        ("CORS_ORIGINS", "https://*.example.org"),
        ("CORS_ORIGINS", "https://nest.example.org/app"),
        ("CORS_ORIGINS", "https://nest.example.org, *"),
        ("ALLOW_PRIVATE_ADDRESSES", "yes"),
        ("ALLOW_PRIVATE_ADDRESSES", "192.168.1.5/24"),
        ("ALLOW_PRIVATE_ADDRESSES", "home.local"),
    ],
)
def test_a_list_that_says_nothing_clear_stops_the_start(name: str, value: str) -> None:
    line = refusal(**{name: value})
    assert line.startswith(f"MEDIANEST_{name}: ")
    assert f"Example: MEDIANEST_{name}=" in line
