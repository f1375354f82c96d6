"""Coming in for the first time: the first administrator, people whom others register, guests."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from medianest.application.identity.departure import Departure
from medianest.application.identity.devices import Arrival
from medianest.application.identity.guard import Guard
from medianest.application.identity.sessions import SignedIn
from medianest.application.identity.signing_in import SignIn
from medianest.application.passwords.rules import check_password
from medianest.application.people import PeopleBook
from medianest.application.states import States
from medianest.domain.invitation import INVITATION, Invitation, InvitationNotGood, UseInvitation
from medianest.domain.kernel import Command, Refused
from medianest.domain.user import Role
from medianest.domain.user.commands import RegisterUser
from medianest.ports.challenges import Challenges
from medianest.ports.event_log import Context
from medianest.ports.front_door import Commands, Idempotency, KeyReused, Outcome, Wording
from medianest.ports.identity import ClaimIds, Credentials, Keyring, PasswordHasher, SetupTokens
from medianest.ports.surroundings import Clock, Ids

INVITATION_TOKEN: Final = "invitation"  # noqa: S105 - the kind of a challenge, not a secret
"""The kind of challenge that an invitation is opened with; its payload is the id, in sixteen bytes."""


class SetupRejected(Refused):
    code, kind = "setup_rejected", "forbidden"
    text = "The setup token is wrong, or an administrator exists already. `medianest setup-token` prints the token."


class RegistrationClosed(Refused):
    code, kind = "registration_closed", "forbidden"
    text = "People come in here by invitation. Ask the owner of the server for one."


class Registration:
    """`is_open`: whether anybody may register as a member, without an invitation."""

    def __init__(
        self,
        commands: Commands,
        states: States,
        sign_in: SignIn,
        guard: Guard,
        departure: Departure,
        *,
        people: PeopleBook,
        credentials: Credentials,
        hasher: PasswordHasher,
        keyring: Keyring,
        claim_ids: ClaimIds,
        setup_tokens: SetupTokens,
        challenges: Challenges,
        clock: Clock,
        ids: Ids,
        is_open: bool,
    ) -> None:
        self._commands = commands
        self._states = states
        self._sign_in = sign_in
        self._guard = guard
        self._departure = departure
        self._people = people
        self._credentials = credentials
        self._hasher = hasher
        self._keyring = keyring
        self._claim_ids = claim_ids
        self._setup_tokens = setup_tokens
        self._challenges = challenges
        self._clock = clock
        self._ids = ids
        self.is_open = is_open

    async def set_up(self, *, token: str, email: str, name: str, password: str, arrival: Arrival) -> SignedIn:
        """Make the first administrator, once, and sign them in. Raises SetupRejected, TooManyAttempts."""
        attempt = await self._guard.admit("setup", arrival)
        if await self._people.has_administrator() or not await self._setup_tokens.spend(token):
            await attempt.was_wrong("wrong_token", None)
            raise SetupRejected
        await attempt.was_right()
        try:
            outcome = await self.register(
                actor=None, email=email, name=name, role="admin", password=password, context=arrival.context
            )
        except BaseException:
            await self._setup_tokens.restore(token)
            raise
        return await self._sign_in.proceed(outcome.recorded[0].stream_id, "setup", arrival)

    async def add_administrator(self, *, email: str, name: str, password: str, context: Context) -> UUID:
        """For whoever sits at the machine itself. Raises Refused (`email_taken`, ...)."""
        outcome = await self.register(
            actor=None, email=email, name=name, role="admin", password=password, context=context
        )
        await self._setup_tokens.spend(await self._setup_tokens.current())  # nobody needs it any more, or may have it
        return outcome.recorded[0].stream_id

    async def as_guest(
        self, *, invitation: str | None, email: str, name: str, password: str, arrival: Arrival
    ) -> SignedIn:
        """Somebody registers by themselves and is signed in. Raises RegistrationClosed, InvitationNotGood,
        TooManyAttempts, Refused."""
        if invitation is None:
            if not self.is_open:
                raise RegistrationClosed
            # Whoever asks for address after address learns which of them are registered: so this is counted, too.
            attempt = await self._guard.admit("invitation", arrival)
            try:
                outcome = await self.register(
                    actor=None, email=email, name=name, role="member", password=password, context=arrival.context
                )
            except Refused:
                await attempt.was_wrong("registration_refused", None)
                raise
            await attempt.was_right()
            return await self._sign_in.proceed(outcome.recorded[0].stream_id, "registration", arrival)
        invited = await self.invited(invitation, arrival)
        user_id = self._ids.new()
        use = UseInvitation(actor=user_id, at=self._clock.now(), invitation_id=invited.invitation_id, user_id=user_id)
        await self.register(
            actor=None,
            email=email,
            name=name,
            role=invited.role,
            password=password,
            context=arrival.context,
            user_id=user_id,
            besides=[use],
        )
        return await self._sign_in.proceed(user_id, "invitation", arrival)

    async def invited(self, token: str, arrival: Arrival) -> Invitation:
        """The invitation that this token opens. Raises InvitationNotGood, TooManyAttempts."""
        attempt = await self._guard.admit("invitation", arrival)
        payload = await self._challenges.look(INVITATION_TOKEN, token)
        invitation_id = UUID(bytes=payload) if payload else None
        invitation: Invitation | None = None
        if invitation_id is not None:
            invitation = (await self._states.load(INVITATION, invitation_id))[0]
        if invitation is None or not invitation.is_open:
            await attempt.was_wrong("not_good", None)
            raise InvitationNotGood
        await attempt.was_right()
        return invitation

    async def register(
        self,
        *,
        actor: UUID | None,
        email: str,
        name: str,
        role: Role,
        password: str | None,
        context: Context,
        user_id: UUID | None = None,
        besides: Sequence[Command] = (),
        wording: Wording | None = None,
        idempotency: Idempotency | None = None,
    ) -> Outcome:
        """Register somebody; without an actor they do it themselves, and without a password they come in another way.
        `besides` goes into the same append. Raises Refused (`email_taken`, `password_too_short`, ...).

        The key and the hash are stored before the append that relies on them, and removed when it is refused. Where
        nobody knows whether it was recorded they stay; those that belong to nobody are swept later.
        """
        if password is not None:
            check_password(password, email=email, name=name)
        user_id = user_id or self._ids.new()
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
        if password is not None:
            await self._credentials.put(user_id, await self._hasher.hash(password))
        try:
            outcome = await self._commands.run([command, *besides], context, wording=wording, idempotency=idempotency)
        except (Refused, KeyReused):
            await self._departure.forget(user_id)
            raise
        if outcome.is_repeat:
            await self._departure.forget(user_id)
        return outcome
