"""The life of a session: opened, refreshed, confirmed, ended."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Final
from uuid import UUID

import msgspec

from medianest.application.identity.denials import RefreshDenied
from medianest.application.identity.devices import Arrival
from medianest.application.identity.guard import Guard
from medianest.domain.kernel import SYSTEM, Refused
from medianest.domain.session import (
    ConfirmSession,
    EndReason,
    EndSession,
    Factor,
    OpenSession,
    Proof,
    SessionHasEnded,
    SessionNotFound,
    SignInMethod,
)
from medianest.ports.event_log import Context
from medianest.ports.failures import Unavailable
from medianest.ports.front_door import Commands, Outcome
from medianest.ports.identity import AccessTokens
from medianest.ports.sessions import (
    OpenedSession,
    RefreshRejected,
    RefreshReused,
    Session,
    SessionKeeping,
    Sessions,
    Whereabouts,
)
from medianest.ports.surroundings import Clock, Ids

SWEEP: Final = 200
"""Sessions whose end is recorded in one round."""


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """`expires_in` in seconds, of the access token. `refresh_token` is None where the session goes on as it was.
    `known_device` is for the device to keep on which a password was shown just now; None in any other way."""

    access_token: str
    expires_in: int
    refresh_token: str | None
    session: Session
    known_device: str | None = None


class SessionDesk:
    def __init__(
        self,
        commands: Commands,
        guard: Guard,
        *,
        sessions: Sessions,
        keeping: SessionKeeping,
        access_tokens: AccessTokens,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._commands = commands
        self._guard = guard
        self._sessions = sessions
        self._keeping = keeping
        self._access_tokens = access_tokens
        self._clock = clock
        self._ids = ids

    async def open(
        self,
        user_id: UUID,
        method: SignInMethod,
        whereabouts: Whereabouts,
        context: Context,
        *,
        factor: Factor | None = None,
        link: UUID | None = None,
    ) -> SignedIn:
        """Let somebody in who has proved who they are, by the account `link` where they came from elsewhere. Raises
        Refused (`user_suspended`, `user_not_found`, `account_not_linked`)."""
        now = self._clock.now()
        session = Session(session_id=self._ids.new(), user_id=user_id, authenticated_at=now)
        has_used = await self._sessions.has_used(user_id, whereabouts.device)
        refresh_token = await self._sessions.open(session, method, whereabouts)
        command = OpenSession(
            actor=user_id,
            at=now,
            session_id=session.session_id,
            user_id=user_id,
            method=method,
            factor=factor,
            device=whereabouts.device,
            client=whereabouts.client,
            address=whereabouts.address,
            is_new_device=has_used is False,
            link=link,
        )
        try:
            await self._commands.run([command], within(context, session.session_id))
        except (Refused, Unavailable):
            with suppress(Unavailable):  # then it ends with time: nobody was given its tokens
                await self._sessions.end([session.session_id], now)
            raise
        return self._signed_in(session, refresh_token)

    async def refresh(self, refresh_token: str, arrival: Arrival) -> SignedIn:
        """Exchange a refresh token for new tokens. Raises RefreshDenied."""
        now = self._clock.now()
        try:
            session, following = await self._sessions.rotate(refresh_token, now)
        except RefreshReused as reused:
            # Recorded, so that access tokens of the session are refused at once as well, in every process.
            await self._record_end(reused.session.session_id, "token_reused", arrival.context)
            await self._guard.note("refresh", "token_reused", arrival, reused.session.user_id)
            raise RefreshDenied from reused
        except RefreshRejected as rejected:
            await self._guard.note("refresh", "not_good", arrival)
            raise RefreshDenied from rejected
        return self._signed_in(session, following)

    async def confirm(self, session: Session, proof: Proof, context: Context) -> SignedIn:
        """Its person has proved once more who they are. Raises Refused (`session_ended`)."""
        now = self._clock.now()
        command = ConfirmSession(actor=session.user_id, at=now, session_id=session.session_id, proof=proof)
        await self._commands.run([command], context)
        confirmed = await self._sessions.confirm(session.session_id, now)
        if confirmed is None:
            raise SessionHasEnded
        return self._signed_in(confirmed, None)

    async def end(self, actor: UUID, session_id: UUID, reason: EndReason, context: Context) -> Outcome:
        """Raises Refused (`session_not_found`, also for what belongs to somebody else)."""
        now = self._clock.now()
        command = EndSession(actor=actor, at=now, session_id=session_id, reason=reason)
        outcome = await self._commands.run([command], context)
        # After the rules said yes: the log has it first, and the tokens go next.
        await self._sessions.end([session_id], now)
        return outcome

    async def end_one(self, actor: UUID, user_id: UUID, session_id: UUID, reason: EndReason, context: Context) -> None:
        """End one of this person's. Raises Refused (`session_not_found` also for one that is somebody else's, and for
        one that has ended)."""
        if all(one.session_id != session_id for one in await self.of(user_id)):
            raise SessionNotFound
        await self._end_shown(actor, session_id, reason, context)

    async def end_all(
        self, actor: UUID, user_id: UUID, reason: EndReason, context: Context, *, but: Collection[UUID] = ()
    ) -> int:
        """End every session of a person, whatever somebody opened meanwhile included. How many."""
        count = 0
        while opened := [one for one in await self.of(user_id) if one.session_id not in but]:
            for one in opened:
                await self._end_shown(actor, one.session_id, reason, context)
            count += len(opened)
        return count

    async def _end_shown(self, actor: UUID, session_id: UUID, reason: EndReason, context: Context) -> None:
        """One that is in the table. If the log has none of it, then its opening failed half-way: nobody holds its
        tokens, and it only has to go."""
        try:
            await self.end(actor, session_id, reason, context)
        except SessionNotFound:
            await self._sessions.end([session_id], self._clock.now())

    async def of(self, user_id: UUID) -> Sequence[OpenedSession]:
        return await self._sessions.of(user_id, self._clock.now())

    async def expire(self, context: Context) -> int:
        """Record the end of sessions that time has ended. How many."""
        over = await self._keeping.expired(self._clock.now(), limit=SWEEP)
        for session in over:
            await self._record_end(session.session_id, "expired", context)
        await self._sessions.end([session.session_id for session in over], self._clock.now())
        return len(over)

    async def _record_end(self, session_id: UUID, reason: EndReason, context: Context) -> None:
        command = EndSession(actor=SYSTEM, at=self._clock.now(), session_id=session_id, reason=reason)
        with suppress(Refused):  # one that was never recorded has nothing to end
            await self._commands.run([command], context)

    def _signed_in(self, session: Session, refresh_token: str | None) -> SignedIn:
        return SignedIn(
            access_token=self._access_tokens.issue(session, self._clock.now()),
            expires_in=self._access_tokens.lifetime,
            refresh_token=refresh_token,
            session=session,
        )


def within(context: Context, session_id: UUID) -> Context:
    return Context(correlation_id=context.correlation_id, causation_id=context.causation_id, session_id=session_id)
