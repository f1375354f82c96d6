"""Whether MediaNest can serve, part by part, with figures."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol

import msgspec

from medianest.adapters.eventlog.seals.checks import SealState
from medianest.adapters.http.foundation.health import Check, ReadyReport
from medianest.application.flights import Flights
from medianest.ports.cache import Cache
from medianest.ports.event_log import EventLog
from medianest.ports.failures import Unavailable
from medianest.ports.parked import ParkedEvents
from medianest.ports.rebuilds import Rebuilds, ViewCheck
from medianest.ports.views import ViewProgress, ViewState
from medianest.ports.work import Jobs

BEHIND: Final = 5000
"""Events by which a view or the seals may lag before they are called degraded."""

PATIENCE: Final = 2.0
"""Seconds for each part: whoever probes wants an answer sooner than a caller who wants the part itself."""

KEPT: Final = 1.0
"""Seconds for which a look is good enough for the next who asks: there is no budget around this, and each look is some
seven queries."""

LEAVING: Final = ReadyReport.of([Check(name="process", status="down", detail="It is about to stop: ask another.")])

NO_ROOM: Final = (
    "Writing is refused (log_full), reading goes on: the disk of the database is full. Make room, and it goes on by "
    "itself. Logs, caches and backups are what may go; never a file below `postgres` in the data directory."
)


class Room(Protocol):
    async def is_there(self) -> bool:
        """Whether the disk of the database takes what is written, as far as this process knows."""


class Seals(Protocol):
    async def state(self) -> SealState:
        """How far the log is sealed, and what the last check found."""


class _Look(msgspec.Struct, frozen=True, kw_only=True):
    """`at`: when it began, in seconds of the monotonic clock."""

    at: float
    log: Sequence[Check]
    others: Sequence[Check]


class Readiness:
    def __init__(
        self,
        *,
        log: EventLog,
        room: Room,
        progress: ViewProgress,
        rebuilds: Rebuilds,
        cache: Cache,
        jobs: Jobs,
        parked: ParkedEvents,
        seals: Seals,
        is_leaving: Callable[[], bool],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._log = log
        self._room = room
        self._progress = progress
        self._rebuilds = rebuilds
        self._cache = cache
        self._jobs = jobs
        self._parked = parked
        self._seals = seals
        self._is_leaving = is_leaving
        self._monotonic = monotonic
        self._looks: Flights[_Look] = Flights()
        self._last: _Look | None = None

    async def report(self) -> ReadyReport:
        """As it was a second ago at most; whether this process leaves, and whether there is room, as it is now."""
        if self._is_leaving():
            return LEAVING
        look = self._last
        if look is None or not 0 <= self._monotonic() - look.at < KEPT:
            look = self._last = await self._looks.board("look", self._look)
        log = await _or_down("log", self._with_room(look.log))
        return LEAVING if self._is_leaving() else ReadyReport.of([*log, *look.others])

    async def _look(self) -> _Look:
        at = self._monotonic()
        log, *others = await asyncio.gather(
            _or_down("log", self._of_log()),
            _or_down("views", self._of_views()),
            _or_down("seals", self._of_seals()),
            _or_down("jobs", self._of_jobs()),
            _or_down("cache", self._of_cache()),
        )
        return _Look(at=at, log=log, others=[check for part in others for check in part])

    async def _of_log(self) -> Sequence[Check]:
        return [Check(name="log", status="ok", figures={"position": await self._log.head()})]

    async def _with_room(self, log: Sequence[Check]) -> Sequence[Check]:
        # Degraded, and not down: a balancer that took every server out for it would make it worse.
        if log[0].status == "ok" and not await self._room.is_there():
            return [Check(name="log", status="degraded", detail=NO_ROOM, figures=log[0].figures)]
        return log

    async def _of_views(self) -> Sequence[Check]:
        checks: list[Check] = []
        checks_of = {check.name: check for check in await self._rebuilds.checks()}
        for view in await self._progress.states():
            detail = _complaint(view, checks_of.get(view.name))
            checks.append(
                Check(
                    name=f"view:{view.name}",
                    status="degraded" if detail else "ok",
                    detail=detail,
                    figures={"position": view.position, "lag": view.lag},
                )
            )
        return checks or [Check(name="views", status="degraded", detail="No view was made yet: is a worker running?")]

    async def _of_seals(self) -> Sequence[Check]:
        seals = await self._seals.state()
        detail = seals.fault and f"{seals.fault} `medianest audit verify` says more."
        if detail is None and (seals.is_late or seals.lag > BEHIND):
            detail = f"{seals.lag} events wait for their seal: is a worker running? Its log says why."
        figures = {"position": seals.position, "lag": seals.lag}
        return [Check(name="seals", status="degraded" if detail else "ok", detail=detail, figures=figures)]

    async def _of_jobs(self) -> Sequence[Check]:
        figures = await self._jobs.figures()
        parked = sum((await self._parked.counts()).values())
        failed = figures.get("failed", 0)
        complaints = [f"{failed} jobs failed for good: the worker's log says why"] if failed else []
        if parked:
            complaints.append(f"{parked} events are parked or wait behind one: see `medianest parked list`")
        detail = "; ".join(complaints) or None
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


def _complaint(view: ViewState, check: ViewCheck | None) -> str | None:
    """What somebody should know, the most pressing first."""
    if view.error is not None:
        return view.error
    if not view.is_built:
        return "It is being built from the log."
    if view.lag > BEHIND:
        return f"{view.lag} events behind"
    if check is not None and check.differing:
        return f"{check.differing} rows differ from the log. Run: medianest projections rebuild {view.name}"
    return None


async def _or_down(name: str, checks: Awaitable[Sequence[Check]]) -> Sequence[Check]:
    try:
        async with asyncio.timeout(PATIENCE):
            return await checks
    except Unavailable as unavailable:
        return [Check(name=name, status="down", detail=str(unavailable))]
    except TimeoutError:
        return [Check(name=name, status="down", detail=f"No answer within {PATIENCE:.0f} s.")]
