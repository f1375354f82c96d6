"""Processes that write are killed at any moment, while others go on writing and somebody follows the log."""

import asyncio
import random
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from uuid import UUID

import psycopg
import pytest
from tests import trials
from tests.contract.event_log.logs import LogParts, postgres_log
from tests.processes import eventually, program
from tests.programs.appender import EVENTS, streams_of

from medianest.adapters.eventlog.rows import event_id
from medianest.domain.kernel import Recorded

ROUNDS = trials.of(2, 20)
CALLERS = 16
AT_MOST = 800
"""Appends of one process, beside another, before it is killed: where in a batch that falls is up to chance."""


class Writing:
    """A process that appends, and the commands that were acknowledged to it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.said: list[str] = []
        self._process = process
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    @property
    def acknowledged(self) -> Sequence[UUID]:
        return [UUID(line.rstrip()) for line in self.said]

    async def reach(self, more: int) -> None:
        until = len(self.said) + more
        await asyncio.to_thread(eventually, lambda: len(self.said) >= until or self._process.poll() is not None, 60)
        assert self._process.poll() is None, "".join(self.said[-20:])

    def kill(self) -> None:
        self._process.kill()
        self._reading.join()  # with whatever was on its way

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said.append(line)


async def _follow(parts: LogParts, followed: list[Recorded]) -> None:
    """Read on from the last known position, as projections and reactions do."""
    position = 0
    while True:
        page = await parts.log.read(after=position, limit=100)
        if page:
            position = page[-1].position
            followed += page
        else:
            await parts.log.wait(after=position, timeout=0.2)


def _writing_for_the_dead(database_url: str) -> bool:
    with psycopg.connect(database_url) as link:
        query = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '%writer'"
        return link.execute(query).rowcount > 0


@pytest.mark.soak
async def test_of_writers_killed_at_any_moment_each_append_is_whole_or_absent_and_what_was_acknowledged_is_there_once(
    database_url: str, tell: Callable[[str], None]
) -> None:
    chance = random.Random()
    followed: list[Recorded] = []
    with ExitStack() as stack:

        def begin() -> Writing:
            return Writing(stack.enter_context(program("appender", database_url, CALLERS)))

        async with postgres_log(database_url) as parts:
            following = asyncio.create_task(_follow(parts, followed))
            writing = [begin(), begin()]
            for _ in range(ROUNDS):
                for each in writing[-2:]:
                    await each.reach(1)
                await writing[-2].reach(chance.randint(0, AT_MOST))
                writing[-2].kill()
                # The other one gets the lock of the log, whatever the killed one was about.
                await writing[-1].reach(CALLERS)
                writing.append(begin())
            for each in writing[-2:]:
                each.kill()
            # The server still does what a process sent before it was killed.
            await asyncio.to_thread(eventually, lambda: not _writing_for_the_dead(database_url))
            stored = await parts.log.read(after=0, limit=10**7)
            await asyncio.to_thread(eventually, lambda: followed and followed[-1].position == stored[-1].position, 60)
            following.cancel()

    acknowledged = [command_id for each in writing for command_id in each.acknowledged]
    assert [one.position for one in followed] == [one.position for one in stored]
    there = {one.event_id for one in stored}
    assert len(there) == len(stored)
    found = {UUID(command_id): events for command_id, events in Counter(one.correlation_id for one in stored).items()}
    half = {one: events for one, events in found.items() if events != EVENTS * streams_of(one)}
    assert not half
    lost = [one for one in acknowledged if one not in found or event_id(one, 0) not in there]
    assert not lost
    tell(
        f"{ROUNDS} writers of {CALLERS} callers killed: {len(acknowledged):,} appends acknowledged and all there once, "
        f"{len(found) - len(acknowledged):,} recorded but not acknowledged, none by half; {len(stored):,} events "
        "followed in order"
    )
