"""What tests of building views have in common."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import psycopg
from tests.followers import World, a_projector, running

from medianest.domain.kernel import Recorded


async def a_house(here: World, seed: int = 2) -> int:
    """Some history, all views of which are current."""
    async with running(a_projector(here).run):
        head = await here.live(250, seed=seed)
        await here.views_at(head)
    return head


class Batches:
    """The log in small batches; it may wait in the middle, or lose whoever reads it."""

    def __init__(self, log: Any, *, size: int, end_at: int | None = None) -> None:
        self._log = log
        self._size = size
        self.end_at = end_at
        self.first: int | None = None
        self.waits: asyncio.Event | None = None
        self.read, self.head, self.wait = log.read, log.head, log.wait

    async def scan(self, *, after: int, until: int, batch: int = 500) -> AsyncIterator[Sequence[Recorded]]:
        self.first = after if self.first is None else self.first
        async for found in self._log.scan(after=after, until=until, batch=self._size):
            yield found
            if self.waits is not None:
                await self.waits.wait()

    async def has_begun(self) -> bool:
        return self.first is not None

    def cut_at(self, position: int, url: str) -> None:
        if self.end_at is not None and position >= self.end_at:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s "
                    "AND datname = current_database()",
                    ("medianest follower",),
                )


async def exists(here: World, table: str) -> bool:
    ((found,),) = await here.rows("SELECT to_regclass(%s)::text", table)
    return found is not None


async def indexes_of(here: World) -> list[str]:
    """What every index of a view says, without its name."""
    rows = await here.rows("SELECT tablename, indexdef FROM pg_indexes WHERE tablename ~ '_v[0-9]+' ORDER BY 1, 2")
    return sorted(f"{table} {definition.split(' USING ')[1]}" for table, definition in rows)
