"""The keys that personal data is sealed under: one per person, kept in Postgres under the server's master key."""

import os
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from typing import Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from medianest.adapters.eventlog.sealing import KEY_BYTES, KeyMissing, sealed_under

CACHE_SIZE: Final = 4096
CACHE_SECONDS: Final = 2.0
"""How long another process may still read somebody whose key was destroyed here. Short enough to need no message
between processes, which could be lost."""


class PostgresKeyring:
    """Implements the Keyring port, and `SubjectKeys` for the codec.

    `master` is the server's secret (32 random bytes); `pool` raises LogUnavailable when the database is away. In this
    process a destroyed key is gone at once, in others after `CACHE_SECONDS`.
    """

    def __init__(
        self,
        pool: AsyncConnectionPool[AsyncConnection],
        master: bytes,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pool = pool
        self._wrapping = sealed_under(master, "subject keys")
        self._monotonic = monotonic
        self._cache: OrderedDict[UUID, tuple[bytes, float]] = OrderedDict()

    async def create(self, user_id: UUID) -> None:
        """A key that exists stays. Raises KeyMissing when it was destroyed: a person is not forgotten for a while."""
        wrapped = self._wrapping.seal(os.urandom(KEY_BYTES), user_id.bytes)
        async with self._pool.connection() as connection:
            await connection.execute(
                "INSERT INTO subject_keys (user_id, wrapped_key) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                (user_id, wrapped),
            )
            found = await connection.execute(
                "SELECT 1 FROM subject_keys WHERE user_id = %s AND wrapped_key IS NOT NULL", (user_id,)
            )
            if await found.fetchone() is None:
                raise KeyMissing("the key of this person was destroyed and is not made again")

    async def destroy(self, user_id: UUID) -> None:
        self._cache.pop(user_id, None)
        async with self._pool.connection() as connection:
            await connection.execute(
                "INSERT INTO subject_keys (user_id, destroyed_at) VALUES (%s, clock_timestamp())"
                " ON CONFLICT (user_id) DO UPDATE SET wrapped_key = NULL, destroyed_at = clock_timestamp()"
                " WHERE subject_keys.wrapped_key IS NOT NULL",
                (user_id,),
            )
        # Again, for a reader that fetched the key while it was being destroyed.
        self._cache.pop(user_id, None)

    async def sweep(self) -> int:
        """Delete the keys of people who were never recorded, of a registration that broke off. How many."""
        async with self._pool.connection() as connection:
            swept = await connection.execute(
                "DELETE FROM subject_keys WHERE created_at < clock_timestamp() - interval '1 day'"
                " AND NOT EXISTS (SELECT 1 FROM events WHERE stream_id = subject_keys.user_id)"
            )
            return swept.rowcount

    async def keys(self, subjects: Collection[UUID]) -> Mapping[UUID, bytes | None]:
        """See `SubjectKeys`."""
        now = self._monotonic()
        known: dict[UUID, bytes | None] = {}
        for subject in subjects:
            cached = self._cache.get(subject)
            if cached is not None and cached[1] > now:
                known[subject] = cached[0]
        missing = [subject for subject in subjects if subject not in known]
        if missing:
            known.update(await self._fetch(missing, now + CACHE_SECONDS))
        return known

    async def _fetch(self, subjects: list[UUID], expires: float) -> Mapping[UUID, bytes | None]:
        fetched: dict[UUID, bytes | None] = {}
        async with self._pool.connection() as connection, connection.cursor(binary=True) as cursor:
            await cursor.execute("SELECT user_id, wrapped_key FROM subject_keys WHERE user_id = ANY(%s)", (subjects,))
            for user_id, wrapped in await cursor.fetchall():
                if wrapped is None:
                    fetched[user_id] = None
                    continue
                key = self._wrapping.open(wrapped, user_id.bytes)
                fetched[user_id] = key
                self._cache[user_id] = (key, expires)
                self._cache.move_to_end(user_id)
        while len(self._cache) > CACHE_SIZE:
            self._cache.popitem(last=False)
        return fetched
