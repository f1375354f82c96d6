"""The two ends of the code flow in authlib's words: where the browser goes, and what its code is worth.

authlib's own HTTP client is left aside: it wants the successor of httpx. Its sans-I/O parts want nothing.
"""

import secrets
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote_plus

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.client import DEFAULT_HEADERS, OAuth2Client
from authlib.oauth2.rfc6749.parameters import prepare_token_request

from medianest.adapters.oidc.answers import ask
from medianest.adapters.oidc.discovery import Metadata
from medianest.ports.failures import OidcUnavailable, asked_wait
from medianest.ports.oidc import OidcRejected, OidcStart, Provider

METHODS: Final = ("client_secret_basic", "client_secret_post")

NONSENSE: Final = (ValueError, TypeError, AttributeError, KeyError, OverflowError, RecursionError)
"""What authlib and json raise for a body that is no token."""


class _Client(OAuth2Client):  # type: ignore[misc]  # authlib is untyped
    # Its usual one refuses, with a ValueError, what many providers write into their descriptions.
    oauth_error_class = AuthlibBaseError


def start_of(provider: Provider, metadata: Metadata, redirect_uri: str) -> OidcStart:
    """An authorization request of its own for this browser: 256 random bits each for state and nonce, 512 for PKCE."""
    state, nonce, code_verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    url, _ = _client_of(provider, metadata).create_authorization_url(
        metadata.authorization_endpoint,
        redirect_uri=redirect_uri,
        state=state,
        nonce=nonce,
        code_verifier=code_verifier,
    )
    return OidcStart(
        url=str(url),
        issuer=provider.issuer,
        redirect_uri=redirect_uri,
        state=state,
        nonce=nonce,
        code_verifier=code_verifier,
    )


async def tokens_for(
    client: httpx.AsyncClient, provider: Provider, metadata: Metadata, start: OidcStart, code: str
) -> tuple[str, str]:
    """The ID token and the access token. Raises OidcUnavailable and OidcRejected."""
    oauth = _client_of(provider, metadata)
    body = prepare_token_request(
        "authorization_code", code=code, redirect_uri=start.redirect_uri, code_verifier=start.code_verifier
    )
    url, headers, body = _authentication(provider, oauth.token_endpoint_auth_method).prepare(
        "POST", metadata.token_endpoint, dict(DEFAULT_HEADERS), body
    )
    answer = await ask(client, client.build_request("POST", url, headers=headers, content=body))
    try:
        token: Mapping[str, Any] = oauth.parse_response_token(answer)
    except AuthlibBaseError as refusal:
        raise _refused(str(refusal.error)) from None
    except httpx.HTTPStatusError:
        raise OidcUnavailable("http_error", retry_after=asked_wait(answer.headers.get("retry-after"))) from None
    except NONSENSE:
        raise OidcUnavailable("nonsense", retry_after=30.0) from None
    access_token, id_token = token.get("access_token"), token.get("id_token")
    if not answer.is_success or not isinstance(access_token, str):
        raise OidcUnavailable("nonsense", retry_after=30.0)
    if not isinstance(id_token, str):
        raise OidcRejected("token_missing", "The provider said nothing of who this is. Is openid among the scopes?")
    return id_token, access_token


def method_of(provider: Provider, metadata: Metadata) -> str:
    """How we say who we are at the token endpoint (Core, 9). Raises OidcRejected where there is no way to."""
    if provider.client_secret is None:
        return "none"
    known = metadata.token_endpoint_auth_methods_supported or [METHODS[0]]
    for method in METHODS:
        if method in known:
            return method
    raise OidcRejected(
        "client_refused", f"The provider takes the client secret in none of these ways: {', '.join(METHODS)}."
    )


def _client_of(provider: Provider, metadata: Metadata) -> Any:
    return _Client(
        None,
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        token_endpoint_auth_method=method_of(provider, metadata),
        scope=" ".join(provider.scopes),
        code_challenge_method="S256",
    )


def _authentication(provider: Provider, method: str) -> Any:
    """In a header both are form-encoded first (RFC 6749, 2.3.1), which authlib leaves to us."""
    form = quote_plus if method == "client_secret_basic" else str
    return ClientAuth(form(provider.client_id), form(provider.client_secret or ""), method)


def _refused(error: str) -> OidcRejected | OidcUnavailable:
    """RFC 6749, 5.2. Its description stays where it is: it may repeat what we sent."""
    match error:
        case "invalid_grant":
            return OidcRejected("code_refused")
        case "invalid_client" | "unauthorized_client":
            return OidcRejected(
                "client_refused", "The provider does not know this client id, or its secret is another."
            )
        case "server_error" | "temporarily_unavailable" | "slow_down":
            return OidcUnavailable("http_error")
    return OidcRejected("provider_refused")
