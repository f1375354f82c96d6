"""The second factor: enrolled, shown, renewed, removed."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final
from uuid import UUID

import msgspec

from medianest.application.identity.denials import CodeRejected
from medianest.application.identity.devices import Arrival
from medianest.application.identity.guard import Guard
from medianest.application.rules_in_force import RulesInForce
from medianest.domain.kernel import SYSTEM, Refused
from medianest.domain.second_factor import (
    EnrolSecondFactor,
    MakeRecoveryCodes,
    RemoveSecondFactor,
    SecondFactorNotEnrolled,
    SecondFactorRequired,
    SecondFactorThere,
    SpendRecoveryCode,
)
from medianest.domain.session import Factor
from medianest.domain.user import Role
from medianest.ports.event_log import Context
from medianest.ports.front_door import Commands, Outcome
from medianest.ports.second_factor import Factors, OneTimeCodes, RecoveryCodes, RememberedDevices
from medianest.ports.surroundings import Clock

LONGEST_APP_CODE: Final = 10
"""Characters, blanks included; whatever is longer is taken for a recovery code."""


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """What an authenticator app takes: by hand, as a link, or as a picture (SVG)."""

    seed: str
    uri: str
    picture: str


class FactorDesk:
    def __init__(
        self,
        commands: Commands,
        guard: Guard,
        *,
        factors: Factors,
        one_time_codes: OneTimeCodes,
        recovery_codes: RecoveryCodes,
        devices: RememberedDevices,
        rules: RulesInForce,
        clock: Clock,
    ) -> None:
        self._commands = commands
        self._guard = guard
        self._factors = factors
        self._one_time_codes = one_time_codes
        self._recovery_codes = recovery_codes
        self._devices = devices
        self._rules = rules
        self._clock = clock

    async def is_enrolled(self, user_id: UUID) -> bool:
        return await self._factors.is_enrolled(user_id)

    async def codes_left(self, user_id: UUID) -> int:
        return await self._recovery_codes.left(user_id)

    def is_required(self, role: Role) -> bool:
        return self._rules.asks_factor_of(role)

    async def verify(self, user_id: UUID, code: str, arrival: Arrival) -> Factor:
        """Which factor this code is one of. Raises CodeRejected, TooManyAttempts."""
        attempt = await self._guard.admit("second_factor", arrival, self._guard.factor(user_id), user_id=user_id)
        factor = await self._factor_of(user_id, code, arrival.context)
        if factor is None:
            await attempt.was_wrong("wrong_code", user_id)
            raise CodeRejected
        await attempt.was_right()
        return factor

    async def begin(self, user_id: UUID, account: str) -> Enrolment:
        """Raises Refused (`second_factor_enrolled`)."""
        seed = await self._factors.begin(user_id)
        uri = self._one_time_codes.uri(seed, account)
        return Enrolment(seed=seed, uri=uri, picture=self._one_time_codes.picture(uri))

    async def enrol(self, user_id: UUID, code: str, arrival: Arrival) -> Sequence[str]:
        """Enrol the seed that was begun, of which this is a code; the answer is the recovery codes. Raises
        CodeRejected, TooManyAttempts, Refused.

        The log first: nobody is asked for a factor whose enrolment they were told had failed. Where what follows fails,
        the same code, or the next, completes it.
        """
        if await self._factors.is_enrolled(user_id):
            raise SecondFactorThere
        attempt = await self._guard.admit("second_factor", arrival, self._guard.factor(user_id), user_id=user_id)
        at = self._clock.now()
        if not await self._factors.is_begun_by(user_id, code, at):
            await attempt.was_wrong("wrong_code", user_id)
            raise CodeRejected
        await attempt.was_right()
        await self._record(user_id, arrival.context)
        if not await self._factors.confirm(user_id, code, at):  # another seed was begun meanwhile
            await self._take_back(user_id, arrival.context)
            raise CodeRejected
        await self._record(user_id, arrival.context)  # an attempt beside this one may have taken it back
        return await self._recovery_codes.make(user_id)

    async def renew_codes(self, user_id: UUID, context: Context) -> Sequence[str]:
        """Ten in place of all earlier ones, which stay good if this fails. Raises Refused
        (`second_factor_not_enrolled`)."""
        command = MakeRecoveryCodes(actor=user_id, at=self._clock.now(), user_id=user_id)
        await self._commands.run([command], context)
        return await self._recovery_codes.make(user_id)

    async def give_up(self, user_id: UUID, role: Role, context: Context) -> Outcome:
        """Somebody of this role removes their own. Raises Refused (`second_factor_required_here`)."""
        if self.is_required(role):
            raise SecondFactorRequired
        return await self.remove(user_id, user_id, context)

    async def remove(self, actor: UUID, user_id: UUID, context: Context) -> Outcome:
        """With the recovery codes and the remembered devices. Raises Refused (`not_allowed`, `user_not_found`)."""
        command = RemoveSecondFactor(actor=actor, at=self._clock.now(), user_id=user_id)
        outcome = await self._commands.run([command], context)
        await self._factors.remove(user_id)
        return outcome

    async def remember(self, user_id: UUID) -> str:
        return await self._devices.remember(user_id, self._clock.now())

    async def knows(self, user_id: UUID, remembered: str | None) -> bool:
        return remembered is not None and await self._devices.knows(user_id, remembered, self._clock.now())

    async def forget(self, user_id: UUID) -> None:
        """All of it, with whoever it belongs to."""
        await self._factors.remove(user_id)

    async def _record(self, user_id: UUID, context: Context) -> None:
        at = self._clock.now()
        steps = [
            EnrolSecondFactor(actor=user_id, at=at, user_id=user_id),
            MakeRecoveryCodes(actor=user_id, at=at, user_id=user_id),
        ]
        with suppress(SecondFactorThere):  # an earlier attempt was recorded, and came no further
            await self._commands.run(steps, context)

    async def _take_back(self, user_id: UUID, context: Context) -> None:
        """The log says that they have one, which would lift the duty to enrol, and they have none."""
        if not await self._factors.is_enrolled(user_id):
            command = RemoveSecondFactor(actor=SYSTEM, at=self._clock.now(), user_id=user_id)
            await self._commands.run([command], context)
        if await self._factors.is_enrolled(user_id):  # by an attempt beside this one, just now
            await self._record(user_id, context)

    async def _factor_of(self, user_id: UUID, code: str, context: Context) -> Factor | None:
        if len(code) <= LONGEST_APP_CODE:
            return "totp" if await self._factors.verify(user_id, code, self._clock.now()) else None
        if not await self._recovery_codes.spend(user_id, code):
            return None
        left = await self._recovery_codes.left(user_id)
        command = SpendRecoveryCode(actor=user_id, at=self._clock.now(), user_id=user_id, left=left)
        with suppress(SecondFactorNotEnrolled, Refused):
            await self._commands.run([command], context)
        return "recovery_code"
