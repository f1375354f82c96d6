"""Signing in: who somebody is, and what is asked of them besides."""

from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from medianest.application.identity.denials import ChallengeRejected, SecondFactorNeeded, SignInRejected
from medianest.application.identity.devices import Arrival
from medianest.application.identity.factors import FactorDesk
from medianest.application.identity.guard import Guard
from medianest.application.identity.sessions import SessionDesk, SignedIn
from medianest.application.states import States
from medianest.domain.authority import welcome
from medianest.domain.email_claim import EMAIL_CLAIM
from medianest.domain.session import Factor, Proof, SignInMethod
from medianest.domain.user import USER
from medianest.ports.attempts import Target
from medianest.ports.challenges import Challenges
from medianest.ports.identity import ClaimIds, Credentials, KnownDevices, PasswordHasher
from medianest.ports.sessions import Session

HALF_WAY: Final = timedelta(minutes=10)
"""How long somebody may look for their second factor."""
CHALLENGE: Final = "sign_in"
NOBODY: Final = UUID(int=0)
"""Whose password is looked up where an address has nobody, so that it takes as long."""


class HalfWay(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in that lacks the second factor. `known_device` is for the device where it began with the password, bound
    to the one that was shown; `link` the account elsewhere by which it began."""

    user_id: UUID
    method: SignInMethod
    known_device: str | None = None
    link: UUID | None = None


class SignIn:
    def __init__(
        self,
        states: States,
        sessions: SessionDesk,
        guard: Guard,
        factors: FactorDesk,
        *,
        credentials: Credentials,
        hasher: PasswordHasher,
        claim_ids: ClaimIds,
        challenges: Challenges,
        known_devices: KnownDevices,
    ) -> None:
        self._known_devices = known_devices
        self._states = states
        self._sessions = sessions
        self._guard = guard
        self._factors = factors
        self._credentials = credentials
        self._hasher = hasher
        self._claim_ids = claim_ids
        self._challenges = challenges

    async def with_password(self, email: str, password: str, arrival: Arrival) -> SignedIn:
        """Raises SignInRejected, TooManyAttempts, SecondFactorNeeded, or Refused (`user_suspended`) once the password
        is right."""
        claimed = await self._states.load(EMAIL_CLAIM, self._claim_ids.of_email(email))
        user_id = claimed[0].holder if claimed[0] else None
        account = self._guard.account(email)
        known = await self._known(user_id, account, arrival)
        attempt = await self._guard.admit("password", arrival, account, user_id=user_id, known=known)
        held = await self.hash_of(user_id or NOBODY, password)
        if user_id is None or held is None:
            await attempt.was_wrong("unknown_account" if user_id is None else "wrong_password", user_id)
            raise SignInRejected
        await attempt.was_right()
        known_device = self._known_devices.issue(account.key, held)
        begun: SignedIn | SecondFactorNeeded
        try:
            begun = await self.proceed(user_id, "password", arrival, known_device=known_device)
        except SecondFactorNeeded as needed:
            begun = needed
        # Whoever sets another password ends what is open by then; what was opened since is ended here.
        if await self._credentials.find(user_id) != held:
            await self._take_back(user_id, begun, arrival)
            raise SignInRejected
        if isinstance(begun, SecondFactorNeeded):
            raise begun
        return begun

    async def is_password(self, user_id: UUID, password: str) -> bool:
        """Whether it is theirs; as slow for somebody who has none. Hashed anew where the way of hashing changed."""
        return await self.hash_of(user_id, password) is not None

    async def hash_of(self, user_id: UUID, password: str) -> str | None:
        """The hash that is stored of it, if it is theirs."""
        while True:
            stored = await self._credentials.find(user_id)
            if not await self._hasher.verify(stored, password) or stored is None:
                return None
            if not self._hasher.needs_rehash(stored):
                return stored
            fresh = await self._hasher.hash(password)
            if await self._credentials.replace(user_id, stored, fresh):
                return fresh
            # It is another one by now: of another password, or of this one by another sign-in. So it is looked at anew.

    async def _known(self, user_id: UUID | None, account: Target, arrival: Arrival) -> Target | None:
        """The device, where it shows that the password of this account was given on it."""
        if arrival.known is None:
            return None
        stored = await self._credentials.find(user_id or NOBODY)
        name = stored and self._known_devices.read(arrival.known, account.key, stored)
        return self._guard.device(name) if name else None

    async def _take_back(self, user_id: UUID, begun: SignedIn | SecondFactorNeeded, arrival: Arrival) -> None:
        """The password was replaced while it was looked at."""
        if isinstance(begun, SecondFactorNeeded):
            await self._challenges.spend(CHALLENGE, begun.challenge)
        else:
            await self._sessions.end(user_id, begun.session.session_id, "password_changed", arrival.context)

    async def proceed(
        self,
        user_id: UUID,
        method: SignInMethod,
        arrival: Arrival,
        *,
        known_device: str | None = None,
        link: UUID | None = None,
    ) -> SignedIn:
        """Let somebody in who has proved who they are in one way, whichever it was: with the password, for which
        `known_device` is the device's, or by the account `link`, for as long as it is theirs. Raises
        SecondFactorNeeded, or Refused (`user_suspended`, `user_not_found`, `account_not_linked`)."""
        factor: Factor | None = None
        if await self._factors.is_enrolled(user_id):
            if not await self._factors.knows(user_id, arrival.remembered):
                half_way = msgspec.json.encode(
                    HalfWay(user_id=user_id, method=method, known_device=known_device, link=link)
                )
                raise SecondFactorNeeded(
                    await self._challenges.open(CHALLENGE, half_way, lifetime=HALF_WAY, subject=user_id)
                )
            factor = "remembered_device"
        welcome((await self._states.load(USER, user_id))[0])
        signed_in = await self._sessions.open(
            user_id, method, arrival.whereabouts, arrival.context, factor=factor, link=link
        )
        return replace(signed_in, known_device=known_device)

    async def with_second_factor(self, challenge: str, code: str, arrival: Arrival) -> SignedIn:
        """Complete a sign-in. Raises ChallengeRejected, CodeRejected, TooManyAttempts, Refused."""
        begun = await self._challenges.look(CHALLENGE, challenge)
        if begun is None:
            await self._guard.note("second_factor", "unknown_challenge", arrival)
            raise ChallengeRejected
        half_way = msgspec.json.decode(begun, type=HalfWay)
        factor = await self._factors.verify(half_way.user_id, code, arrival)
        signed_in = await self._sessions.open(
            half_way.user_id,
            half_way.method,
            arrival.whereabouts,
            arrival.context,
            factor=factor,
            link=half_way.link,
        )
        # Last: whoever sets another password drops what was begun, and then ends what is open, so one of them is seen.
        if await self._challenges.spend(CHALLENGE, challenge) is None:
            session = signed_in.session
            await self._sessions.end(session.user_id, session.session_id, "ended_elsewhere", arrival.context)
            raise ChallengeRejected
        return replace(signed_in, known_device=half_way.known_device)

    async def confirm(self, session: Session, *, password: str | None, code: str | None, arrival: Arrival) -> SignedIn:
        """Prove once more who one is: with a code where a second factor is enrolled, with the password where not; wrong
        ones are counted at the session, since a stranger may have locked the account. Raises SignInRejected,
        CodeRejected, TooManyAttempts, Refused."""
        proof: Proof = "password"
        if await self._factors.is_enrolled(session.user_id):
            factor = await self._factors.verify(session.user_id, code or "", arrival)
            proof = "totp" if factor == "totp" else "recovery_code"
        else:
            target = self._guard.device(str(session.session_id))
            attempt = await self._guard.admit("password", arrival, target, user_id=session.user_id)
            if not await self.is_password(session.user_id, password or ""):
                await attempt.was_wrong("wrong_password", session.user_id)
                raise SignInRejected
            await attempt.was_right()
        return await self._sessions.confirm(session, proof, arrival.context)
