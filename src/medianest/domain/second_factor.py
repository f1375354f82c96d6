"""The second factor of a person: what they prove besides their password, and the codes for when it is lost.

| a second factor that is | enrol    | make codes | spend a code | remove  |
|-------------------------|----------|------------|--------------|---------|
| not there               | enrolled | no         | no           | so      |
| enrolled                | no       | codes made | code spent   | removed |
| removed                 | enrolled | no         | no           | so      |

`so`: already so, nothing happens. `no`: refused. Seeds and codes are secrets and in no event; which codes are left is
known where they are kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import UUID, uuid5

from medianest.domain.kernel import Aggregate, Command, Event, Refused

NAMESPACE: Final = UUID("b0a1f8c6-52d7-5b6e-9d5e-8c8c7c1f5e21")
"""Under which the ids of second factors are made. It can never change: the ids of stored streams depend on it."""


def second_factor_id(user_id: UUID) -> UUID:
    """The id of this person's second factor; the same for ever."""
    return uuid5(NAMESPACE, str(user_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorCommand(Command):
    user_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolSecondFactor(SecondFactorCommand):
    """They have shown a first code of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeRecoveryCodes(SecondFactorCommand):
    """New ones in place of all earlier ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendRecoveryCode(SecondFactorCommand):
    """`left`: how many there are now."""

    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveSecondFactor(SecondFactorCommand):
    """By themselves, or by an administrator for somebody who has lost it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorEvent(Event):
    user_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorEnrolled(SecondFactorEvent):
    tag: ClassVar[str] = "second_factor.enrolled"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodesMade(SecondFactorEvent):
    tag: ClassVar[str] = "second_factor.recovery_codes_made"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodeSpent(SecondFactorEvent):
    tag: ClassVar[str] = "second_factor.recovery_code_spent"
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorRemoved(SecondFactorEvent):
    tag: ClassVar[str] = "second_factor.removed"


class SecondFactorNotEnrolled(Refused):
    code = "second_factor_not_enrolled"
    text = "There is no second factor. Enrol one first."


class SecondFactorThere(Refused):
    code = "second_factor_enrolled"
    text = "There is a second factor already. Remove it first."


class SecondFactorRequired(Refused):
    code, kind = "second_factor_required_here", "forbidden"
    text = "This server requires a second factor of you. An administrator can remove one that is lost."


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactor:
    """An enrolled one; where there is none, there is no state."""

    user_id: UUID


def decide(command: SecondFactorCommand, state: SecondFactor | None) -> Sequence[SecondFactorEvent]:
    user_id = command.user_id
    match command:
        case EnrolSecondFactor():
            if state is not None:
                raise SecondFactorThere
            return [SecondFactorEnrolled(user_id=user_id)]
        case RemoveSecondFactor():
            return [] if state is None else [SecondFactorRemoved(user_id=user_id)]
        case MakeRecoveryCodes():
            _ensure_enrolled(state)
            return [RecoveryCodesMade(user_id=user_id)]
        case SpendRecoveryCode(left=left):
            _ensure_enrolled(state)
            return [RecoveryCodeSpent(user_id=user_id, left=left)]
        case _:
            raise TypeError(f"not a command of a second factor: {type(command).__name__}")


def _ensure_enrolled(state: SecondFactor | None) -> None:
    if state is None:
        raise SecondFactorNotEnrolled


def evolve(state: SecondFactor | None, event: SecondFactorEvent) -> SecondFactor | None:
    match event:
        case SecondFactorEnrolled(user_id=user_id):
            return SecondFactor(user_id=user_id)
        case SecondFactorRemoved():
            return None
    return state


SECOND_FACTOR: Aggregate[SecondFactorCommand, SecondFactorEvent, SecondFactor] = Aggregate(
    category="second_factor",
    commands=(EnrolSecondFactor, MakeRecoveryCodes, SpendRecoveryCode, RemoveSecondFactor),
    events=(SecondFactorEnrolled, RecoveryCodesMade, RecoveryCodeSpent, SecondFactorRemoved),
    state=SecondFactor,
    state_version=1,
    stream_id=lambda command: second_factor_id(command.user_id),
    decide=decide,
    evolve=evolve,
)
