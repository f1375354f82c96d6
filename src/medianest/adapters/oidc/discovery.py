"""What a provider says of itself (OpenID Connect Discovery 1.0)."""

from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

import httpx
import msgspec

from medianest.adapters.oidc.answers import Shelf, ask_json
from medianest.adapters.oidc.id_token import ALGORITHMS
from medianest.ports.oidc import OidcRejected
from medianest.ports.surroundings import Clock

LIFETIME: Final = timedelta(hours=1)
MOST_PROVIDERS: Final = 64


class Metadata(msgspec.Struct, frozen=True):
    """The part of it that is of use here, under its own names (Discovery, 3; RFC 9207, 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    id_token_signing_alg_values_supported: list[str] | None = None
    token_endpoint_auth_methods_supported: list[str] | None = None
    authorization_response_iss_parameter_supported: bool | None = None


class Discovery:
    """Asks providers for their metadata, and keeps it for an hour."""

    def __init__(self, client: httpx.AsyncClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._shelf: Shelf[Metadata] = Shelf(size=MOST_PROVIDERS, lifetime=LIFETIME)

    async def of(self, issuer: str) -> Metadata:
        """Raises OidcUnavailable and OidcRejected."""
        return self._shelf.find(issuer, self._clock.now()) or await self.afresh(issuer)

    async def afresh(self, issuer: str) -> Metadata:
        asked_at = self._clock.now()
        # A slash at the end of the issuer is not doubled (Discovery, 4.1).
        url = issuer.removesuffix("/") + "/.well-known/openid-configuration"
        metadata = await ask_json(self._client, url, Metadata)
        check_metadata(metadata, issuer)
        self._shelf.put(issuer, metadata, asked_at)
        return metadata


def check_metadata(metadata: Metadata, issuer: str) -> None:
    """Raises OidcRejected for metadata that is not about `issuer`, or is of no use, or not safe to use."""
    if metadata.issuer != issuer:  # exactly, or one provider could speak for another (Discovery, 4.3)
        slash = metadata.issuer.rstrip("/") == issuer.rstrip("/")
        raise OidcRejected(
            "foreign_issuer",
            "The provider writes its issuer otherwise: mind the slash at the end, which belongs to it or does not."
            if slash
            else "What answers at the issuer's address calls itself by another name. Check the issuer.",
        )
    algorithms = metadata.id_token_signing_alg_values_supported
    if algorithms is not None and not ALGORITHMS & set(algorithms):
        raise OidcRejected(
            "algorithm_not_allowed",
            f"The provider signs with none of {', '.join(sorted(ALGORITHMS))}. Choose one there.",
        )
    for url in (
        metadata.authorization_endpoint,
        metadata.token_endpoint,
        metadata.jwks_uri,
        metadata.userinfo_endpoint,
    ):
        if url is not None and not _is_safe(url, issuer):
            raise OidcRejected("endpoint_unsafe", "The provider names an address that is not safe to use.")


def _is_safe(url: str, issuer: str) -> bool:
    """Whether it is plainly an address, and as well guarded on its way as the issuer."""
    try:
        parts = urlsplit(url)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    schemes = ("https",) if issuer.startswith("https:") else ("http", "https")
    is_plain = url.isascii() and url.isprintable() and not set(' @\\"<>#') & set(url)
    return is_plain and has_port and parts.scheme in schemes and bool(parts.hostname)
