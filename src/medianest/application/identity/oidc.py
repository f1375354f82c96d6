"""Coming in by OpenID Connect: a browser goes to the provider, comes back, and trades a one-time code for tokens.

What is kept meanwhile opens with a token that only that browser has (`binding`, a cookie): a link that a stranger made
neither begins nor completes anybody's sign-in.
"""

import hmac
from datetime import timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

import msgspec

from medianest.application.identity.denials import ChallengeRejected, ProviderDistrusted
from medianest.application.identity.devices import Arrival
from medianest.application.identity.guard import Guard
from medianest.application.identity.linking import OutsideAccount
from medianest.application.identity.links import LinkDesk
from medianest.application.identity.providers import ProviderBook
from medianest.application.identity.sessions import SignedIn
from medianest.application.identity.signing_in import SignIn
from medianest.application.return_address import inside
from medianest.domain.kernel import Refused
from medianest.ports.challenges import Challenges
from medianest.ports.failures import Unavailable
from medianest.ports.oidc import OidcCallback, OidcClient, OidcIdentity, OidcRejected, OidcStart, Provider
from medianest.ports.sessions import Session

UNDER_WAY: Final = timedelta(minutes=10)
"""How long somebody may look for their password at the provider."""
DONE: Final = timedelta(seconds=60)
STARTED: Final = "oidc"
COME_BACK: Final = "oidc_done"


class Departed(msgspec.Struct, frozen=True, kw_only=True):
    """Where to send the browser, and what it is to show when it comes back."""

    url: str
    binding: str


class ComeBack(msgspec.Struct, frozen=True, kw_only=True):
    """Where the browser goes on to. `code` is worth tokens, once; None where an account was linked."""

    return_to: str
    code: str | None


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    slug: str
    start: OidcStart
    return_to: str
    user_id: UUID | None
    session_id: UUID | None


class _Done(msgspec.Struct, frozen=True, kw_only=True):
    user_id: UUID
    binding: str
    link: UUID | None = None


class ReturnFailed(Exception):
    """Somebody came back without being let in: `return_to` is where they go on to, and `code` says why."""

    def __init__(self, return_to: str, code: str) -> None:
        super().__init__("The sign-in was not accepted.")
        self.return_to = return_to
        self.code = code


class HomeUnknown(Refused):
    code = "public_url_not_set"
    text = "Set where people reach MediaNest (MEDIANEST_PUBLIC_URL): the provider sends them back there."


class OidcDesk:
    """`home` is where people reach this server; the settings see to it that it is there where a provider is."""

    def __init__(
        self,
        links: LinkDesk,
        sign_in: SignIn,
        guard: Guard,
        providers: ProviderBook,
        *,
        client: OidcClient,
        challenges: Challenges,
        home: str | None,
    ) -> None:
        self._links = links
        self._sign_in = sign_in
        self._guard = guard
        self.providers = providers
        self._client = client
        self._challenges = challenges
        self._home = home

    def redirect_uri(self, slug: str) -> str:
        """What is registered at the provider. Raises HomeUnknown."""
        if self._home is None:
            raise HomeUnknown
        return f"{self._home.rstrip('/')}/api/v1/auth/oidc/{slug}/callback"

    async def begin(self, slug: str, return_to: str, linking: Session | None = None) -> Departed:
        """To sign in, or for the person of this session to link their account, for as long as it is open. Raises
        ProviderNotFound, ReturnAddressOutside, OidcUnavailable, ProviderDistrusted."""
        return_to = inside(return_to)
        provider = await self.providers.find(slug)
        try:
            start = await self._client.begin(provider, self.redirect_uri(slug))
        except OidcRejected as rejected:
            raise ProviderDistrusted from rejected
        user_id, session_id = (linking.user_id, linking.session_id) if linking else (None, None)
        kept = _Kept(slug=slug, start=start, return_to=return_to, user_id=user_id, session_id=session_id)
        binding = await self._challenges.open(STARTED, msgspec.json.encode(kept), lifetime=UNDER_WAY, subject=user_id)
        return Departed(url=start.url, binding=binding)

    async def come_back(self, slug: str, binding: str | None, callback: OidcCallback, arrival: Arrival) -> ComeBack:
        """Take the provider's word, once. Raises ChallengeRejected where this browser did not begin, and ReturnFailed
        for whatever else is wrong."""
        begun = await self._challenges.spend(STARTED, binding) if binding else None
        if begun is None or binding is None:
            await self._guard.note("oidc", "unknown_sign_in", arrival)
            raise ChallengeRejected
        kept = msgspec.json.decode(begun, type=_Kept)
        try:
            return await self._accept(slug, kept, binding, callback, arrival)
        except OidcRejected as rejected:
            await self._guard.note("oidc", rejected.reason, arrival, kept.user_id)
            raise ReturnFailed(kept.return_to, _code(rejected)) from rejected
        except (Refused, Unavailable) as failure:
            raise ReturnFailed(kept.return_to, failure.code) from failure

    async def exchange(self, code: str, binding: str | None, arrival: Arrival) -> SignedIn:
        """Raises ChallengeRejected, SecondFactorNeeded, Refused (`user_suspended`, `account_not_linked`)."""
        done = await self._challenges.spend(COME_BACK, code)
        kept = None if done is None else msgspec.json.decode(done, type=_Done)
        if kept is None or not hmac.compare_digest(kept.binding, _digest(binding or "")):
            await self._guard.note("oidc", "unknown_code", arrival, kept.user_id if kept else None)
            raise ChallengeRejected
        return await self._sign_in.proceed(kept.user_id, "oidc", arrival, link=kept.link)

    async def _accept(self, slug: str, kept: _Kept, binding: str, callback: OidcCallback, arrival: Arrival) -> ComeBack:
        if slug != kept.slug:
            raise OidcRejected("wrong_provider")
        provider = await self.providers.find(slug)
        account = _account(provider, await self._client.finish(provider, kept.start, callback))
        if kept.user_id is not None and kept.session_id is not None:
            await self._links.link(kept.user_id, account, arrival.context, by_session=kept.session_id)
            return ComeBack(return_to=kept.return_to, code=None)
        user_id = await self._links.identify(account, arrival)
        link = self._links.account_id(account.provider, account.subject)
        done = msgspec.json.encode(_Done(user_id=user_id, binding=_digest(binding), link=link))
        code = await self._challenges.open(COME_BACK, done, lifetime=DONE, subject=user_id)
        return ComeBack(return_to=kept.return_to, code=code)


def _account(provider: Provider, identity: OidcIdentity) -> OutsideAccount:
    return OutsideAccount(
        method="oidc",
        provider=provider.slug,
        subject=f"{identity.issuer} {identity.subject}",  # no issuer holds a blank
        name=identity.name,
        email=identity.email,
        is_email_verified=identity.is_email_verified,
        role=provider.role_for(identity.role_values),
        may_register=provider.may_register,
        may_link_by_email=provider.links_by_verified_email,
    )


def _code(rejected: OidcRejected) -> str:
    """The person may have said no themselves; all else is between the two servers."""
    return "access_denied" if rejected.reason == "access_denied" else ProviderDistrusted.code


def _digest(binding: str) -> str:
    return sha256(binding.encode()).hexdigest()
