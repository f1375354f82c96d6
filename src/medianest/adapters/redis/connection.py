"""A Redis (or Valkey) that may be gone: short waits, and a pause after a failure instead of one wait per call."""

import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import structlog
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

T = TypeVar("T")

_WAIT: Final = 0.25
"""Seconds for a connection, an answer, or a free place in the pool."""

_CONNECTIONS: Final = 64
_PAUSE: Final = 1.0

_log = structlog.stdlib.get_logger("medianest.redis")


def connect(url: str, *, wait: float = _WAIT) -> Redis:
    """A client whose every wait is short, `wait` seconds. One repeat, at once, and only for a lost connection: after a
    restart of the server each connection in the pool is dead exactly once. (redis-py's own default repeats for up to
    30 seconds.)"""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=_CONNECTIONS,
        timeout=wait,
        socket_timeout=wait,
        socket_connect_timeout=wait,
        retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
    )
    return Redis.from_pool(pool)


class Circuit:
    """Calls that never raise for a server that is away, and that stop trying for a second after a failure."""

    def __init__(self, *, pause: float = _PAUSE, clock: Callable[[], float] = time.monotonic) -> None:
        """`pause` in seconds; `clock` is monotonic."""
        self._pause = pause
        self._clock = clock
        self._closed_until = 0.0
        self._is_away = False

    async def call(self, make: Callable[[], Awaitable[T]], otherwise: T) -> T:
        """The answer of `make()`, or `otherwise`."""
        if self._clock() < self._closed_until:
            return otherwise
        try:
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
