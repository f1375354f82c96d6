"""Password hashes by argon2id, in a small pool of threads of its own."""

import asyncio
import os
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import Final, TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from medianest.ports.failures import TooBusy

T = TypeVar("T")

_MEMORY: Final = 19 * 1024  # KiB
_TIME: Final = 2
_LANES: Final = 1
"""OWASP Password Storage Cheat Sheet, argon2id: m=19 MiB, t=2, p=1; some 40 ms. (RFC 9106's low-memory choice of
64 MiB is three times as slow: too much for a small server on which a household signs in at once.)"""

_WAITING_PER_THREAD: Final = 16
"""Beyond this many a sign-in would wait longer than people do."""


class Argon2Passwords:
    """Implements PasswordHasher. Raises TooBusy when too many already wait. `close` ends the threads."""

    def __init__(
        self,
        *,
        threads: int | None = None,
        waiting_per_thread: int = _WAITING_PER_THREAD,
        memory: int = _MEMORY,
        time: int = _TIME,
    ) -> None:
        """`memory` in KiB and `time` in passes; None: a thread for each processor."""
        count = threads or os.cpu_count() or 1
        self._hasher = PasswordHasher(time_cost=time, memory_cost=memory, parallelism=_LANES, type=Type.ID)
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="argon2")
        self._places = BoundedSemaphore(count * (1 + waiting_per_thread))
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))

    async def hash(self, password: str) -> str:
        return await self._run(lambda: self._hasher.hash(_prepared(password)))

    async def verify(self, password_hash: str | None, password: str) -> bool:
        return await self._run(lambda: self._verify(password_hash, _prepared(password)))

    def needs_rehash(self, password_hash: str) -> bool:
        return self._hasher.check_needs_rehash(password_hash)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _verify(self, password_hash: str | None, password: bytes) -> bool:
        try:
            self._hasher.verify(password_hash or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None

    async def _run(self, work: Callable[[], T]) -> T:
        if not self._places.acquire(blocking=False):
            raise TooBusy("Too many people sign in at once. Try again in a moment.", retry_after=2.0)
        future: Future[T] = self._pool.submit(work)
        # The place is given back when the thread is done with it, not when the caller goes away.
        future.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(future)


def _prepared(password: str) -> bytes:
    """The same bytes however a keyboard composes its letters (NIST SP 800-63B, 5.1.1.2: NFKC)."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
