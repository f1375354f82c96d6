"""Signing in by the word of somebody else: OpenID Connect, authorization code flow with PKCE (OpenID Connect Core 1.0,
RFC 7636)."""

import re
from collections.abc import Collection, Mapping
from typing import Literal, Protocol
from urllib.parse import urlsplit

import msgspec

from medianest.domain.user.vocabulary import Role

SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")
SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
CREDENTIAL = re.compile(r"[\x20-\x7e]+")
"""RFC 6749, appendix A: what scopes, client ids and client secrets may hold."""


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whose word on who people are is taken.

    `slug` is its short name for ever, in addresses and events; `name` is what people read. `issuer` is to be written
    exactly as the provider writes it, with or without a slash at the end. A provider has a say in who is what here
    where `role_claim` is set: the name of a claim, or a path to it with dots (`realm_access.roles`), whose values
    `roles` gives a role to. `links_by_verified_email`: whoever it says owns the address of an account here becomes
    that account, if the address was proved here as well. `may_register`: strangers whom it vouches for become members.

    Raises ValueError, in words for whoever wrote it, for what no provider can be.
    """

    slug: str
    name: str
    issuer: str
    client_id: str
    client_secret: str | None = None
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    role_claim: str | None = None
    roles: Mapping[str, Role] = {}
    links_by_verified_email: bool = False
    may_register: bool = False

    def __post_init__(self) -> None:
        if not SLUG.fullmatch(self.slug) or self.slug == "plex":
            raise ValueError("The short name has 1 to 32 letters (a to z), digits and hyphens, and is not plex.")
        if not _is_issuer(self.issuer):
            raise ValueError("The issuer looks like https://id.example.org, without a password, a ? or a #.")
        secret = self.client_id if self.client_secret is None else self.client_secret
        if not CREDENTIAL.fullmatch(self.client_id) or not CREDENTIAL.fullmatch(secret):
            raise ValueError("The client id and its secret hold printable ASCII characters alone.")
        if "openid" not in self.scopes or not all(SCOPE.fullmatch(scope) for scope in self.scopes):
            raise ValueError("The scopes are words without spaces, and openid is one of them.")

    def __repr__(self) -> str:
        return f"Provider({self.slug!r}, issuer={self.issuer!r})"

    def role_for(self, values: Collection[str]) -> Role | None:
        """The role of somebody for whom the provider says these values; None where it has no say in it. Whoever has
        no value that makes an administrator is a member, also if they were more before."""
        if self.role_claim is None:
            return None
        return "admin" if "admin" in {self.roles.get(value) for value in values} else "member"


class OidcStart(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in under way. The person's browser goes to `url`; the rest stays with us, bound to that browser, until
    it comes back to `redirect_uri`: who holds it could finish in the person's place."""

    url: str
    issuer: str
    redirect_uri: str
    state: str
    nonce: str
    code_verifier: str

    def __repr__(self) -> str:
        return f"OidcStart(issuer={self.issuer!r})"


class OidcCallback(msgspec.Struct, frozen=True, kw_only=True):
    """What the browser brought back from the provider, as it came (RFC 6749, 4.1.2; `iss`: RFC 9207)."""

    state: str | None = None
    code: str | None = None
    iss: str | None = None
    error: str | None = None

    def __repr__(self) -> str:
        return f"OidcCallback(error={self.error!r})"


class OidcIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody as the provider knows them: `issuer` and `subject` together, for ever. Whatever else it says may
    change. `email` proves nothing unless `is_email_verified`. `role_values` is what the role claim says."""

    issuer: str
    subject: str
    email: str | None = None
    is_email_verified: bool = False
    name: str | None = None
    role_values: tuple[str, ...] = ()


Rejection = Literal[
    "wrong_provider",  # the sign-in began at another one
    "wrong_state",  # the browser that came back is not the one that went, or nobody went
    "foreign_issuer",  # somebody else answers in the provider's place: metadata, response or token
    "access_denied",  # the person or the provider said no
    "provider_refused",  # the provider said no to our request as such
    "code_refused",  # the code is used, expired or not ours
    "client_refused",  # the provider does not know our client id or secret
    "token_missing",
    "token_malformed",
    "algorithm_not_allowed",
    "key_unknown",
    "signature_wrong",
    "audience_wrong",
    "nonce_wrong",
    "subject_wrong",
    "token_expired",
    "token_not_yet_valid",
    "endpoint_unsafe",  # the provider would have us send secrets in clear, or to what is no address
]
"""Why somebody's word was not taken: stable, for logs and for those who set providers up."""


class OidcRejected(Exception):
    """The provider's answer, or what the browser brought, is not to be trusted or says no. The text holds no secret
    and nothing that came from outside."""

    def __init__(self, reason: Rejection, text: str = "The sign-in was not accepted. Try it once more.") -> None:
        super().__init__(text)
        self.reason: Rejection = reason


class OidcClient(Protocol):
    """Raises `OidcUnavailable` when the provider is down, slow or talks nonsense, OidcRejected when it is not to be
    trusted or says no, and Refused when it leads to an address that may not be called from here."""

    async def begin(self, provider: Provider, redirect_uri: str) -> OidcStart:
        """Where to send the browser, which comes back to `redirect_uri`."""

    async def finish(self, provider: Provider, start: OidcStart, callback: OidcCallback) -> OidcIdentity:
        """Who came back. Both `start` and the provider's code are good for one use, which is for the caller and for
        the provider to see to."""

    async def check(self, provider: Provider) -> None:
        """Whether people could be sent there now, asked afresh: for whoever sets a provider up."""


def _is_issuer(text: str) -> bool:
    """OpenID Connect Discovery 1.0, 3: a URL without query and fragment. Plain http is for one's own network."""
    try:
        parts = urlsplit(text)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    is_plain = text.isascii() and text.isprintable() and not set(' ?#@\\"<>') & set(text)
    return is_plain and has_port and parts.scheme in ("http", "https") and bool(parts.hostname)
