"""What a healthy scan did not see: missing at first, and gone when another agrees, hours later.

An outage is never read as a deletion. What is missing in two healthy scans at least six hours apart may be called gone,
unless that is too much of a library at once: then the owner is asked, and nothing is gone until they say so.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from medianest.application.library.giving_up import end_questions, give_up
from medianest.application.library.orders import TITLES_LEFT
from medianest.application.library.shelving import is_away
from medianest.application.library.waiting_times import WaitingTime
from medianest.application.origin import context_of
from medianest.domain.kernel import SYSTEM
from medianest.domain.library import (
    AllowRemovals,
    DeclineRemovals,
    HoldBackRemovals,
    NothingHeldBack,
    WithdrawRemovals,
    may_leave,
)
from medianest.ports.event_log import Context, EventLog
from medianest.ports.front_door import Commands, Idempotency, Outcome, Wording
from medianest.ports.library import LibraryCopies, LibraryIndex, LibraryNotFound, ScannedLibrary
from medianest.ports.media_server import Item
from medianest.ports.surroundings import Clock, Ids
from medianest.ports.work import Jobs

CERTAIN: Final = timedelta(hours=6)
"""Between the scan that missed something first and the one that may call it gone."""

PIECE: Final = 5_000
"""Copies that are compared at a time."""


class Seen(msgspec.Struct):
    """What a scan saw, by rating key: `copies` in one quality or both, those in 4K that are away alone among them, and
    what is `away` altogether, with all that is of it."""

    copies: set[tuple[str, bool]] = msgspec.field(default_factory=set)
    away: set[str] = msgspec.field(default_factory=set)

    def there(self, items: Sequence[Item]) -> Sequence[Item]:
        """Those whose files are there; the others are remembered as away."""
        there = []
        for item in items:
            if is_away(item) or item.rating_key in self.away:
                self.away.add(item.rating_key)
            else:
                there.append(item)
        return there


class Removals:
    def __init__(
        self,
        commands: Commands,
        log: EventLog,
        index: LibraryIndex,
        copies: LibraryCopies,
        *,
        jobs: Jobs,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._commands = commands
        self._log = log
        self._index = index
        self._copies = copies
        self._jobs = jobs
        self._clock = clock
        self._certain = WaitingTime(CERTAIN, clock)
        self._ids = ids

    async def settle(self, library: ScannedLibrary, seen: Seen, *, machine: str) -> int:
        """After a healthy scan of this machine: how many copies are gone by it. What was seen is in the index already.
        Raises MachineChanged."""
        now = self._clock.now()
        until = self._certain.began(now)
        await self._compare(library, seen, now, machine)
        leaving, held = await self._copies.leaving(library.server, library.uuid, missing_until=until)
        fields: dict[str, Any] = {
            "actor": SYSTEM,
            "at": now,
            "server": library.server,
            "library_uuid": library.uuid,
        }
        context = context_of(None, None, self._ids)
        saw_nothing = not (seen.copies or seen.away)  # of a library that holds one title, that is one
        if leaving and (saw_nothing or not may_leave(leaving, held)):
            hold = HoldBackRemovals(**fields, name=library.title, leaving=leaving, held=held)
            await self._commands.run([hold], context)
            return 0
        gone = await self._gone(library.server, library.uuid, until, now) if leaving else 0
        await self._commands.run([WithdrawRemovals(**fields)], context)
        return gone

    async def decide(
        self,
        actor: UUID,
        server: str,
        library_uuid: str,
        context: Context,
        *,
        is_allowed: bool,
        wording: Wording | None = None,
        idempotency: Idempotency | None = None,
    ) -> Outcome:
        """The owner's word on removals that are held back; the work behind it follows from the event. Raises
        NothingHeldBack, LibraryNotFound."""
        word = AllowRemovals if is_allowed else DeclineRemovals
        order = word(actor=actor, at=self._clock.now(), server=server, library_uuid=library_uuid)
        try:
            return await self._commands.run([order], context, wording=wording, idempotency=idempotency)
        except NothingHeldBack:
            if (server, library_uuid) in {(it.server, it.uuid) for it in await self._index.libraries()}:
                raise
            raise LibraryNotFound from None

    async def carry_out(
        self, server: str, library_uuid: str, decided_at: datetime, *, is_allowed: bool, leaving: int, name: str
    ) -> None:
        """What was missing long enough when the owner decided is gone, or nothing is missing. Their word was for
        `leaving` titles of the library of this `name`: where more are missing by now, they are asked anew."""
        if not is_allowed:
            await self._copies.wait_for(server, library_uuid)
            return
        now = self._clock.now()
        until = min(decided_at - CERTAIN, self._certain.began(now))
        missing, held = await self._copies.leaving(server, library_uuid, missing_until=until)
        if missing <= leaving:
            await self._gone(server, library_uuid, until, now)
            return
        anew = HoldBackRemovals(
            actor=SYSTEM, at=now, server=server, library_uuid=library_uuid, name=name, leaving=missing, held=held
        )
        await self._commands.run([anew], context_of(None, None, self._ids))

    async def give_up(self, server: str) -> None:
        """A server that is no more takes its titles along, and the questions about them."""
        context = context_of(None, None, self._ids)
        await give_up(server, self._commands, self._index, at=self._clock.now(), context=context)

    async def end_questions(self, servers: Collection[str]) -> None:
        """Those about servers that are not among `servers`, and about libraries of which nothing is known any more."""
        context = context_of(None, None, self._ids)
        await end_questions(servers, self._log, self._commands, self._index, at=self._clock.now(), context=context)

    async def _gone(self, server: str, library_uuid: str, until: datetime, now: datetime) -> int:
        gone = await self._copies.mark_gone(server, library_uuid, missing_until=until, at=now)
        await self._jobs.defer([TITLES_LEFT])
        return gone

    async def _compare(self, library: ScannedLibrary, seen: Seen, now: datetime, machine: str) -> None:
        after: tuple[str, bool] | None = None
        while known := await self._copies.known(library.server, library.uuid, after=after, limit=PIECE):
            missing: list[tuple[str, bool]] = []
            there: list[tuple[str, bool]] = []
            for one in known:
                key = (one.rating_key, one.is_4k)
                is_away = one.rating_key in seen.away or one.title_key in seen.away
                if key in seen.copies or is_away:
                    if one.missing_since is not None:
                        there.append(key)
                elif one.missing_since is None:
                    missing.append(key)
            await self._copies.mark_missing(library.server, missing, now, machine=machine)
            await self._copies.mark_missing(library.server, there, None, machine=machine)
            after = (known[-1].rating_key, known[-1].is_4k)
