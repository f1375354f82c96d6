"""Jobs about the views: building them anew, and seeing whether they are what the log says."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Final
from uuid import UUID

import msgspec
import structlog

from medianest.adapters.postgres.rebuild import rebuild
from medianest.adapters.postgres.view_builder import tidy
from medianest.adapters.postgres.view_checks import verify
from medianest.application.live import REBUILDS
from medianest.main.container import Container
from medianest.ports.failures import ViewNotBuilt
from medianest.projections.catalog import PROJECTIONS

VERIFY_VIEWS: Final = ("40 3 * * *", "verify_views")
TIDY_VIEWS: Final = ("50 * * * *", "tidy_views")
TELL_EVERY: Final = 0.5
"""Seconds between two tellings of how far a rebuild is."""

logger = structlog.get_logger("medianest.work")


def view_job_handlers(container: Container) -> Mapping[str, Callable[..., Awaitable[None]]]:
    """By the names under which jobs are stored."""
    log, direct_url = container.log(), container.direct_url()

    async def rebuild_views(rebuild_id: str, views: str, **_origin: str) -> None:
        """`views` by name, between commas. Run again, it goes on where it broke off."""
        chosen = [PROJECTIONS[name] for name in views.split(",") if name in PROJECTIONS]
        telling = Telling(container, UUID(rebuild_id))
        try:
            await rebuild(chosen, log, direct_url, rebuild_id=UUID(rebuild_id), on_progress=telling)
        finally:
            await telling.last()

    async def verify_views() -> None:
        for view in PROJECTIONS.values():
            with suppress(ViewNotBuilt):
                check = await verify(view, log, direct_url)
                if check.differing:
                    logger.error("view_differs_from_the_log", view=view.name, rows=check.differing)

    async def tidy_views() -> None:
        await tidy(direct_url, PROJECTIONS)
        await container.rebuilds().sweep()

    return {"rebuild": rebuild_views, "verify_views": verify_views, "tidy_views": tidy_views}


class Telling:
    """Tells whoever listens live how far a rebuild is: called at every step, it speaks now and then."""

    def __init__(self, container: Container, rebuild_id: UUID) -> None:
        self._rebuilds = container.rebuilds()
        self._broadcast = container.broadcast()
        self._id = rebuild_id
        self._next = 0.0
        self._telling: asyncio.Task[None] | None = None

    def __call__(self, position: int, head: int) -> None:
        if time.monotonic() >= self._next and (self._telling is None or self._telling.done()):
            self._next = time.monotonic() + TELL_EVERY
            self._telling = asyncio.create_task(self._tell(position, head))

    async def last(self) -> None:
        """How it ended."""
        if self._telling is not None:
            await self._telling
        await self._tell(None, None)

    async def _tell(self, position: int | None, head: int | None) -> None:
        status = await self._rebuilds.find(self._id)
        if status is None:
            return
        if position is not None and head is not None:
            status = msgspec.structs.replace(status, position=position, head=head)
        await self._broadcast.tell(REBUILDS, msgspec.json.encode(status))
