"""Deciding on events that a reaction could not handle. The decision goes into the log; the runner reads it there."""

from dataclasses import dataclass

from medianest.application.decision import Decision
from medianest.domain.kernel import Command, Refused
from medianest.domain.upkeep import RetryParked, SkipParked
from medianest.ports.parked import Parked, ParkedEvents


class ParkedNotFound(Refused):
    code, kind = "parked_not_found", "missing"
    text = "No such event is parked. It may have been handled in between: look at the list again."


class ParkedWaits(Refused):
    code = "parked_waits"
    text = "This event only waits behind another one of its stream. Decide on that one first."


@dataclass(frozen=True, slots=True, kw_only=True)
class TryParkedAgain(Command):
    """Try the event at `position` once more for `reaction`, and then what waits behind it."""

    reaction: str
    position: int


class Unparking:
    def __init__(self, parked: ParkedEvents) -> None:
        self._parked = parked

    async def retry(self, command: TryParkedAgain, decision: Decision) -> None:
        """Raises ParkedNotFound, ParkedWaits, ParkedAlreadySkipped."""
        parked = await self._first(command.reaction, command.position)
        await decision.decide(
            RetryParked(
                actor=command.actor,
                at=command.at,
                reaction=parked.reaction,
                position=parked.position,
                attempts=parked.attempts,
            )
        )

    async def skip(self, command: SkipParked, decision: Decision) -> None:
        """Raises ParkedNotFound, ParkedWaits, ReasonRequired."""
        await self._first(command.reaction, command.position)
        await decision.decide(command)

    async def _first(self, reaction: str, position: int) -> Parked:
        parked = await self._parked.find(reaction, position)
        if parked is None:
            raise ParkedNotFound
        if parked.first != position:
            raise ParkedWaits(
                f"This event only waits behind {reaction}:{parked.first} of its stream. Decide on that one first."
            )
        return parked
