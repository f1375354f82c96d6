"""What one process says of its upstreams to all others, and what it does when somebody asks something of all of them.

Whoever resets a breaker has it recorded; the event is the order, and each process reads it in the log.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from medianest.domain.media_server import ServerRemoved
from medianest.domain.upkeep import BreakerReset, CacheCleared
from medianest.ports.event_log import EventLog
from medianest.ports.failures import Unavailable
from medianest.ports.surroundings import Ids
from medianest.ports.upstreams import ProcessReport, SharedFigures, Upstreams

EVERY: Final = 2.0
"""Seconds between two reports."""
LOOK: Final = 0.4
"""Seconds that pass between two looks at the log, however much is written to it."""
BATCH: Final = 1000
OBEYED: Final = ("upkeep", "media_server")
"""The categories of events that are orders here."""

Forget = Callable[[str], Awaitable[None]]


class UpstreamWatch:
    """`forget` drops every answer of an upstream that is kept."""

    def __init__(
        self,
        log: EventLog,
        upstreams: Upstreams,
        shared: SharedFigures,
        ids: Ids,
        forget: Forget,
    ) -> None:
        self._log = log
        self._upstreams = upstreams
        self._shared = shared
        self._forget = forget
        self._process_id = ids.new()
        self._position = -1
        self._catching_up = asyncio.Lock()

    async def run(self) -> None:
        """Report and obey until cancelled. Servers that are away only delay it."""
        reporting = 0.0
        now = asyncio.get_running_loop().time
        while True:
            try:
                has_obeyed = await self.catch_up()
            except Unavailable:
                has_obeyed = False
            if has_obeyed or now() >= reporting:
                await self._shared.publish(self.report())
                reporting = now() + EVERY
            await self._log.wait(after=self._position, timeout=max(0.0, reporting - now() - LOOK))
            await asyncio.sleep(LOOK)

    async def catch_up(self) -> bool:
        """Do what was asked of the upstreams since the last time; whether there was anything. What was asked before
        this process began is over: its breakers are closed, and what it kept is gone."""
        async with self._catching_up:
            head = await self._log.head()
            if self._position < 0:
                self._position = head
            has_obeyed = False
            while self._position < head:
                batch = await self._log.read(
                    after=self._position, until=head, limit=BATCH, categories=OBEYED, is_lenient=True
                )
                for recorded in batch:
                    match recorded.event:
                        case BreakerReset(upstream=upstream):
                            self._upstreams.reset(upstream)
                            has_obeyed = True
                        case CacheCleared(upstream=upstream):
                            await self._forget(upstream)
                            has_obeyed = True
                        case ServerRemoved(slug=slug):
                            self._upstreams.remove(slug)
                            has_obeyed = True
                self._position = batch[-1].position if len(batch) == BATCH else head
            return has_obeyed

    def report(self) -> ProcessReport:
        """How the upstreams are now, as this process sees them."""
        return ProcessReport(process_id=self._process_id, samples=self._upstreams.samples())
