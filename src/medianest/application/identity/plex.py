"""Coming in by Plex: a PIN that somebody confirms in their browser, and access to the house's media server."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Literal
from uuid import UUID

import msgspec

from medianest.application.identity.devices import Arrival
from medianest.application.identity.guard import Guard
from medianest.application.identity.linking import NotLinked, OutsideAccount
from medianest.application.identity.links import LinkDesk, token_kind
from medianest.application.identity.sessions import SignedIn
from medianest.application.identity.signing_in import SignIn
from medianest.domain.kernel import Refused
from medianest.domain.user.refusals import UserNotFound
from medianest.ports.cache import RateLimiter
from medianest.ports.challenges import Challenges
from medianest.ports.front_door import Outcome
from medianest.ports.plex import PinExpired, PlexAccounts, PlexToken, PlexTokenRejected
from medianest.ports.surroundings import Clock
from medianest.ports.vault import Vault

PLEX: Final = "plex"
"""The provider's name in links and events."""
SIGNING_IN: Final = "plex_pin"
LINKING: Final = "plex_link"
SHORTEST: Final = timedelta(seconds=1)
Purpose = Literal["looking", "claiming"]


class NoPlexAccess(Refused):
    code, kind = "plex_no_access", "forbidden"
    text = "This Plex account has no access to the media server of this house. Ask its owner to share it with you."


class BegunPin(msgspec.Struct, frozen=True, kw_only=True):
    """`pin` is what whoever began asks by: it is a secret. The person confirms at `link`, or types `code` there."""

    pin: str
    code: str
    link: str
    expires_at: datetime


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    pin_id: int
    code: str
    user_id: UUID | None = None


class PlexDesk:
    """Raises PlexUnavailable, and PlexNotConfigured where there is no media server."""

    def __init__(
        self,
        links: LinkDesk,
        sign_in: SignIn,
        guard: Guard,
        *,
        accounts: PlexAccounts,
        vault: Vault,
        challenges: Challenges,
        limiter: RateLimiter,
        clock: Clock,
        may_register: bool,
    ) -> None:
        self._links = links
        self._sign_in = sign_in
        self._guard = guard
        self._accounts = accounts
        self._vault = vault
        self._challenges = challenges
        self._limiter = limiter
        self._clock = clock
        self._may_register = may_register

    @property
    def is_configured(self) -> bool:
        return self._accounts.is_configured

    async def begin(self, user_id: UUID | None = None) -> BegunPin:
        """A new PIN: to sign in with, or for this person to link their account."""
        pin = await self._accounts.begin()
        kept = msgspec.json.encode(_Kept(pin_id=pin.pin_id, code=pin.code, user_id=user_id))
        token = await self._challenges.open(
            SIGNING_IN if user_id is None else LINKING,
            kept,
            lifetime=max(pin.expires_at - self._clock.now(), SHORTEST),
            subject=user_id,
        )
        return BegunPin(pin=token, code=pin.code, link=pin.link, expires_at=pin.expires_at)

    async def is_confirmed(self, pin: str, arrival: Arrival) -> bool:
        """Whether somebody could be let in by this PIN now. It changes nothing, here or at Plex. Raises PinExpired."""
        return await self._confirmed(SIGNING_IN, pin, None, arrival, "looking") is not None

    async def sign_in(self, pin: str, arrival: Arrival) -> SignedIn | None:
        """Let somebody in whose PIN is confirmed; None until it is. Raises PinExpired, NoPlexAccess,
        SecondFactorNeeded, and what `LinkDesk.identify` raises."""
        claimed = await self._claimed(SIGNING_IN, pin, None, arrival)
        if claimed is None:
            return None
        token, account = claimed
        user_id = await self._links.identify(account, arrival)
        await self._vault.put(token_kind(PLEX), user_id, token.value)
        link = self._links.account_id(account.provider, account.subject)
        try:
            return await self._sign_in.proceed(user_id, "plex", arrival, link=link)
        except (NotLinked, UserNotFound):  # since a moment ago: nobody needs the token any more
            await self._vault.forget(user_id, token_kind(PLEX))
            raise

    async def link(self, pin: str, user_id: UUID, arrival: Arrival) -> Outcome | None:
        """Link the account that confirmed; None until one has. Raises PinExpired, NoPlexAccess, Refused."""
        claimed = await self._claimed(LINKING, pin, user_id, arrival)
        if claimed is None:
            return None
        token, account = claimed
        context = arrival.context
        outcome = await self._links.link(user_id, account, context, by_session=context.session_id)
        await self._vault.put(token_kind(PLEX), user_id, token.value)
        return outcome

    async def _confirmed(
        self, kind: str, pin: str, user_id: UUID | None, arrival: Arrival, purpose: Purpose
    ) -> PlexToken | None:
        kept = await self._kept(kind, pin)
        if kept is None or kept.user_id != user_id:
            await self._guard.note("plex", "unknown_pin", arrival, user_id)
            raise PinExpired
        # However often somebody asks, plex.tv is asked once a second, which is what it asks for; looking counts apart,
        # so that whoever sees that it is confirmed comes in at once.
        bucket = f"plex_pin:{purpose}:{sha256(pin.encode()).hexdigest()}"
        if not (await self._limiter.take(bucket, capacity=1, per_second=1.0)).is_granted:
            return None
        return await self._accounts.claim(kept.pin_id, kept.code)

    async def _claimed(
        self, kind: str, pin: str, user_id: UUID | None, arrival: Arrival
    ) -> tuple[PlexToken, OutsideAccount] | None:
        token = await self._confirmed(kind, pin, user_id, arrival, "claiming")
        if token is None:
            return None
        try:
            theirs = await self._accounts.account(token)
            may_come_in = await self._accounts.has_access(token)
        except PlexTokenRejected:
            raise PinExpired from None
        # Only now, so that a Plex that falls silent half-way leaves the PIN good; and of many who ask, one goes on.
        if await self._challenges.spend(kind, pin) is None:
            raise PinExpired
        if not may_come_in:
            await self._guard.note("plex", "no_access", arrival, user_id)
            raise NoPlexAccess
        account = OutsideAccount(
            method="plex",
            provider=PLEX,
            subject=theirs.plex_id,
            name=theirs.username,
            email=theirs.email,
            is_email_verified=theirs.is_email_confirmed,
            may_register=self._may_register,
        )
        return token, account

    async def _kept(self, kind: str, pin: str) -> _Kept | None:
        payload = await self._challenges.look(kind, pin)
        return None if payload is None else msgspec.json.decode(payload, type=_Kept)
