"""Many people who search for the same at once: `python -m tests.programs.searcher URL REDIS_URL NUMBER`.

Says `asking` once all of them wait, and in the end how many were answered, with what, and how that was counted.
"""

import asyncio
import json
import sys

from medianest.adapters.redis.cache import RedisCache
from medianest.adapters.redis.connection import Circuit, connect
from medianest.adapters.redis.generations import RedisGenerations
from medianest.adapters.redis.leases import RedisLeases
from medianest.adapters.system.memory_cache import MemoryCache
from medianest.adapters.system.surroundings import UtcClock
from medianest.adapters.system.tiered_cache import TieredCache
from medianest.adapters.tmdb import TmdbMetadata
from medianest.adapters.upstream import Limits, upstream_client
from medianest.application.kept_reads import KeptReads
from medianest.ports.metadata import Title


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def main(url: str, redis_url: str, number: int) -> None:
    redis = connect(redis_url)
    circuit = Circuit(wait=5.0)  # a busy machine is no server that is away
    cache = TieredCache(MemoryCache(1_000_000), RedisCache(redis, circuit))
    reads = KeptReads(cache, RedisLeases(redis, circuit), RedisGenerations(redis, circuit), UtcClock())
    async with upstream_client("tmdb", url, limits=Limits(total=30.0)) as client, reads:
        metadata = TmdbMetadata(client, reads)
        searches = [asyncio.create_task(metadata.search("moss", page=1)) for _ in range(number)]
        await asyncio.sleep(0)
        say("asking")
        pages = await asyncio.gather(*searches)
    titles = {item.title for page in pages for item in page.items if isinstance(item, Title)}
    counts = {outcome: reads.counts.of("tmdb", outcome) for outcome in ("hit", "miss", "joined")}
    say(json.dumps({"answered": len(pages), "titles": sorted(titles), "counts": counts}))
    await redis.aclose()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
