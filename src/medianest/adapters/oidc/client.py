"""`AuthlibOidcClient`: people come in by the word of an OpenID Connect provider, and every word is checked."""

import hmac
from collections.abc import Mapping
from typing import Any, Final

import httpx

from medianest.adapters.oidc.answers import ask_json
from medianest.adapters.oidc.claims import identity_from, is_complete
from medianest.adapters.oidc.discovery import Discovery, Metadata
from medianest.adapters.oidc.exchange import method_of, start_of, tokens_for
from medianest.adapters.oidc.id_token import read_id_token
from medianest.adapters.oidc.keys import KeyRing
from medianest.ports.failures import OidcUnavailable
from medianest.ports.oidc import OidcCallback, OidcIdentity, OidcRejected, OidcStart, Provider
from medianest.ports.surroundings import Clock

DENIED: Final = frozenset(
    {"access_denied", "login_required", "interaction_required", "consent_required", "account_selection_required"}
)
AWAY: Final = frozenset({"server_error", "temporarily_unavailable"})
LONGEST_CODE: Final = 8192


class AuthlibOidcClient:
    """Implements `OidcClient`. `http` reaches any origin, and is to see to it that none is one that nobody may ask
    for (people name issuers), that no answer is larger or later than is bearable, and that nothing is redirected."""

    def __init__(self, http: httpx.AsyncClient, clock: Clock) -> None:
        self._http = http
        self._clock = clock
        self._discovery = Discovery(http, clock)
        self._keys = KeyRing(http, clock)

    async def begin(self, provider: Provider, redirect_uri: str) -> OidcStart:
        return start_of(provider, await self._discovery.of(provider.issuer), redirect_uri)

    async def finish(self, provider: Provider, start: OidcStart, callback: OidcCallback) -> OidcIdentity:
        _check_browser(provider, start, callback)
        metadata = await self._discovery.of(provider.issuer)
        # Two providers that are used side by side could be mixed up by one of them (RFC 9207).
        if callback.iss is None and metadata.authorization_response_iss_parameter_supported:
            raise OidcRejected("foreign_issuer")
        if not callback.code or len(callback.code) > LONGEST_CODE:
            raise OidcRejected("code_refused")
        id_token, access_token = await tokens_for(self._http, provider, metadata, start, callback.code)
        signed = await self._signed(id_token, provider, metadata, start.nonce)
        asked: Mapping[str, Any] = {}
        if metadata.userinfo_endpoint is not None and not is_complete(signed, provider):
            asked = await ask_json(self._http, metadata.userinfo_endpoint, dict[str, Any], access_token=access_token)
            if asked.get("sub") != signed["sub"]:  # Core, 5.3.2: or its claims are about somebody else
                raise OidcRejected("subject_wrong")
        return identity_from(signed, asked, provider)

    async def check(self, provider: Provider) -> None:
        metadata = await self._discovery.afresh(provider.issuer)
        method_of(provider, metadata)
        await self._keys.afresh(metadata)

    async def _signed(self, token: str, provider: Provider, metadata: Metadata, nonce: str) -> Mapping[str, Any]:
        keys, now = await self._keys.of(metadata), self._clock.now()
        try:
            return read_id_token(token, keys, provider, nonce=nonce, now=now)
        except OidcRejected as rejected:
            # The provider may have changed its keys since (Core, 10.1.1).
            newer = await self._keys.newer(metadata) if rejected.reason == "key_unknown" else None
            if newer is None:
                raise
        return read_id_token(token, newer, provider, nonce=nonce, now=now)


def _check_browser(provider: Provider, start: OidcStart, callback: OidcCallback) -> None:
    """What can be told without asking anybody. Nothing that came in is believed before `state` is."""
    if start.issuer != provider.issuer:
        raise OidcRejected("wrong_provider")
    if not hmac.compare_digest(start.state.encode(), (callback.state or "").encode("utf-8", "replace")):
        raise OidcRejected("wrong_state")
    if callback.iss is not None and callback.iss != provider.issuer:
        raise OidcRejected("foreign_issuer")
    if callback.error in AWAY:
        raise OidcUnavailable("http_error")
    if callback.error is not None:
        raise OidcRejected("access_denied" if callback.error in DENIED else "provider_refused")
