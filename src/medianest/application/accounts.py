"""Coming in and going out: the first administrator, signing in, registering and forgetting people."""

from contextlib import suppress
from uuid import UUID

import msgspec

from medianest.application.people import PeopleBook
from medianest.application.states import States
from medianest.domain.email_claim import EMAIL_CLAIM
from medianest.domain.kernel import SYSTEM, Command, Refused
from medianest.domain.user import Role
from medianest.domain.user.commands import DeleteUser, RecordSignIn, RecordSignOut, RegisterUser
from medianest.ports.event_log import Context
from medianest.ports.front_door import Commands, Expected, Idempotency, KeyReused, Outcome, Wording
from medianest.ports.identity import (
    AccessTokens,
    ClaimIds,
    Credentials,
    Keyring,
    PasswordHasher,
    RefreshReused,
    Session,
    Sessions,
    SetupTokens,
)
from medianest.ports.surroundings import Clock, Ids


class SetupRejected(Refused):
    code, kind = "setup_rejected", "forbidden"
    text = "The setup token is wrong, or an administrator exists already. `medianest setup-token` prints the token."


class SignInRejected(Exception):
    """The address is unknown or the password wrong; which of the two is nobody's business."""


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """`expires_in` in seconds, of the access token."""

    access_token: str
    expires_in: int
    refresh_token: str
    user_id: UUID


class Accounts:
    def __init__(
        self,
        commands: Commands,
        states: States,
        *,
        people: PeopleBook,
        credentials: Credentials,
        hasher: PasswordHasher,
        sessions: Sessions,
        access_tokens: AccessTokens,
        keyring: Keyring,
        claim_ids: ClaimIds,
        setup_tokens: SetupTokens,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._commands = commands
        self._states = states
        self._people = people
        self._credentials = credentials
        self._hasher = hasher
        self._sessions = sessions
        self._access_tokens = access_tokens
        self._keyring = keyring
        self._claim_ids = claim_ids
        self._setup_tokens = setup_tokens
        self._clock = clock
        self._ids = ids

    async def set_up(self, *, token: str, email: str, name: str, password: str, context: Context) -> SignedIn:
        """Make the first administrator, once, and sign them in. Raises SetupRejected."""
        if await self._people.has_administrator() or not await self._setup_tokens.spend(token):
            raise SetupRejected
        try:
            await self.register(actor=None, email=email, name=name, role="admin", password=password, context=context)
        except BaseException:
            await self._setup_tokens.restore(token)
            raise
        return await self.sign_in(email=email, password=password, device=None, context=context)

    async def add_administrator(self, *, email: str, name: str, password: str, context: Context) -> UUID:
        """For whoever sits at the machine itself. Raises Refused (`email_taken`, ...)."""
        outcome = await self.register(
            actor=None, email=email, name=name, role="admin", password=password, context=context
        )
        await self._setup_tokens.spend(await self._setup_tokens.current())  # nobody needs it any more, or may have it
        return outcome.recorded[0].stream_id

    async def register(
        self,
        *,
        actor: UUID | None,
        email: str,
        name: str,
        role: Role,
        password: str,
        context: Context,
        wording: Wording | None = None,
        idempotency: Idempotency | None = None,
    ) -> Outcome:
        """Register somebody; without an actor they do it themselves. Raises Refused (`email_taken`, ...).

        The key and the hash are stored before the append that relies on them, and removed when it is refused. Where
        nobody knows whether it was recorded they stay; those that belong to nobody are swept later.
        """
        user_id = self._ids.new()
        command = RegisterUser(
            actor=actor or user_id,
            at=self._clock.now(),
            user_id=user_id,
            email=email.strip(),
            name=name.strip(),
            role=role,
            email_claim=self._claim_ids.of_email(email),
        )
        await self._keyring.create(user_id)
        await self._credentials.put(user_id, await self._hasher.hash(password))
        try:
            outcome = await self._commands.run([command], context, wording=wording, idempotency=idempotency)
        except (Refused, KeyReused):
            await self.forget(user_id)
            raise
        if outcome.is_repeat:
            await self.forget(user_id)
        return outcome

    async def sign_in(self, *, email: str, password: str, device: str | None, context: Context) -> SignedIn:
        """Raises SignInRejected, or Refused (`user_suspended`) once the password is right."""
        claimed = await self._states.load(EMAIL_CLAIM, self._claim_ids.of_email(email))
        user_id = claimed[0].holder if claimed[0] else None
        password_hash = await self._credentials.find(user_id) if user_id else None
        is_right = await self._hasher.verify(password_hash, password)
        if not is_right or user_id is None or password_hash is None:
            raise SignInRejected
        if self._hasher.needs_rehash(password_hash):
            await self._credentials.put(user_id, await self._hasher.hash(password))
        now = self._clock.now()
        session = Session(session_id=self._ids.new(), user_id=user_id)
        record = RecordSignIn(actor=user_id, at=now, user_id=user_id, session_id=session.session_id, device=device)
        refresh_token = await self._sessions.open(user_id, session.session_id, now)
        try:
            await self._commands.run([record], _within(context, session))
        except Refused:
            await self._sessions.end(session.session_id, now)
            raise
        return self._signed_in(session, refresh_token)

    async def refresh(self, refresh_token: str, context: Context) -> SignedIn:
        """Exchange a refresh token for new tokens. Raises RefreshRejected."""
        now = self._clock.now()
        try:
            session, following = await self._sessions.rotate(refresh_token, now)
        except RefreshReused as reused:
            # Recorded, so that access tokens of the session are refused at once as well, in every process.
            user_id, session_id = reused.session.user_id, reused.session.session_id
            command = RecordSignOut(actor=SYSTEM, at=now, user_id=user_id, session_id=session_id)
            with suppress(Refused):  # whoever was deleted has no session left
                await self._commands.run([command], context)
            raise
        return self._signed_in(session, following)

    async def sign_out(self, session: Session, context: Context) -> Outcome:
        now = self._clock.now()
        await self._sessions.end(session.session_id, now)
        command = RecordSignOut(actor=session.user_id, at=now, user_id=session.user_id, session_id=session.session_id)
        return await self._commands.run([command], context)

    async def delete(
        self, *, actor: UUID, user_id: UUID, context: Context, expected: Expected | None = None
    ) -> Outcome:
        """Forget a person: the history stays, and nobody can read their name in it any more."""
        command: Command = DeleteUser(actor=actor, at=self._clock.now(), user_id=user_id)
        outcome = await self._commands.run([command], context, expected=expected)
        await self.forget(user_id)
        return outcome

    async def forget(self, user_id: UUID) -> None:
        """Destroy what only this person's account needs: hash, sessions, and the key of what is personal."""
        await self._credentials.forget(user_id)
        await self._keyring.destroy(user_id)

    def _signed_in(self, session: Session, refresh_token: str) -> SignedIn:
        return SignedIn(
            access_token=self._access_tokens.issue(session, self._clock.now()),
            expires_in=self._access_tokens.lifetime,
            refresh_token=refresh_token,
            user_id=session.user_id,
        )


def _within(context: Context, session: Session) -> Context:
    return Context(
        correlation_id=context.correlation_id, causation_id=context.causation_id, session_id=session.session_id
    )
