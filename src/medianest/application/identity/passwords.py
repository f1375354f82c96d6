"""Passwords: changed by whoever knows the old one, reset by a link in a letter, set by others."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from medianest.application.identity.denials import SignInRejected
from medianest.application.identity.devices import Arrival
from medianest.application.identity.eviction import Evicted, Eviction, Reach
from medianest.application.identity.guard import Guard
from medianest.application.identity.signing_in import SignIn
from medianest.application.passwords.rules import check_password
from medianest.application.people import PeopleBook
from medianest.domain.kernel import SYSTEM, Command, Refused
from medianest.domain.user.commands import RecordPasswordChange, Unlock
from medianest.domain.user.refusals import UserIsSuspended, UserNotFound
from medianest.ports.challenges import Challenges
from medianest.ports.event_log import Context
from medianest.ports.front_door import Commands, Outcome
from medianest.ports.identity import Credentials, PasswordHasher
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
        eviction: Eviction,
        guard: Guard,
        *,
        people: PeopleBook,
        credentials: Credentials,
        hasher: PasswordHasher,
        challenges: Challenges,
        clock: Clock,
    ) -> None:
        self._commands = commands
        self._sign_in = sign_in
        self._eviction = eviction
        self._guard = guard
        self._people = people
        self._credentials = credentials
        self._hasher = hasher
        self._challenges = challenges
        self._clock = clock

    async def change(self, session: Session, *, current: str | None, password: str, arrival: Arrival) -> Outcome:
        """Their own, by showing the one they have, if they have one. Every other session of theirs ends. Raises
        SignInRejected, TooManyAttempts, Refused (`password_too_short`, ...)."""
        person = await self._person(session.user_id)
        held = await self._credentials.find(person.user_id)
        if held is not None:
            target = self._guard.device(str(session.session_id))  # a stranger may have locked the account
            attempt = await self._guard.admit("password", arrival, target, user_id=person.user_id)
            held = await self._sign_in.hash_of(person.user_id, current or "")
            if held is None:
                await attempt.was_wrong("wrong_password", person.user_id)
                raise SignInRejected
            await attempt.was_right()
        change = RecordPasswordChange(actor=person.user_id, at=self._clock.now(), user_id=person.user_id, way="changed")
        await self._ensure_possible([change], person, password, arrival.context)
        reach = Reach(but=[session.session_id], devices=False, ways=False)
        outcome, _ = await self._put(change, (), password, arrival.context, reach, shown=held, is_bound=True)
        await self._challenges.drop(RESET, person.user_id)
        return outcome

    async def reset(self, token: str, password: str, arrival: Arrival, *, keep_other_ways: bool = False) -> Evicted:
        """By the link in a letter, which is good once. All sessions end, remembered devices are forgotten and the
        account is unlocked; API keys are revoked and accounts elsewhere unlinked as well, since whoever has the address
        is not always who made the account, unless they are to stay. A second factor is still asked for.

        The link is good until the password is stored: one that is refused, and what breaks off before, is tried again.
        Raises ResetNotGood, TooManyAttempts, Refused (`password_too_short`, `user_suspended`, ...).
        """
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
        change = RecordPasswordChange(
            actor=person.user_id, at=at, user_id=person.user_id, way="reset", kept_other_ways=keep_other_ways
        )
        unlock = Unlock(actor=SYSTEM, at=at, user_id=person.user_id)
        await self._ensure_possible([change, unlock], person, password, arrival.context)
        reach = Reach(ways=not keep_other_ways)

        async def spent() -> None:
            if await self._challenges.spend(RESET, token) is None:  # somebody was a moment earlier
                raise ResetNotGood

        _, evicted = await self._put(change, [unlock], password, arrival.context, reach, spent=spent)
        await self._guard.forget(person.user_id, person.email or "")
        await self._challenges.drop(RESET, person.user_id)
        return evicted

    async def set_for(
        self, actor: UUID, user_id: UUID, password: str, context: Context, *, keep_other_ways: bool = False
    ) -> Outcome:
        """For somebody else, whose sessions, keys and links all end, as with `reset`. Raises Refused (`not_allowed`,
        `own_password`, ...)."""
        if actor == user_id:
            raise OwnPassword
        person = await self._person(user_id)
        change = RecordPasswordChange(
            actor=actor,
            at=self._clock.now(),
            user_id=user_id,
            way="set_by_administrator",
            kept_other_ways=keep_other_ways,
        )
        await self._ensure_possible([change], person, password, context)
        outcome, _ = await self._put(change, (), password, context, Reach(ways=not keep_other_ways))
        await self._challenges.drop(RESET, user_id)
        return outcome

    async def set_at_the_machine(
        self, user_id: UUID, password: str, context: Context, *, keep_other_ways: bool = False
    ) -> Outcome:
        """For whoever sits at the machine itself, as with `reset`; the account is unlocked as well."""
        person = await self._person(user_id)
        at = self._clock.now()
        change = RecordPasswordChange(
            actor=SYSTEM, at=at, user_id=user_id, way="set_at_the_machine", kept_other_ways=keep_other_ways
        )
        unlock = Unlock(actor=SYSTEM, at=at, user_id=user_id)
        await self._ensure_possible([change, unlock], person, password, context)
        outcome, _ = await self._put(change, [unlock], password, context, Reach(ways=not keep_other_ways))
        await self._guard.forget(user_id, person.email or "")
        await self._challenges.drop(RESET, user_id)
        return outcome

    async def _ensure_possible(
        self, commands: Sequence[Command], person: Person, password: str, context: Context
    ) -> None:
        """Raises Refused. Nobody is shut out, and no password touched, before the rules said yes."""
        check_password(password, email=person.email or "", name=person.name or "")
        await self._commands.rehearse(commands, context)

    async def _put(
        self,
        change: RecordPasswordChange,
        besides: Sequence[Command],
        password: str,
        context: Context,
        reach: Reach,
        *,
        shown: str | None = None,
        is_bound: bool = False,
        spent: Callable[[], Awaitable[None]] | None = None,
    ) -> tuple[Outcome, Evicted]:
        """Whatever was opened, or begun, with the old one ends; `is_bound`: the old one is still that which was
        `shown`, or SignInRejected is raised. `spent` takes what the right to do so is good for once.

        First what is open is shut, then the hash is there, then what came in between is shut. So wherever it breaks
        off, either the new password holds and nothing of the old one is left, or all of it can be tried again (by
        another letter, where the link was spent just then).
        """
        user_id = change.user_id
        fresh = await self._hasher.hash(password)
        before = await self._eviction.shut(change.actor, user_id, context, reach)
        if spent is not None:
            await spent()
        earlier = shown if is_bound else await self._credentials.find(user_id)
        while not await self._credentials.replace(user_id, earlier, fresh):
            if is_bound:
                raise SignInRejected
            earlier = await self._credentials.find(user_id)
        meanwhile = await self._eviction.shut(change.actor, user_id, context, reach)
        evicted = before.and_then(meanwhile)
        change = replace(change, keys=tuple(evicted.keys), providers=tuple(evicted.providers))
        try:
            outcome = await self._commands.run([change, *besides], context)
        except Refused:  # what was possible a moment ago is not any more
            await self._credentials.replace(user_id, fresh, earlier)
            raise
        return outcome, evicted

    async def _person(self, user_id: UUID) -> Person:
        await self._people.catch_up()
        person = self._people.find(user_id)
        if person is None or person.is_deleted:
            raise UserNotFound
        return person
