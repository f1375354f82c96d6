"""One reaction's answer to one event: the commands that follow, and then the jobs, in as many tries as it gets."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from uuid import UUID

import structlog

from medianest.adapters.postgres.election import LOST, SteppedDown
from medianest.application.reaction import Reaction, command_id
from medianest.domain.kernel import Command, Recorded, Refused
from medianest.ports.event_log import Context
from medianest.ports.failures import Unavailable
from medianest.ports.work import Job

ATTEMPTS: Final = 3
PAUSE: Final = 0.1

Run = Callable[[Command, Context, UUID], Awaitable[object]]
"""Runs one command of ours under this id. Raises Refused, Unavailable."""

Settle = Callable[[Sequence[Job]], Awaitable[None]]
"""Adds the jobs, and remembers that this event is answered."""

logger = structlog.get_logger(__name__)


class Answering:
    """A refusal is an answer: it is logged, and all goes on. `pause`, in seconds, is longer before each further try."""

    def __init__(self, run: Run, *, pause: float = PAUSE) -> None:
        self._run = run
        self._pause = pause

    async def run_commands(self, reaction: Reaction, recorded: Recorded) -> Sequence[Job]:
        """Run the commands that follow from the event; the answer is the jobs that do."""
        following = reaction.react(recorded)
        context = Context(correlation_id=recorded.correlation_id, causation_id=recorded.event_id)
        for number, command in enumerate(step for step in following if isinstance(step, Command)):
            try:
                await self._run(command, context, command_id(reaction.name, recorded.position, number))
            except Refused as refused:
                logger.info("reaction_refused", reaction=reaction.name, position=recorded.position, code=refused.code)
        return [step for step in following if isinstance(step, Job)]

    async def attempt(
        self, reaction: Reaction, recorded: Recorded, *, settle: Settle, answered: Sequence[Job] | None = None
    ) -> Exception | None:
        """The commands, unless they have run and these jobs follow (`answered`), then `settle` with the jobs; the last
        failure if no try succeeded. Raises, at once, whatever says that the database or something else is away, or that
        somebody else leads."""
        failure = None
        for attempt in range(ATTEMPTS):
            await asyncio.sleep(self._pause * attempt)
            try:
                jobs = await self.run_commands(reaction, recorded) if answered is None else answered
                answered = None  # another attempt runs them again
                await settle(jobs)
            except (*LOST, Unavailable, SteppedDown):
                raise
            except Exception as error:
                failure = error
            else:
                return None
        logger.error("event_parked", reaction=reaction.name, position=recorded.position, exc_info=failure)
        return failure
