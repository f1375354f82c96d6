"""Passwords: changed by whoever knows the old one, reset by a link in a letter, set by others."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from medianest.application.identity.denials import SignInRejected
from medianest.application.identity.devices import Arrival
from medianest.application.identity.guard import Guard
from medianest.application.identity.sessions import SessionDesk
from medianest.application.identity.signing_in import CHALLENGE, SignIn
from medianest.application.passwords.rules import check_password
from medianest.application.people import PeopleBook
from medianest.domain.kernel import SYSTEM, Command, Refused
from medianest.domain.user.commands import RecordPasswordChange, Unlock
from medianest.domain.user.refusals import UserIsSuspended, UserNotFound
from medianest.ports.challenges import Challenges
from medianest.ports.event_log import Context
from medianest.ports.front_door import Commands, Outcome
from medianest.ports.identity import Credentials, PasswordHasher
from medianest.ports.second_factor import RememberedDevices
from medianest.ports.sessions import Session
from medianest.ports.surroundings import Clock
from medianest.projections.user_directory import Person

RESET: Final = "reset"
"""The kind of challenge that a password is reset with; its payload is the id of the person, in sixteen bytes."""


class ResetNotGood(Refused):
    code, kind = "reset_not_good", "forbidden"
    text = "This link was used before, is too old, or was followed by a newer one. Ask for another one."


class OwnPassword(Refused):
    code, kind = "own_password", "forbidden"
    text = "Your own password is changed at /api/v1/auth/password, by showing the one you have."


class PasswordDesk:
    def __init__(
        self,
        commands: Commands,
        sign_in: SignIn,
        sessions: SessionDesk,
        guard: Guard,
        *,
        people: PeopleBook,
        credentials: Credentials,
        hasher: PasswordHasher,
        challenges: Challenges,
        devices: RememberedDevices,
        clock: Clock,
    ) -> None:
        self._commands = commands
        self._sign_in = sign_in
        self._sessions = sessions
        self._guard = guard
        self._people = people
        self._credentials = credentials
        self._hasher = hasher
        self._challenges = challenges
        self._devices = devices
        self._clock = clock

    async def change(self, session: Session, *, current: str | None, password: str, arrival: Arrival) -> Outcome:
        """Their own, by showing the one they have, if they have one. Every other session of theirs ends. Raises
        SignInRejected, TooManyAttempts, Refused (`password_too_short`, ...)."""
        person = await self._person(session.user_id)
        if await self._credentials.find(person.user_id) is not None:
            target = self._guard.account(person.email or "")
            attempt = await self._guard.admit("password", arrival, target, user_id=person.user_id)
            if not await self._sign_in.is_password(person.user_id, current or ""):
                await attempt.was_wrong("wrong_password", person.user_id)
                raise SignInRejected
            await attempt.was_right()
        command = RecordPasswordChange(
            actor=person.user_id, at=self._clock.now(), user_id=person.user_id, way="changed"
        )
        await self._ensure_possible([command], person, password, arrival.context)
        return await self._put([command], person, password, arrival.context, but=[session.session_id])

    async def reset(self, token: str, password: str, arrival: Arrival) -> None:
        """By the link in a letter, which is good once. All sessions end, remembered devices are forgotten and the
        account is unlocked; a second factor is still asked for. A password that is refused leaves the link good.
        Raises ResetNotGood, TooManyAttempts, Refused (`password_too_short`, `user_suspended`, ...)."""
        attempt = await self._guard.admit("reset", arrival)
        payload = await self._challenges.look(RESET, token)
        if payload is None:
            await attempt.was_wrong("not_good", None)
            raise ResetNotGood
        await attempt.was_right()
        person = await self._person(UUID(bytes=payload))
        if person.is_suspended:
            raise UserIsSuspended
        at = self._clock.now()
        commands = [
            RecordPasswordChange(actor=person.user_id, at=at, user_id=person.user_id, way="reset"),
            Unlock(actor=SYSTEM, at=at, user_id=person.user_id),
        ]
        await self._ensure_possible(commands, person, password, arrival.context)
        if await self._challenges.spend(RESET, token) is None:  # somebody was a moment earlier
            raise ResetNotGood
        await self._put(commands, person, password, arrival.context)
        await self._forget_the_past(person)

    async def set_for(self, actor: UUID, user_id: UUID, password: str, context: Context) -> Outcome:
        """For somebody else, whose sessions all end. Raises Refused (`not_allowed`, `own_password`, ...)."""
        if actor == user_id:
            raise OwnPassword
        person = await self._person(user_id)
        command = RecordPasswordChange(actor=actor, at=self._clock.now(), user_id=user_id, way="set_by_administrator")
        await self._ensure_possible([command], person, password, context)
        outcome = await self._put([command], person, password, context)
        await self._devices.forget(user_id)
        return outcome

    async def set_at_the_machine(self, user_id: UUID, password: str, context: Context) -> Outcome:
        """For whoever sits at the machine itself; the account is unlocked as well."""
        person = await self._person(user_id)
        at = self._clock.now()
        commands = [
            RecordPasswordChange(actor=SYSTEM, at=at, user_id=user_id, way="set_at_the_machine"),
            Unlock(actor=SYSTEM, at=at, user_id=user_id),
        ]
        await self._ensure_possible(commands, person, password, context)
        outcome = await self._put(commands, person, password, context)
        await self._forget_the_past(person)
        return outcome

    async def _ensure_possible(
        self, commands: Sequence[Command], person: Person, password: str, context: Context
    ) -> None:
        """Raises Refused. Nobody's password is touched before the rules said yes: it is stored ahead of the append."""
        check_password(password, email=person.email or "", name=person.name or "")
        await self._commands.rehearse(commands, context)

    async def _put(
        self,
        commands: Sequence[Command],
        person: Person,
        password: str,
        context: Context,
        *,
        but: Collection[UUID] = (),
    ) -> Outcome:
        """Whatever was opened, or begun, with the old one ends."""
        earlier = await self._credentials.find(person.user_id)
        await self._credentials.put(person.user_id, await self._hasher.hash(password))
        try:
            outcome = await self._commands.run(commands, context)
        except Refused:  # what was possible a moment ago is not any more
            await self._restore(person.user_id, earlier)
            raise
        for kind in (RESET, CHALLENGE):
            await self._challenges.drop(kind, person.user_id)
        await self._sessions.end_all(commands[0].actor, person.user_id, "password_changed", context, but=but)
        return outcome

    async def _restore(self, user_id: UUID, earlier: str | None) -> None:
        if earlier is None:
            await self._credentials.forget(user_id)
        else:
            await self._credentials.put(user_id, earlier)

    async def _forget_the_past(self, person: Person) -> None:
        await self._devices.forget(person.user_id)
        await self._guard.forget(person.user_id, person.email or "")

    async def _person(self, user_id: UUID) -> Person:
        await self._people.catch_up()
        person = self._people.find(user_id)
        if person is None or person.is_deleted:
            raise UserNotFound
        return person
