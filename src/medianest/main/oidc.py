"""OpenID Connect, as the settings name it: the provider of the owner's choice, and the way to all others."""

from collections.abc import AsyncIterator
from typing import Final

import httpx

from medianest.adapters.upstream.origins import OriginsClient, origins_client
from medianest.adapters.upstream.transport import Limits
from medianest.application.outgoing import AllowedAddresses
from medianest.main.resources import as_setting
from medianest.main.settings import Settings
from medianest.ports.oidc import OidcClient, Provider
from medianest.ports.surroundings import Clock

SLUG: Final = "oidc"
"""The provider of the settings has this name for ever: accounts are linked under it."""

LIMITS: Final = Limits(total=8.0, attempts=2, max_body=256 * 1024)
"""Somebody waits for each answer, and none of them is long."""


def settings_provider(settings: Settings) -> Provider | None:
    """The provider that the environment names. Raises SettingsError."""
    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        return None
    values = [value.strip() for value in (settings.oidc_admin_values or "").split(",")]
    with as_setting():
        return Provider(
            slug=SLUG,
            name=settings.oidc_name,
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret,
            scopes=tuple(settings.oidc_scopes.split()),
            role_claim=settings.oidc_role_claim,
            roles=dict.fromkeys(filter(None, values), "admin"),
            links_by_verified_email=settings.oidc_link_by_email,
            may_register=settings.oidc_registration,
        )


async def oidc_http(settings: Settings) -> AsyncIterator[OriginsClient]:
    """To any provider that somebody gives, as far as MEDIANEST_ALLOW_PRIVATE_ADDRESSES lets it, and to the owner's own
    wherever it is."""
    provider = settings_provider(settings)
    own = [] if provider is None else [provider.issuer]
    allowed = AllowedAddresses.of(settings.allow_private_addresses)
    with as_setting():
        client = origins_client("oidc", allowed=allowed, own=own, limits=LIMITS)
    async with client:
        yield client


def oidc_client(http: httpx.AsyncClient, clock: Clock) -> OidcClient:
    from medianest.adapters.oidc import AuthlibOidcClient  # late: authlib is for those who serve alone

    return AuthlibOidcClient(http, clock)
