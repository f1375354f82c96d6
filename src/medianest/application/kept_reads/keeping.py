"""`KeptReads`: reads of upstreams, answered from what is kept wherever that is good enough."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import Context
from functools import partial
from types import TracebackType
from typing import Any, Final, NamedTuple, Self, TypeVar

import structlog

from medianest.application.flights import Flights
from medianest.application.kept_reads.ages import note
from medianest.application.kept_reads.counts import Outcome, ReadCounts
from medianest.application.kept_reads.faults import RecentFaults
from medianest.application.kept_reads.generations import Marks
from medianest.application.kept_reads.prefetching import Prefetcher, Prefetching
from medianest.application.kept_reads.reads import Entry, Kept, Read, decoded, encoded, entry_of
from medianest.application.tasks import end
from medianest.ports.cache import Generations, Leases, TwoTiers
from medianest.ports.failures import Unavailable
from medianest.ports.surroundings import Clock

LEASE: Final = 12.0
"""Seconds for which other processes leave a read to the one that began it: a little more than a call may take."""
PATIENCE: Final = 3.0
"""Seconds for which they do so with somebody waiting; then they ask by themselves."""
FIRST_LOOK: Final = 0.01
LONGEST_LOOK: Final = 0.1
MOST_BEHIND: Final = 16
"""Stale answers that are asked for anew at once; beyond these, whoever comes next asks."""
BUSY: Final = 3
"""Reads for which people wait: from these on, nothing is fetched before it is wanted."""

log = structlog.get_logger(__name__)
T = TypeVar("T")


class _Found(NamedTuple):
    """`is_ours`: this process asked for it, and no other."""

    entry: Entry[Any]
    is_ours: bool


class KeptReads:
    """Open it as a context, so that what it does behind answers ends with it. Without `prefetching` nothing is asked
    for before it is wanted."""

    def __init__(
        self,
        cache: TwoTiers,
        leases: Leases,
        generations: Generations,
        clock: Clock,
        *,
        prefetching: Prefetching | None = None,
    ) -> None:
        self._cache = cache
        self._leases = leases
        self._marks = Marks(generations)
        self._clock = clock
        self._flights: Flights[_Found] = Flights()
        self._faults = RecentFaults()
        self._behind: dict[str, asyncio.Task[None]] = {}
        self._waiting: Counter[str] = Counter()
        self.counts = ReadCounts()
        self._prefetcher = prefetching and Prefetcher(
            prefetching, self.counts, fetch=self._fetch_ahead, is_busy=lambda name: self._waiting[name] >= BUSY
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        if self._prefetcher:
            await self._prefetcher.close()
        await end(*self._behind.values())

    async def get(self, read: Read[T]) -> Kept[T] | None:
        """None for what is not there. Raises what `read.fetch` raises, and only where nothing is kept."""
        key = await self._marks.key(read, self._now())
        entry = decoded(read, await self._cache.get(key))
        age = "gone" if entry is None else entry.age(self._now())
        if entry is None or age in ("kept", "gone"):
            return await self._asked(key, read, entry if age == "kept" else None)
        outcome: Outcome = "hit" if age == "fresh" else "stale"
        self.counts.add(read, outcome if entry.value is not None else "negative")
        if age == "stale":
            self._ask_behind(key, read)
        return self._told(entry)

    def prefetch(self, reads: Sequence[Read[Any]]) -> None:
        """Ask for them when there is nothing better to do, or not at all. Returns at once."""
        if self._prefetcher:
            self._prefetcher.add(reads)

    async def forget(self, upstream: str, subject: str | None = None) -> None:
        """Leave behind all that is kept of an upstream, or what is kept about one subject there; also what is just
        being fetched. Other processes follow within a second; while the shared cache is away, only this one does, and
        tells them once it is back."""
        await self._marks.renew(upstream, subject)

    async def settle(self) -> None:
        """Return once nothing is being asked for behind an answer."""
        while self._behind:
            await asyncio.wait(self._behind.values())
        if self._prefetcher:
            await self._prefetcher.settle()

    async def _asked(self, key: str, read: Read[T], entry: Entry[T] | None) -> Kept[T] | None:
        is_joining = self._flights.is_under_way(key)
        try:
            with self._somebody_waits(read):
                found = await self._ask(key, read)
        except Unavailable as error:
            self.counts.add(read, "away" if entry is None else "kept")
            if entry is None:
                raise
            age = round(self._now() - entry.stored_at)
            log.warning("served_stale", upstream=read.upstream, kind=read.kind, reason=str(error), age_seconds=age)
            return self._told(entry)
        self.counts.add(read, "miss" if found.is_ours and not is_joining else "joined")
        return self._told(found.entry)

    def _ask_behind(self, key: str, read: Read[Any]) -> None:
        if key in self._behind or self._faults.find(key, self._now()):
            return
        if len(self._behind) >= MOST_BEHIND:
            self.counts.add(read, "dropped")
            return
        # In a context of its own: it is no part of the request that caused it.
        self._behind[key] = asyncio.get_running_loop().create_task(self._refresh(key, read), context=Context())

    async def _refresh(self, key: str, read: Read[Any]) -> None:
        try:
            await self._ask(key, read)
            self.counts.add(read, "refreshed")
        except Unavailable as error:
            log.warning("not_refreshed", upstream=read.upstream, kind=read.kind, reason=str(error))
        except Exception:
            log.exception("not_refreshed", upstream=read.upstream, kind=read.kind)
        finally:
            del self._behind[key]

    async def _fetch_ahead(self, read: Read[Any]) -> bool:
        key = await self._marks.key(read, self._now())
        entry = decoded(read, await self._cache.get(key))
        if entry is not None and entry.age(self._now()) in ("fresh", "stale"):
            return False
        try:
            await self._ask(key, read)
        except Unavailable:
            return False
        except Exception:
            log.exception("not_prefetched", upstream=read.upstream, kind=read.kind)
            return False
        return True

    async def _ask(self, key: str, read: Read[Any]) -> _Found:
        if fault := self._faults.find(key, self._now()):
            raise fault.with_traceback(None)
        return await self._flights.board(key, partial(self._fly, key, read))

    async def _fly(self, key: str, read: Read[Any]) -> _Found:
        """Ask, as the one in this process, and if possible the one of all, who does."""
        lease = await self._leases.take(key, ttl=LEASE)
        wait, waited = FIRST_LOOK, 0.0
        while lease is None and waited < PATIENCE:
            await asyncio.sleep(wait)
            waited, wait = waited + wait, min(wait * 2, LONGEST_LOOK)
            if found := await self._shared(key, read):
                return _Found(found, is_ours=False)
            lease = await self._leases.take(key, ttl=LEASE)
        try:
            # Whoever had the lease before us may have left the answer between our look and now.
            if found := await self._shared(key, read):
                return _Found(found, is_ours=False)
            return _Found(await self._fetch(key, read), is_ours=True)
        finally:
            if lease is not None:
                await self._leases.give_back(key, lease)

    async def _shared(self, key: str, read: Read[T]) -> Entry[T] | None:
        found = decoded(read, await self._cache.look_again(key))
        return found if found is not None and found.age(self._now()) == "fresh" else None

    async def _fetch(self, key: str, read: Read[T]) -> Entry[T]:
        try:
            value = await read.fetch()
        except Unavailable as error:
            self._faults.note(key, error, self._now())
            raise
        entry = entry_of(read, value, self._now())
        stored = encoded(entry)
        if stored is not None and (read.largest is None or len(stored) <= read.largest):
            await self._cache.put(key, stored, ttl=entry.ttl)
        return entry

    def _told(self, entry: Entry[T]) -> Kept[T] | None:
        told = entry.told(self._now())
        if told is not None:
            note(told)
        return told

    @contextmanager
    def _somebody_waits(self, read: Read[Any]) -> Iterator[None]:
        self._waiting[read.upstream] += 1
        try:
            yield
        finally:
            self._waiting[read.upstream] -= 1

    def _now(self) -> float:
        return self._clock.now().timestamp()
