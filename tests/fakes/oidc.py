"""`OidcClient` without a provider."""

import secrets
from urllib.parse import parse_qs, urlencode, urlsplit

from medianest.ports.failures import OidcUnavailable
from medianest.ports.oidc import OidcCallback, OidcIdentity, OidcRejected, OidcStart, Provider


class FakeOidcClient:
    """Implements `OidcClient`. Every issuer answers but those in `away`; `agree` and `deny` are the person at the
    provider's page."""

    def __init__(self) -> None:
        self.away: set[str] = set()
        self._codes: dict[str, tuple[str, OidcIdentity]] = {}

    def agree(self, start: OidcStart, person: OidcIdentity) -> OidcCallback:
        code = secrets.token_urlsafe(16)
        self._codes[code] = (start.nonce, person)
        return OidcCallback(state=_state(start), code=code, iss=start.issuer)

    def deny(self, start: OidcStart) -> OidcCallback:
        return OidcCallback(state=_state(start), error="access_denied", iss=start.issuer)

    async def begin(self, provider: Provider, redirect_uri: str) -> OidcStart:
        await self.check(provider)
        state = secrets.token_urlsafe(16)
        asked = {"client_id": provider.client_id, "redirect_uri": redirect_uri, "state": state}
        return OidcStart(
            url=f"{provider.issuer.rstrip('/')}/authorize?{urlencode(asked)}",
            issuer=provider.issuer,
            redirect_uri=redirect_uri,
            state=state,
            nonce=secrets.token_urlsafe(16),
            code_verifier=secrets.token_urlsafe(32),
        )

    async def finish(self, provider: Provider, start: OidcStart, callback: OidcCallback) -> OidcIdentity:
        if start.issuer != provider.issuer:
            raise OidcRejected("wrong_provider")
        if start.state != callback.state:
            raise OidcRejected("wrong_state")
        if callback.iss not in (None, provider.issuer):
            raise OidcRejected("foreign_issuer")
        if callback.error is not None:
            raise OidcRejected("access_denied" if callback.error == "access_denied" else "provider_refused")
        await self.check(provider)
        nonce, person = self._codes.pop(callback.code or "", (None, None))
        if person is None:
            raise OidcRejected("code_refused")
        if nonce != start.nonce:
            raise OidcRejected("nonce_wrong")
        return person

    async def check(self, provider: Provider) -> None:
        if provider.issuer in self.away:
            raise OidcUnavailable("unreachable")


def _state(start: OidcStart) -> str:
    return parse_qs(urlsplit(start.url).query)["state"][0]
