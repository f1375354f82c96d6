"""Whether MediaNest can serve, part by part, with figures."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from typing import Final, Protocol

from medianest.adapters.http.foundation.health import Check, ReadyReport
from medianest.ports.cache import Cache
from medianest.ports.event_log import EventLog
from medianest.ports.failures import Unavailable
from medianest.ports.views import ViewProgress
from medianest.ports.work import Jobs

BEHIND: Final = 5000
"""Events by which a view may lag before it is called degraded."""

PATIENCE: Final = 2.0
"""Seconds for each part: whoever probes wants an answer sooner than a caller who wants the part itself."""


class Parked(Protocol):
    async def counts(self) -> Mapping[str, int]:
        """Parked events by reaction."""


class Readiness:
    def __init__(self, *, log: EventLog, progress: ViewProgress, cache: Cache, jobs: Jobs, parked: Parked) -> None:
        self._log = log
        self._progress = progress
        self._cache = cache
        self._jobs = jobs
        self._parked = parked

    async def report(self) -> ReadyReport:
        parts = await asyncio.gather(
            _or_down("log", self._of_log()),
            _or_down("views", self._of_views()),
            _or_down("jobs", self._of_jobs()),
            _or_down("cache", self._of_cache()),
        )
        return ReadyReport.of([check for part in parts for check in part])

    async def _of_log(self) -> Sequence[Check]:
        return [Check(name="log", status="ok", figures={"position": await self._log.head()})]

    async def _of_views(self) -> Sequence[Check]:
        checks: list[Check] = []
        for view in await self._progress.states():
            detail = view.error or (f"{view.lag} events behind" if view.lag > BEHIND else None)
            checks.append(
                Check(
                    name=f"view:{view.name}",
                    status="degraded" if detail else "ok",
                    detail=detail,
                    figures={"position": view.position, "lag": view.lag},
                )
            )
        return checks or [Check(name="views", status="degraded", detail="No view was made yet: is a worker running?")]

    async def _of_jobs(self) -> Sequence[Check]:
        figures = await self._jobs.figures()
        parked = sum((await self._parked.counts()).values())
        failed = figures.get("failed", 0)
        detail = None
        if failed or parked:
            detail = f"{failed} jobs failed for good, {parked} events are parked; the worker's log says why"
        return [
            Check(
                name="jobs",
                status="degraded" if detail else "ok",
                detail=detail,
                figures={**figures, "parked": parked},
            )
        ]

    async def _of_cache(self) -> Sequence[Check]:
        if await self._cache.ping():
            return [Check(name="cache", status="ok")]
        return [Check(name="cache", status="degraded", detail="The cache is away: slower, not broken.")]


async def _or_down(name: str, checks: Awaitable[Sequence[Check]]) -> Sequence[Check]:
    try:
        async with asyncio.timeout(PATIENCE):
            return await checks
    except Unavailable as unavailable:
        return [Check(name=name, status="down", detail=str(unavailable))]
    except TimeoutError:
        return [Check(name=name, status="down", detail=f"No answer within {PATIENCE:.0f} s.")]
