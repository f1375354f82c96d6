"""From the settings to a provider, and to who may be called for it."""

import pytest

from medianest.adapters.standin.server import Answer
from medianest.main.oidc import LIMITS, oidc_client, oidc_http, settings_provider
from medianest.main.settings import SettingsError
from medianest.main.settings.source import load_settings
from medianest.ports.failures import OidcUnavailable
from medianest.ports.oidc import Provider
from tests.fakes.clock import FakeClock
from tests.fakes.oidc_provider import OidcProvider

SMALLEST = {
    "MEDIANEST_PUBLIC_URL": "https://nest.example.org",
    "MEDIANEST_OIDC_ISSUER": "https://id.example.org/realms/home/",
    "MEDIANEST_OIDC_CLIENT_ID": "medianest",
}
WHOLE = {
    **SMALLEST,
    "MEDIANEST_OIDC_CLIENT_SECRET": "hush-hush",
    "MEDIANEST_OIDC_NAME": "The family",
    "MEDIANEST_OIDC_SCOPES": "openid  email groups",
    "MEDIANEST_OIDC_ROLE_CLAIM": "realm_access.roles",
    "MEDIANEST_OIDC_ADMIN_VALUES": "owners, nest admins ",
    "MEDIANEST_OIDC_LINK_BY_EMAIL": "on",
    "MEDIANEST_OIDC_REGISTRATION": "on",
}


def test_without_an_issuer_there_is_no_provider() -> None:
    assert settings_provider(load_settings({})) is None


def test_a_provider_needs_little_and_is_trusted_little() -> None:
    assert settings_provider(load_settings(SMALLEST)) == Provider(
        slug="oidc", name="OpenID Connect", issuer="https://id.example.org/realms/home/", client_id="medianest"
    )


def test_everything_about_a_provider_can_be_set() -> None:
    assert settings_provider(load_settings(WHOLE)) == Provider(
        slug="oidc",
        name="The family",
        issuer="https://id.example.org/realms/home/",
        client_id="medianest",
        client_secret="hush-hush",
        scopes=("openid", "email", "groups"),
        role_claim="realm_access.roles",
        roles={"owners": "admin", "nest admins": "admin"},
        links_by_verified_email=True,
        may_register=True,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MEDIANEST_OIDC_ISSUER", "id.example.org"),
        ("MEDIANEST_OIDC_ISSUER", "https://me:hush-hush@id.example.org"),
        ("MEDIANEST_OIDC_SCOPES", "profile email"),
        ("MEDIANEST_OIDC_SCOPES", "openid_connect"),
        ("MEDIANEST_OIDC_CLIENT_SECRET", "h\u00fcsh-hush"),
        ("MEDIANEST_OIDC_ADMIN_VALUES", "owners,,admins"),
    ],
)
def test_what_cannot_be_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name) as refused:
        load_settings(WHOLE | {name: value})
    assert "sh-hush" not in str(refused.value)


@pytest.mark.parametrize(
    "missing",
    ["MEDIANEST_OIDC_ISSUER", "MEDIANEST_OIDC_CLIENT_ID", "MEDIANEST_PUBLIC_URL", "MEDIANEST_OIDC_ADMIN_VALUES"],
)
def test_half_a_provider_is_refused_at_the_start(missing: str) -> None:
    with pytest.raises(SettingsError, match=missing):
        load_settings({name: value for name, value in WHOLE.items() if name != missing})


def test_what_the_forms_let_through_and_no_issuer_is_refused_at_the_start() -> None:
    settings = load_settings(SMALLEST | {"MEDIANEST_OIDC_ISSUER": "https://id.example.org:99999"})
    with pytest.raises(SettingsError, match="issuer"):
        settings_provider(settings)


async def test_the_owners_own_provider_may_be_in_their_own_network() -> None:
    clock = FakeClock()
    async with OidcProvider(clock) as provider:
        settings = load_settings(SMALLEST | {"MEDIANEST_OIDC_ISSUER": provider.url})
        async for http in oidc_http(settings):
            own = settings_provider(settings)
            assert own is not None
            await oidc_client(http, clock).check(own)
            provider.says["/jwks"] = Answer(body=b" " * (LIMITS.max_body + 1))
            with pytest.raises(OidcUnavailable) as unavailable:
                await oidc_client(http, clock).check(own)
            assert unavailable.value.reason == "broken_off"
