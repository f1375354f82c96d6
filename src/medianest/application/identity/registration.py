"""Coming in for the first time: the first administrator, people whom others register, guests."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from medianest.application.identity.departure import Departure
from medianest.application.identity.devices import Arrival
from medianest.application.identity.guard import Guard
from medianest.application.identity.sessions import SignedIn
from medianest.application.identity.signing_in import SignIn
from medianest.application.mail_domains import ensure_reachable
from medianest.application.passwords.rules import check_password
from medianest.application.people import PeopleBook
from medianest.application.rules_in_force import RulesInForce
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
    """`rules` say whether anybody may register as a member, without an invitation."""

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
        rules: RulesInForce,
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
        self._rules = rules

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
        if invitation is None and not self._rules.registration_is_open:
            raise RegistrationClosed
        ensure_reachable(email)
        check_password(password, email=email, name=name)  # both tell nobody anything, and are not counted
        user_id = self._ids.new()
        role: Role = "member"
        besides: list[Command] = []
        # Whoever asks for address after address learns which of them are registered: so this is counted, too.
        attempt = await self._guard.admit("invitation", arrival)
        try:
            if invitation is not None:
                invited = await self._opened(invitation)
                invitation_id, role, at = invited.invitation_id, invited.role, self._clock.now()
                besides = [UseInvitation(actor=user_id, at=at, invitation_id=invitation_id, user_id=user_id)]
            await self.register(
                actor=None,
                email=email,
                name=name,
                role=role,
                password=password,
                context=arrival.context,
                user_id=user_id,
                besides=besides,
            )
        except Refused as refused:
            is_token = isinstance(refused, InvitationNotGood)
            await attempt.was_wrong("not_good" if is_token else "registration_refused", None)
            raise
        await attempt.was_right()
        return await self._sign_in.proceed(user_id, "registration" if invitation is None else "invitation", arrival)

    async def invited(self, token: str, arrival: Arrival) -> Invitation:
        """The invitation that this token opens. Raises InvitationNotGood, TooManyAttempts."""
        attempt = await self._guard.admit("invitation", arrival)
        try:
            invitation = await self._opened(token)
        except InvitationNotGood:
            await attempt.was_wrong("not_good", None)
            raise
        await attempt.was_right()
        return invitation

    async def _opened(self, token: str) -> Invitation:
        payload = await self._challenges.look(INVITATION_TOKEN, token)
        invitation: Invitation | None = None
        if payload is not None:
            invitation = (await self._states.load(INVITATION, UUID(bytes=payload)))[0]
        if invitation is None or not invitation.is_open:
            raise InvitationNotGood
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
        `besides` goes into the same append. Raises Refused (`email_taken`, `address_unreachable`,
        `password_too_short`, ...).

        The key and the hash are stored before the append that relies on them, and removed when it is refused. Where
        nobody knows whether it was recorded they stay; those that belong to nobody are swept later.
        """
        ensure_reachable(email)
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
