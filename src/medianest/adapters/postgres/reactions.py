"""The runner of reactions: for every event, first the commands that follow, then the jobs, then the checkpoint."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Final
from uuid import UUID

import structlog
from psycopg import AsyncConnection

from medianest.adapters.postgres import parked, reaction_checkpoints
from medianest.adapters.postgres.answering import ATTEMPTS, PAUSE, Answering, Run
from medianest.adapters.postgres.election import LOST, NEVER, REACTIONS, SteppedDown, leadership, stop_if_cancelled
from medianest.adapters.postgres.side_by_side import side_by_side
from medianest.application.reaction import Reaction
from medianest.domain.kernel import Recorded
from medianest.domain.upkeep import ParkedRetried, ParkedSkipped
from medianest.ports.event_log import EventLog
from medianest.ports.failures import Unavailable
from medianest.ports.work import Job

POLL: Final = 1.0
BREATH: Final = 0.05
"""Seconds between two batches, where there is no pause between the events either: an answer is an event, too, so in a
busy house each batch would be a single one, and the machine full of commits. What comes alone waits for none."""

BACK_OFF: Final = 1.0
LONGEST_BACK_OFF: Final = 5.0
"""Seconds: after an outage, however long it was, nobody waits longer than this for what follows from what they did."""
STANDSTILL: Final = 30.0

Defer = Callable[[AsyncConnection[Any], Sequence[Job]], Awaitable[None]]
"""Adds jobs in the transaction of this connection."""

Act = Callable[[], Awaitable[None]]

UPKEEP: Final = "upkeep"
"""Both the category of what is decided on parked events, and the name of how far the runner is with that."""

logger = structlog.get_logger(__name__)


class ReactionRunner:
    """Elected by an advisory lock on `direct_url`, which must not be a pooler in transaction mode.

    A refusal is an answer: it is logged, and all goes on. What is unavailable is waited for: nothing passes it. Any
    other failure parks the event after `ATTEMPTS` tries, and with it the later ones of its stream, for that reaction;
    each new leader tries what is parked once more, and so does whoever asks for it in the log (`upkeep`), where it can
    also be skipped. A batch is at most `batch` events, those of one stream answered in their order; times in seconds.
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
        breath: float = BREATH,
        back_off: float = BACK_OFF,
        pause: float = PAUSE,
    ) -> None:
        self._log, self._url = log, direct_url
        self._reactions = {reaction.name: reaction for reaction in reactions}
        self._answering = Answering(run, pause=pause)
        self._defer = defer
        self._batch = batch
        self._poll, self._breath = poll, breath
        self._back_off = back_off
        self._moved = float("-inf")
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
                await asyncio.sleep(STANDSTILL)

    async def _lead(self, connection: AsyncConnection[Any]) -> None:
        names = [*self._reactions, UPKEEP]
        self._positions = await reaction_checkpoints.ready(connection, names, await self._log.head())
        self._parked = {name: set(streams) for name, streams in (await parked.streams(connection)).items()}
        # First what was decided: what is to be skipped must not be tried once more.
        while batch := await self._log.read(after=self._positions[UPKEEP], limit=self._batch, categories=(UPKEEP,)):
            await self._answer(connection, [UPKEEP], batch)
        await self._try_parked(connection)
        logger.info("reactions_lead", positions=self._positions)
        confirmed = time.monotonic()
        while True:
            while await self._round(connection):
                pass
            await self._log.wait(after=max(self._positions.values(), default=NEVER), timeout=self._poll)
            if time.monotonic() - self._moved < self._breath:
                await asyncio.sleep(self._breath)
            if time.monotonic() - confirmed >= self._poll:  # the lock lives with the connection, which may have died
                await reaction_checkpoints.confirm(connection, self._positions)
                confirmed = time.monotonic()

    async def _round(self, connection: AsyncConnection[Any]) -> bool:
        """One batch for those that are furthest behind, up to the next ones; whether there may be more at once."""
        places = sorted(set(self._positions.values()))
        until = places[1] if len(places) > 1 else None
        if batch := await self._log.read(after=places[0], limit=self._batch, until=until):
            await self._answer(connection, [name for name, at in self._positions.items() if at == places[0]], batch)
            self._moved = time.monotonic()
        return len(batch) == self._batch or (bool(batch) and until is not None)

    async def _answer(self, connection: AsyncConnection[Any], names: Sequence[str], batch: Sequence[Recorded]) -> None:
        """Each reaction in turn, then all of them stand behind the batch."""
        for name in names:
            if name == UPKEEP:
                for recorded in batch:
                    if isinstance(recorded.event, ParkedRetried | ParkedSkipped):
                        await self._obey(connection, recorded.event, recorded.position)
                continue
            reaction, parked_streams = self._reactions[name], self._parked.setdefault(name, set())
            concerning = [recorded for recorded in batch if isinstance(recorded.event, reaction.events)]
            free = [recorded for recorded in concerning if recorded.stream_id not in parked_streams]
            answered = await side_by_side(free, partial(self._answering.run_commands, reaction))
            for recorded in concerning:
                await self._handle(connection, reaction, recorded, answered.get(recorded.position))
        last = batch[-1].position
        await reaction_checkpoints.move(connection, {name: self._positions[name] for name in names}, last)
        self._positions.update(dict.fromkeys(names, last))

    async def _handle(
        self, connection: AsyncConnection[Any], reaction: Reaction, recorded: Recorded, answered: Sequence[Job] | None
    ) -> None:
        """Answer one event or park it; `answered`: its commands have run, and these jobs follow.

        The checkpoint moves with what would be there twice if it did not: with jobs, and with what is parked. A
        command that is run again is known by its id, so that it can wait for the batch."""
        name, position = reaction.name, recorded.position

        async def settle(jobs: Sequence[Job]) -> None:
            if jobs:
                async with connection.transaction():
                    await self._defer(connection, jobs)
                    await reaction_checkpoints.move(connection, {name: self._positions[name]}, position)
                self._positions[name] = position

        is_waiting = recorded.stream_id in self._parked[name]
        failure = (
            None if is_waiting else await self._answering.attempt(reaction, recorded, settle=settle, answered=answered)
        )
        if is_waiting or failure is not None:
            async with connection.transaction():
                await parked.park(connection, name, recorded, failure=failure, attempts=ATTEMPTS if failure else 0)
                await reaction_checkpoints.move(connection, {name: self._positions[name]}, position)
            self._positions[name] = position
            self._parked[name].add(recorded.stream_id)

    async def _try_parked(self, connection: AsyncConnection[Any]) -> None:
        """A new leader may be a new release: what was parked gets another chance, each stream in its order."""
        for name, streams in (await parked.streams(connection)).items():
            for stream_id, positions in streams.items():
                await self._unpark(connection, name, stream_id, positions)

    async def _obey(
        self, connection: AsyncConnection[Any], order: ParkedRetried | ParkedSkipped, position: int
    ) -> None:
        """Do with a parked event what somebody decided, and move our own checkpoint with that; then go on with what
        waited behind it."""
        move = partial(reaction_checkpoints.move, connection, {UPKEEP: self._positions[UPKEEP]}, position)
        found = await parked.stream_of(connection, order.reaction, order.position)
        if found is None:  # it was handled in between
            await move()
        elif isinstance(order, ParkedSkipped):
            async with connection.transaction():
                await parked.unpark(connection, order.reaction, order.position)
                await move()
            await self._unpark(connection, order.reaction, found[0], found[1][1:])
        elif order.reaction in self._reactions:
            await self._unpark(connection, order.reaction, *found, move)
        else:  # of another release, which may come back
            await move()
        self._positions[UPKEEP] = position

    async def _unpark(
        self, connection: AsyncConnection[Any], name: str, stream_id: UUID, positions: Sequence[int], *first: Act
    ) -> None:
        """Try what is parked of a stream in its order, until one fails; `first` is done along with the first."""
        reaction = self._reactions.get(name)
        if reaction is None:
            return

        async def settle(jobs: Sequence[Job]) -> None:
            async with connection.transaction():
                await self._defer(connection, jobs)
                await parked.unpark(connection, name, recorded.position)
                await _in_turn(*first)

        for recorded in await self._log.read_positions(positions):
            if failure := await self._answering.attempt(reaction, recorded, settle=settle):
                async with connection.transaction():
                    await parked.park(connection, name, recorded, failure=failure, attempts=ATTEMPTS)
                    await _in_turn(*first)
                return
            first = ()
        self._parked.get(name, set()).discard(stream_id)


async def _in_turn(*acts: Act) -> None:
    for act in acts:
        await act()
