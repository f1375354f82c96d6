"""A Valkey that is full gives away what was not asked for lately, and that may be anything."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from medianest.adapters.embedded.valkey import EmbeddedValkey
from medianest.adapters.redis.cache import RedisCache
from medianest.adapters.redis.connection import Circuit, connect
from medianest.adapters.redis.rate_limit import PREFIX, RedisRateLimiter
from medianest.adapters.system.memory_cache import MemoryCache
from medianest.adapters.system.rate_limit import MemoryRateLimiter
from medianest.adapters.system.tiered_cache import TieredCache
from medianest.application.pictures import LARGEST, PictureDesk, ShowPicture
from medianest.ports.pictures import Picture, PictureSize
from tests.fakes.kept_reads import kept_reads

LETTERS = {"capacity": 3, "per_second": 3 / 3600}


class LargePictures:
    """Implements `Pictures`: each is nearly as large as any that is kept."""

    async def picture(self, path: str, size: PictureSize) -> Picture | None:
        return Picture(content=b"\xff\xd8\xff" + path.encode() + b"x" * (LARGEST - 1000), media_type="image/jpeg")


@pytest.fixture
async def own_valkey() -> AsyncIterator[Redis]:
    """As the product starts it, only smaller, and for this test alone: it is going to be full."""
    with tempfile.TemporaryDirectory(prefix="medianest-") as name:
        Path(name).chmod(0o755)
        server = EmbeddedValkey(Path(name) / "valkey", {"maxmemory": "8mb"})
        client = connect(await asyncio.to_thread(server.start))
        yield client
        await client.aclose()
        await asyncio.to_thread(server.stop)


async def test_whoever_looks_at_pictures_refills_no_budget(own_valkey: Redis) -> None:
    limiter = RedisRateLimiter(own_valkey, MemoryRateLimiter(), Circuit(wait=5.0))
    while (await limiter.take("letters_to:ada", **LETTERS)).is_granted:
        pass
    cache = TieredCache(MemoryCache(1_000_000), RedisCache(own_valkey, Circuit(wait=5.0)))
    async with kept_reads(cache) as reads:
        desk = PictureDesk(LargePictures(), reads, None)  # type: ignore[arg-type]
        for number in range(1000):
            await desk.show(ShowPicture(file=f"{number}.jpg", size="original"))
            if not await own_valkey.exists(f"{PREFIX}letters_to:ada"):
                break
        else:
            pytest.fail("nothing was pushed out, so this proves nothing")
    late = await limiter.take("letters_to:ada", **LETTERS)
    assert (late.is_granted, late.left) == (False, 0)
    assert late.next_in > 1000
