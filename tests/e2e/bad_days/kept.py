"""Answers of TMDB that were kept days ago, in the cache that all processes share, and that show their age."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from medianest.adapters.redis.cache import RedisCache
from medianest.adapters.redis.connection import connect
from medianest.adapters.redis.generations import RedisGenerations
from medianest.adapters.redis.leases import RedisLeases
from medianest.adapters.system.memory_cache import MemoryCache
from medianest.adapters.system.surroundings import UtcClock
from medianest.adapters.system.tiered_cache import TieredCache
from medianest.adapters.tmdb import TmdbMetadata
from medianest.adapters.upstream import upstream_client
from medianest.application.kept_reads import KeptReads
from tests.e2e.bad_days.people import Outside
from tests.e2e.bad_days.running import Running

THEN, NOW = "Was ", "The "
"""How titles begin in what was kept, and how in what TMDB says today. Of one length: what is kept is counted."""


class _Earlier(UtcClock):
    def __init__(self, ago: timedelta) -> None:
        self._ago = ago

    def now(self) -> datetime:
        return super().now() - self._ago


class _Ageing(RedisCache):
    async def put(self, key: str, value: bytes, *, ttl: float) -> None:
        await super().put(key, value.replace(NOW.encode(), THEN.encode()), ttl=ttl)


def keep(world: Outside, medianest: Running, words: Sequence[str], films: Sequence[int], *, ago: timedelta) -> None:
    """As if somebody had searched for these words, and looked at these films, so long ago."""
    asyncio.run(_keep(world, medianest, words, films, ago))


async def _keep(world: Outside, medianest: Running, words: Sequence[str], films: Sequence[int], ago: timedelta) -> None:
    redis = connect(medianest.redis_url)
    cache = TieredCache(MemoryCache(1_000_000), _Ageing(redis))
    reads = KeptReads(cache, RedisLeases(redis), RedisGenerations(redis), _Earlier(ago))
    headers = {"Authorization": f"Bearer {world.tmdb.token}"}
    async with upstream_client("tmdb", world.tmdb.url, headers=headers) as client, reads:
        metadata = TmdbMetadata(client, reads)
        for text in words:
            await metadata.search(text, page=1)
        for film in films:
            await metadata.details("movie", film)
    await redis.aclose()
