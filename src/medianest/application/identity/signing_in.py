"""Signing in: who somebody is, and what is asked of them besides."""

from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec

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
from medianest.ports.challenges import Challenges
from medianest.ports.identity import ClaimIds, Credentials, PasswordHasher
from medianest.ports.sessions import Session

HALF_WAY: Final = timedelta(minutes=10)
"""How long somebody may look for their second factor."""
CHALLENGE: Final = "sign_in"


class HalfWay(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in that lacks the second factor."""

    user_id: UUID
    method: SignInMethod


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
    ) -> None:
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
        attempt = await self._guard.admit("password", arrival, self._guard.account(email), user_id=user_id)
        held = None if user_id is None else await self._hash_of(user_id, password)
        if user_id is None or held is None:
            if user_id is None:
                await self._hasher.verify(None, password)  # as long as for somebody who exists
            await attempt.was_wrong("unknown_account" if user_id is None else "wrong_password", user_id)
            raise SignInRejected
        await attempt.was_right()
        begun: SignedIn | SecondFactorNeeded
        try:
            begun = await self.proceed(user_id, "password", arrival)
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
        return await self._hash_of(user_id, password) is not None

    async def _hash_of(self, user_id: UUID, password: str) -> str | None:
        """The hash that is stored of it, if it is theirs."""
        password_hash = await self._credentials.find(user_id)
        if not await self._hasher.verify(password_hash, password) or password_hash is None:
            return None
        if self._hasher.needs_rehash(password_hash):
            password_hash = await self._hasher.hash(password)
            await self._credentials.put(user_id, password_hash)
        return password_hash

    async def _take_back(self, user_id: UUID, begun: SignedIn | SecondFactorNeeded, arrival: Arrival) -> None:
        """The password was replaced while it was looked at."""
        if isinstance(begun, SecondFactorNeeded):
            await self._challenges.spend(CHALLENGE, begun.challenge)
        else:
            await self._sessions.end(user_id, begun.session.session_id, "password_changed", arrival.context)

    async def proceed(self, user_id: UUID, method: SignInMethod, arrival: Arrival) -> SignedIn:
        """Let somebody in who has proved who they are in one way, whichever it was. Raises SecondFactorNeeded, or
        Refused (`user_suspended`, `user_not_found`)."""
        factor: Factor | None = None
        is_enrolled = await self._factors.is_enrolled(user_id)
        if is_enrolled:
            if not await self._factors.knows(user_id, arrival.remembered):
                half_way = msgspec.json.encode(HalfWay(user_id=user_id, method=method))
                raise SecondFactorNeeded(
                    await self._challenges.open(CHALLENGE, half_way, lifetime=HALF_WAY, subject=user_id)
                )
            factor = "remembered_device"
        user = welcome((await self._states.load(USER, user_id))[0])
        return await self._sessions.open(
            user_id,
            method,
            arrival.whereabouts,
            arrival.context,
            factor=factor,
            is_limited=not is_enrolled and self._factors.is_required(user.role),
        )

    async def with_second_factor(self, challenge: str, code: str, arrival: Arrival) -> SignedIn:
        """Complete a sign-in. Raises ChallengeRejected, CodeRejected, TooManyAttempts, Refused."""
        begun = await self._challenges.look(CHALLENGE, challenge)
        if begun is None:
            await self._guard.note("second_factor", "unknown_challenge", arrival)
            raise ChallengeRejected
        half_way = msgspec.json.decode(begun, type=HalfWay)
        factor = await self._factors.verify(half_way.user_id, code, arrival)
        signed_in = await self._sessions.open(
            half_way.user_id, half_way.method, arrival.whereabouts, arrival.context, factor=factor
        )
        # Last: whoever sets another password drops what was begun, and then ends what is open, so one of them is seen.
        if await self._challenges.spend(CHALLENGE, challenge) is None:
            session = signed_in.session
            await self._sessions.end(session.user_id, session.session_id, "ended_elsewhere", arrival.context)
            raise ChallengeRejected
        return signed_in

    async def confirm(
        self, session: Session, *, email: str, password: str | None, code: str | None, arrival: Arrival
    ) -> SignedIn:
        """Prove once more who one is: with a code where a second factor is enrolled, with the password where not.
        Raises SignInRejected, CodeRejected, TooManyAttempts, Refused."""
        proof: Proof = "password"
        if await self._factors.is_enrolled(session.user_id):
            factor = await self._factors.verify(session.user_id, code or "", arrival)
            proof = "totp" if factor == "totp" else "recovery_code"
        else:
            target = self._guard.account(email)
            attempt = await self._guard.admit("password", arrival, target, user_id=session.user_id)
            if not await self.is_password(session.user_id, password or ""):
                await attempt.was_wrong("wrong_password", session.user_id)
                raise SignInRejected
            await attempt.was_right()
        return await self._sessions.confirm(session, proof, arrival.context)
