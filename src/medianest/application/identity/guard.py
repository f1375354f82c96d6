"""Before a secret is looked at: has there been too much guessing? And after it: what was refused is written down."""

from contextlib import suppress
from uuid import UUID

from medianest.application.identity.denials import TooManyAttempts
from medianest.application.identity.devices import Arrival
from medianest.domain.kernel import SYSTEM, Refused
from medianest.domain.lockout import household
from medianest.domain.user.commands import LockOut, Unlock
from medianest.ports.attempts import Admission, Attempts, Target
from medianest.ports.event_log import Context
from medianest.ports.front_door import Commands, Outcome
from medianest.ports.identity import ClaimIds
from medianest.ports.security_log import CredentialKind, RefusedCredential, SecurityLog
from medianest.ports.surroundings import Clock


class Guard:
    """Counts attempts at accounts, at second factors and from addresses. Whether an account exists makes no
    difference."""

    def __init__(
        self, commands: Commands, *, attempts: Attempts, security_log: SecurityLog, claim_ids: ClaimIds, clock: Clock
    ) -> None:
        self._commands = commands
        self._attempts = attempts
        self._security_log = security_log
        self._claim_ids = claim_ids
        self._clock = clock

    def account(self, email: str) -> Target:
        return Target("account", str(self._claim_ids.of_email(email)))

    def factor(self, user_id: UUID) -> Target:
        return Target("factor", str(user_id))

    def device(self, name: str) -> Target:
        """One that is known, or a session."""
        return Target("device", name)

    async def admit(
        self,
        method: CredentialKind,
        arrival: Arrival,
        *targets: Target,
        user_id: UUID | None = None,
        known: Target | None = None,
    ) -> "Attempt":
        """Take one attempt at each of `targets` and from the address, before the secret is looked at. On a `known`
        device it is taken there instead, for as long as that is not locked itself. Raises TooManyAttempts."""
        address = Target("address", household(arrival.whereabouts.address))
        everything = (known, address) if known is not None else (*targets, address)
        admission = await self._attempts.admit(*everything, now=self._clock.now())
        if known is not None and not admission.is_admitted:  # then it is one like any other
            everything = (*targets, address)
            admission = await self._attempts.admit(*everything, now=self._clock.now())
        if not admission.is_admitted:
            await self.note(method, "locked_out", arrival, user_id)
            raise TooManyAttempts(admission.retry_after)
        return Attempt(self, method, arrival, everything, admission)

    async def succeeded(self, *targets: Target) -> None:
        await self._attempts.succeeded(*targets)

    async def note(self, method: CredentialKind, reason: str, arrival: Arrival, user_id: UUID | None = None) -> None:
        """Write down what was refused: beside the log, and nothing of the secret."""
        await self._security_log.note(
            RefusedCredential(
                at=self._clock.now(),
                method=method,
                reason=reason,
                user_id=user_id,
                address=arrival.whereabouts.address,
                device=arrival.whereabouts.device,
                correlation_id=arrival.context.correlation_id,
            )
        )

    async def lock_out(self, user_id: UUID, admission: Admission, context: Context) -> None:
        """Somebody's account, or their second factor, is locked from now on: that is worth an event."""
        until = [end for target, end in admission.locked.items() if target.kind in ("account", "factor")]
        if until:
            command = LockOut(actor=SYSTEM, at=self._clock.now(), user_id=user_id, until=max(until))
            with suppress(Refused):
                await self._commands.run([command], context)

    async def unlock(self, actor: UUID, user_id: UUID, email: str, context: Context) -> Outcome:
        """Let somebody try again before the time is over."""
        command = Unlock(actor=actor, at=self._clock.now(), user_id=user_id)
        outcome = await self._commands.run([command], context)  # the rule first: who may
        await self.forget(user_id, email)
        return outcome

    async def forget(self, user_id: UUID, email: str) -> None:
        """Nothing is held against this account any more."""
        await self._attempts.unlock(self.account(email))
        await self._attempts.unlock(self.factor(user_id))


class Attempt:
    """One attempt that was admitted, and counts as wrong until it turns out right."""

    def __init__(
        self,
        guard: Guard,
        method: CredentialKind,
        arrival: Arrival,
        targets: tuple[Target, ...],
        admission: Admission,
    ) -> None:
        self._guard = guard
        self._method = method
        self._arrival = arrival
        self._targets = targets
        self._admission = admission

    async def was_right(self) -> None:
        await self._guard.succeeded(*self._targets)

    async def was_wrong(self, reason: str, user_id: UUID | None) -> None:
        await self._guard.note(self._method, reason, self._arrival, user_id)
        if user_id is not None:
            await self._guard.lock_out(user_id, self._admission, self._arrival.context)
