"""Asking for what people will probably look at next: the last in every queue, and the first to be dropped."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from dataclasses import dataclass
from typing import Any, Final

from medianest.application.kept_reads.counts import ReadCounts
from medianest.application.kept_reads.reads import Read
from medianest.application.tasks import end
from medianest.ports.cache import RateLimiter

QUEUE: Final = 60
"""Reads that wait: the details behind three pages."""
BURST: Final = 20
PER_SECOND: Final = 8.0
"""Of all processes together. The Movie Database bears some 40 a second from one address: most of it is for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefetching:
    """`is_well`: whether an upstream answers at the moment, as far as is known (its breaker is closed)."""

    limiter: RateLimiter
    is_well: Callable[[str], bool]


class Prefetcher:
    """One after the other, behind the back of whoever caused it. `fetch` answers whether it asked; `is_busy` says of an
    upstream that people wait for it."""

    def __init__(
        self,
        means: Prefetching,
        counts: ReadCounts,
        *,
        fetch: Callable[[Read[Any]], Awaitable[bool]],
        is_busy: Callable[[str], bool],
    ) -> None:
        self._means = means
        self._counts = counts
        self._fetch = fetch
        self._is_busy = is_busy
        self._queue: deque[Read[Any]] = deque()
        self._task: asyncio.Task[None] | None = None

    def add(self, reads: Sequence[Read[Any]]) -> None:
        for read in reads:
            if len(self._queue) < QUEUE and self._is_welcome(read):
                self._queue.append(read)
            else:
                self._counts.add(read, "dropped")
        if self._queue and (self._task is None or self._task.done()):
            # In a context of its own: it is no part of the request that caused it.
            self._task = asyncio.get_running_loop().create_task(self._run(), context=Context())

    async def settle(self) -> None:
        if self._task is not None:
            await asyncio.wait([self._task])

    async def close(self) -> None:
        self._queue.clear()
        if self._task is not None:
            await end(self._task)

    def _is_welcome(self, read: Read[Any]) -> bool:
        return self._means.is_well(read.upstream) and not self._is_busy(read.upstream)

    async def _run(self) -> None:
        while self._queue:
            read = self._queue.popleft()
            is_done = self._is_welcome(read) and await self._granted(read) and await self._fetch(read)
            self._counts.add(read, "prefetched" if is_done else "dropped")

    async def _granted(self, read: Read[Any]) -> bool:
        while True:
            bucket = f"prefetch:{read.upstream}"
            allowance = await self._means.limiter.take(bucket, capacity=BURST, per_second=PER_SECOND)
            if allowance.is_granted:
                return self._is_welcome(read)
            await asyncio.sleep(allowance.next_in)
