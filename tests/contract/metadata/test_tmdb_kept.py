"""What The Movie Database is asked for ahead of people, and what is forgotten of its answers."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from medianest.adapters.standin import TmdbStandin
from medianest.adapters.system.rate_limit import MemoryRateLimiter
from medianest.adapters.tmdb import TmdbMetadata, tmdb_credentials
from medianest.adapters.upstream import upstream_client
from medianest.application.kept_reads import KeptReads, Prefetching
from tests.fakes.kept_reads import kept_reads


@dataclass
class World:
    tmdb: TmdbStandin
    metadata: TmdbMetadata
    reads: KeptReads

    def asked(self) -> list[str]:
        return [request.path for request in self.tmdb.received]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with TmdbStandin() as tmdb:
        credentials = tmdb_credentials(tmdb.token)
        async with upstream_client("tmdb", tmdb.url, headers=credentials.headers) as client:
            means = Prefetching(limiter=MemoryRateLimiter(), is_well=lambda _: client.figures().breaker == "closed")
            async with kept_reads(prefetching=means) as reads:
                yield World(tmdb, TmdbMetadata(client, reads), reads)


async def test_the_details_behind_a_search_are_there_when_somebody_looks(world: World) -> None:
    page = await world.metadata.search("kingdom of moss", page=1)
    await world.reads.settle()
    titles = [item for item in page.items if hasattr(item, "media_type")]
    assert titles
    assert world.asked() == ["/3/search/multi", *(f"/3/{item.media_type}/{item.tmdb_id}" for item in titles)]
    assert await world.metadata.details(titles[0].media_type, titles[0].tmdb_id)
    assert len(world.asked()) == 1 + len(titles)


async def test_all_that_is_kept_about_one_title_is_forgotten_together(world: World) -> None:
    async def look() -> int:
        before = len(world.asked())
        await world.metadata.details("tv", 1003)
        await world.metadata.season(1003, 1)
        await world.metadata.details("movie", 1003)
        return len(world.asked()) - before

    assert [await look(), await look()] == [3, 0]
    await world.reads.forget("tmdb", "tv:1003")
    assert await look() == 2
    await world.reads.forget("tmdb")
    assert await look() == 3
