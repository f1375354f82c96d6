"""The audit trail as it grows: each event that fits a question, as soon as it is recorded."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from dataclasses import dataclass
from typing import Final

from medianest.application.criteria import texts_in
from medianest.application.open_streams import OpenStreams
from medianest.application.phrase import PhraseInvalid, terms_of
from medianest.application.queries.audit import AuditDesk, ReadAudit, ReadPhrase
from medianest.application.queries.lines import AuditLine
from medianest.application.tasks import end
from medianest.application.viewer import Viewer
from medianest.ports.event_log import EventLog
from medianest.ports.failures import Unavailable
from medianest.ports.views import ViewProgress
from medianest.projections.request_board import REQUEST_BOARD

BATCH: Final = 200
POLL: Final = 1.0
"""Seconds between looks at the log, since a wake-up can be lost."""
PACE: Final = 0.2
"""Seconds between two looks at the least: there may be many tails, and a busy house answers its people first."""
PAUSE: Final = 0.5
"""Seconds to wait where the database is away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An event that fits. `line` None: the position to go on from is not of this log; begin again from here."""

    position: int
    line: AuditLine | None


class AuditTail:
    def __init__(self, desk: AuditDesk, log: EventLog, progress: ViewProgress, streams: OpenStreams) -> None:
        self._desk = desk
        self._log = log
        self._progress = progress
        self._streams = streams

    async def reach(self, asked: ReadPhrase) -> int:
        """The position up to which `asked` can be answered: the end of the log; where titles are looked for, how far
        the board is that knows them."""
        if texts_in(terms_of(asked.phrase)):
            return await self._progress.position([REQUEST_BOARD.name])
        return await self._log.head()

    async def follow(
        self, viewer: Viewer, asked: ReadPhrase, *, after: int, beat: float | None = None
    ) -> AsyncGenerator[Heard | None, None]:
        """What fits `asked` and is recorded after that position, in order, without end. Ends when the open streams are
        to, or once the phrase no longer means anything. A database that is away only delays it. With `beat` None comes
        as soon as it listens, and whenever nothing else came for so many seconds, or a little more."""
        ended, clock = asyncio.Event(), asyncio.get_running_loop().time
        with self._streams.opened(viewer.user_id, ended.set, session_id=viewer.session_id):
            if beat is not None:
                yield None
            seen, is_checked, said_at = after, False, clock()
            while not ended.is_set():
                if beat is not None and clock() - said_at >= beat:
                    said_at = clock()
                    yield None
                try:
                    until = await self.reach(asked)
                    if not is_checked and seen > until:
                        seen = until
                        yield Heard(position=until, line=None)
                    is_checked = True
                    lines = await self._read(asked, seen, until)
                except Unavailable:
                    await _either(ended.wait(), asyncio.sleep(PAUSE))
                    continue
                except PhraseInvalid:
                    return
                for line in lines:
                    if ended.is_set():
                        return
                    seen, said_at = line.recorded.position, clock()
                    yield Heard(position=seen, line=line)
                if len(lines) < BATCH:
                    seen = max(seen, until)
                    await _either(ended.wait(), asyncio.gather(self._wait(asked, seen), asyncio.sleep(PACE)))

    async def _read(self, asked: ReadPhrase, after: int, until: int) -> list[AuditLine]:
        if after >= until:
            return []
        # Read anew each time: the request that a text means may have been made a moment ago.
        criteria = await self._desk.read_phrase(asked)
        return list(await self._desk.read(ReadAudit(criteria=criteria, after=after, until=until, limit=BATCH)))

    async def _wait(self, asked: ReadPhrase, after: int) -> None:
        if texts_in(terms_of(asked.phrase)):
            await self._progress.wait([REQUEST_BOARD.name], position=after + 1, timeout=POLL)
        else:
            await self._log.wait(after=after, timeout=POLL)


async def _either(*waits: Awaitable[object]) -> None:
    """Return when the first of them does; raises nothing."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await end(*tasks)
