"""A Redis (or Valkey) that may be gone: short waits, and a pause after a failure instead of one wait per call."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, TypeVar

import structlog
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

T = TypeVar("T")

_WAIT: Final = 0.25
"""Seconds for a call, from a place in the pool to its answer."""

_LOOKS: Final = 5
"""How often the event loop comes round meanwhile, at the least."""

_LONGEST: Final = 5.0
"""Seconds for each step of a call that nobody waits for like this, such as to subscribe."""

_CONNECTIONS: Final = 64
_PAUSE: Final = 1.0

_log = structlog.stdlib.get_logger("medianest.redis")


def connect(url: str) -> Redis:
    """A client for use within a `Circuit`. One repeat, at once, and only for a lost connection: after a restart of the
    server each connection in the pool is dead exactly once. (redis-py's own default repeats for up to 30 seconds.)"""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=_CONNECTIONS,
        timeout=_LONGEST,
        socket_timeout=_LONGEST,
        socket_connect_timeout=_LONGEST,
        retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
    )
    return Redis.from_pool(pool)


@asynccontextmanager
async def heard_within(seconds: float) -> AsyncIterator[None]:
    """As `asyncio.timeout`, but only time in which this process could have heard something counts. An event loop that
    is busy for as long finds the answer and the end of the time in the same moment, and the end comes first: then a
    process full of work would believe that the server is away, and make more of it. So the loop comes round several
    times before. Raises TimeoutError."""
    loop = asyncio.get_running_loop()
    handle: asyncio.TimerHandle
    async with asyncio.timeout(None) as limit:

        def look(left: int) -> None:
            nonlocal handle
            if left:
                handle = loop.call_later(seconds / _LOOKS, look, left - 1)
            else:
                limit.reschedule(loop.time())

        handle = loop.call_later(seconds / _LOOKS, look, _LOOKS - 1)
        try:
            yield
        finally:
            handle.cancel()


class Circuit:
    """Calls that never raise for a server that is away, and that stop trying for a second after a failure."""

    def __init__(
        self, *, wait: float = _WAIT, pause: float = _PAUSE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`wait`, for a call, and `pause` in seconds; `clock` is monotonic."""
        self._wait = wait
        self._pause = pause
        self._clock = clock
        self._closed_until = 0.0
        self._is_away = False

    async def call(self, make: Callable[[], Awaitable[T]], otherwise: T) -> T:
        """The answer of `make()`, or `otherwise`."""
        if self._clock() < self._closed_until:
            return otherwise
        try:
            async with heard_within(self._wait):
                answer = await make()
        except (RedisError, OSError, TimeoutError) as error:
            self._closed_until = self._clock() + self._pause
            if not self._is_away:
                self._is_away = True
                _log.warning("the cache is away: slower, not broken", reason=type(error).__name__)
            return otherwise
        if self._is_away:
            self._is_away = False
            _log.info("the cache is back")
        return answer
