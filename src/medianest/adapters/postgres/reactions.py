"""The runner of reactions: for every event, first the commands that follow, then the jobs, then the checkpoint."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid5

import structlog
from psycopg import AsyncConnection

from medianest.adapters.postgres import parked, reaction_checkpoints
from medianest.adapters.postgres.election import LOST, NEVER, REACTIONS, SteppedDown, leadership, stop_if_cancelled
from medianest.application.reaction import Reaction
from medianest.domain.kernel import Command, Recorded, Refused
from medianest.ports.event_log import Context, EventLog
from medianest.ports.failures import Unavailable
from medianest.ports.work import Job

NAMESPACE: Final = UUID("5d5be0c1-6e0c-5b5c-9a51-0b3f1f2f6f6a")
"""Under which ids of commands are made. It can never change: a repeated command is known by its id."""

ATTEMPTS: Final = 3
PAUSE: Final = 0.1
POLL: Final = 1.0
BACK_OFF: Final = 1.0
LONGEST_BACK_OFF: Final = 30.0

Run = Callable[[Command, Context, UUID], Awaitable[object]]
"""Runs one command of ours under this id. Raises Refused, Unavailable."""

Defer = Callable[[AsyncConnection[Any], Sequence[Job]], Awaitable[None]]
"""Adds jobs in the transaction of this connection."""

logger = structlog.get_logger(__name__)


def command_id(reaction: str, position: int, number: int) -> UUID:
    """The id of the `number`-th command (from 0) that `reaction` answers to the event at `position`."""
    return uuid5(NAMESPACE, f"{reaction}:{position}:{number}")


class ReactionRunner:
    """Elected by an advisory lock on `direct_url`, which must not be a pooler in transaction mode.

    A refusal is an answer: it is logged, and all goes on. What is unavailable is waited for: nothing passes it. Any
    other failure parks the event after `ATTEMPTS` tries, and with it the later ones of its stream, for that reaction;
    each new leader tries what is parked once more. A batch is at most `batch` events; times are in seconds.
    """

    def __init__(
        self,
        log: EventLog,
        direct_url: str,
        reactions: Sequence[Reaction],
        *,
        run: Run,
        defer: Defer,
        batch: int = 200,
        poll: float = POLL,
        back_off: float = BACK_OFF,
        pause: float = PAUSE,
    ) -> None:
        self._log = log
        self._url = direct_url
        self._reactions = {reaction.name: reaction for reaction in reactions}
        self._run = run
        self._defer = defer
        self._batch = batch
        self._poll = poll
        self._back_off = back_off
        self._pause = pause
        self._positions: dict[str, int] = {}
        self._parked: dict[str, set[UUID]] = {}

    async def run(self) -> None:
        """Lead or stand by until cancelled."""
        pause = self._back_off
        while True:
            before = dict(self._positions)
            try:
                async with leadership(self._url, REACTIONS) as connection:
                    await self._lead(connection)
            except (*LOST, Unavailable, SteppedDown) as failure:
                stop_if_cancelled()
                pause = self._back_off if self._positions != before else min(pause * 2, LONGEST_BACK_OFF)
                logger.warning("reactions_interrupted", reason=type(failure).__name__, seconds=pause)
                await asyncio.sleep(pause)
            except Exception:
                # An event that cannot even be read. Nothing passes it, and the process has other work to do.
                logger.exception("reactions_stand_still", positions=self._positions)
                await asyncio.sleep(LONGEST_BACK_OFF)

    async def _lead(self, connection: AsyncConnection[Any]) -> None:
        self._positions = await reaction_checkpoints.ready(connection, list(self._reactions), await self._log.head())
        await self._try_parked(connection)
        logger.info("reactions_lead", positions=self._positions)
        while True:
            if await self._round(connection):
                continue
            await self._log.wait(after=max(self._positions.values(), default=NEVER), timeout=self._poll)
            # The lock lives with the connection, which may have died.
            await reaction_checkpoints.confirm(connection, self._positions)

    async def _round(self, connection: AsyncConnection[Any]) -> bool:
        """One batch for those that are furthest behind; they go on together with whom they reach."""
        if not self._positions:
            return False
        places = sorted(set(self._positions.values()))
        until = places[1] if len(places) > 1 else None
        batch = await self._log.read(after=places[0], limit=self._batch, until=until)
        for name, reaction in self._reactions.items():
            if batch and self._positions[name] == places[0]:
                await self._answer(connection, reaction, batch)
        return bool(batch)

    async def _answer(self, connection: AsyncConnection[Any], reaction: Reaction, batch: Sequence[Recorded]) -> None:
        for recorded in batch:
            if isinstance(recorded.event, reaction.events):
                await self._handle(connection, reaction, recorded)
        if (last := batch[-1].position) != self._positions[reaction.name]:
            await reaction_checkpoints.move(connection, reaction.name, self._positions[reaction.name], last)
            self._positions[reaction.name] = last

    async def _handle(self, connection: AsyncConnection[Any], reaction: Reaction, recorded: Recorded) -> None:
        """Answer one event or park it, and move the checkpoint with that."""
        name, position = reaction.name, recorded.position
        streams = self._parked.setdefault(name, set())
        move = partial(reaction_checkpoints.move, connection, name, self._positions[name], position)
        is_waiting = recorded.stream_id in streams
        failure = None if is_waiting else await self._attempt(connection, reaction, recorded, settle=move)
        if is_waiting or failure is not None:
            attempts = 0 if failure is None else ATTEMPTS
            async with connection.transaction():
                await parked.park(connection, name, recorded, failure=failure, attempts=attempts)
                await move()
            streams.add(recorded.stream_id)
        self._positions[name] = position

    async def _attempt(
        self,
        connection: AsyncConnection[Any],
        reaction: Reaction,
        recorded: Recorded,
        *,
        settle: Callable[[], Awaitable[None]],
    ) -> Exception | None:
        """The commands, then jobs and `settle` in one transaction; the last failure if no attempt succeeded."""
        failure = None
        for attempt in range(ATTEMPTS):
            await asyncio.sleep(self._pause * attempt)
            try:
                jobs = await self._run_commands(reaction, recorded)
                async with connection.transaction():
                    await self._defer(connection, jobs)
                    await settle()
            except (*LOST, Unavailable, SteppedDown):
                raise
            except Exception as error:
                failure = error
            else:
                return None
        logger.error("event_parked", reaction=reaction.name, position=recorded.position, exc_info=failure)
        return failure

    async def _run_commands(self, reaction: Reaction, recorded: Recorded) -> Sequence[Job]:
        """Run the commands that follow from the event; the answer is the jobs that do."""
        following = reaction.react(recorded)
        context = Context(correlation_id=recorded.correlation_id, causation_id=recorded.event_id)
        for number, command in enumerate(step for step in following if isinstance(step, Command)):
            try:
                await self._run(command, context, command_id(reaction.name, recorded.position, number))
            except Refused as refused:
                logger.info("reaction_refused", reaction=reaction.name, position=recorded.position, code=refused.code)
        return [step for step in following if isinstance(step, Job)]

    async def _try_parked(self, connection: AsyncConnection[Any]) -> None:
        """A new leader may be a new release: what was parked gets another chance, each stream in its order."""
        self._parked = {}
        for name, streams in (await parked.parked(connection)).items():
            for stream_id, positions in streams.items():
                if name not in self._reactions or not await self._unpark(connection, self._reactions[name], positions):
                    self._parked.setdefault(name, set()).add(stream_id)

    async def _unpark(self, connection: AsyncConnection[Any], reaction: Reaction, positions: Sequence[int]) -> bool:
        """Whether nothing of the stream waits any more."""
        for position in positions:
            for recorded in await self._log.read(after=position - 1, limit=1, until=position):
                settle = partial(parked.unpark, connection, reaction.name, position)
                if failure := await self._attempt(connection, reaction, recorded, settle=settle):
                    await parked.park(connection, reaction.name, recorded, failure=failure, attempts=ATTEMPTS)
                    return False
        return True
