"""How far those who follow the log are behind it: the views, and the reactions."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from medianest.adapters.postgres.pool import Database
from medianest.application.reactions import REACTIONS
from medianest.projections.catalog import PROJECTIONS

EVERY = 0.5
"""Seconds between two looks."""

# The age of the first event that has not been handled: 0 for whoever has reached the head.
AGES = """
SELECT kind, bool_or(position < %(target)s::bigint) AS is_behind, max(coalesce((
  SELECT extract(epoch FROM clock_timestamp() - recorded_at) FROM events
  WHERE position > followed.position ORDER BY position LIMIT 1
), 0))::float8 AS age
FROM (
  SELECT 'views' AS kind, coalesce(position, 0) AS position
  FROM unnest(%(views)s::text[], %(shapes)s::int[]) AS wanted(name, shape) LEFT JOIN checkpoints USING (name, shape)
  UNION ALL
  SELECT 'reactions', coalesce(position, 0)
  FROM unnest(%(reactions)s::text[]) AS wanted(name) LEFT JOIN reaction_checkpoints USING (name)
) AS followed
GROUP BY kind
"""


@dataclass(frozen=True, slots=True)
class Lag:
    """Seconds since the first event was recorded that not all views, or not all reactions, have handled."""

    views: float
    reactions: float
    is_behind: bool
    """Whether one of them has not reached the position that was asked about."""


async def lag(database: Database, *, target: int = 0) -> Lag:
    named = {
        "views": [view.name for view in PROJECTIONS.values()],
        "shapes": [view.shape for view in PROJECTIONS.values()],
        "reactions": [reaction.name for reaction in REACTIONS],
        "target": target,
    }
    async with database.connection() as connection:
        rows = await (await connection.execute(AGES, named)).fetchall()
    ages: Mapping[str, float] = {kind: age for kind, _, age in rows}
    return Lag(ages["views"], ages["reactions"], any(is_behind for _, is_behind, _ in rows))


async def caught_up(database: Database, *, target: int, within: float) -> float:
    """Seconds until everybody has reached position `target`. Raises TimeoutError after `within`."""
    began = time.perf_counter()
    while (await lag(database, target=target)).is_behind:
        if time.perf_counter() - began > within:
            raise TimeoutError("views or reactions did not keep up")
        await asyncio.sleep(0.01)
    return time.perf_counter() - began


@dataclass
class Watch:
    """`async with Watch(database) as watch:` looks twice a second; `worst` is the largest that it saw."""

    database: Database
    worst: Lag = field(default_factory=lambda: Lag(0, 0, False))
    _task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Watch":
        self._task = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _look(self) -> None:
        while True:
            seen = await lag(self.database)
            views, reactions = max(self.worst.views, seen.views), max(self.worst.reactions, seen.reactions)
            self.worst = Lag(views, reactions, False)
            await asyncio.sleep(EVERY)
