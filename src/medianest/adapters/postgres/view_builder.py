"""What a release does about the views it finds: builds those that are not there in its shape, and in time takes away
those that no release follows any more."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

import psycopg
import structlog
from psycopg import AsyncConnection

from medianest.adapters.postgres import checkpoints, view_schema
from medianest.adapters.postgres.election import BUILDING, FOLLOWING, LOST, claim, direct_connection, stop_if_cancelled
from medianest.adapters.postgres.rebuild import OnProgress, rebuild
from medianest.domain.kernel import Refused
from medianest.ports.event_log import EventLog
from medianest.ports.failures import Unavailable
from medianest.projections.kernel import AnyProjection

RETRY: Final = 5.0
AGE: Final = "1 day"
"""How long nobody must have followed the log for an old shape before it is taken away: a release that was put back in
the meantime finds its views as it left them."""

logger = structlog.get_logger(__name__)


class ViewBuilder:
    """Beside a projector that leads: views of the former release are read, and kept current by it, until this is done.
    `retry` is in seconds."""

    def __init__(
        self, log: EventLog, direct_url: str, projections: Sequence[AnyProjection], *, retry: float = RETRY
    ) -> None:
        self._log = log
        self._url = direct_url
        self._projections = projections
        self._retry = retry

    async def run(self) -> None:
        """Build what is missing; then wait to be cancelled. What fails is tried again for as long as it takes."""
        while True:
            try:
                await self.build_missing()
                await asyncio.Event().wait()
            except Refused as refused:
                logger.warning("views_not_built", reason=refused.code, detail=str(refused))
            except (*LOST, Unavailable) as failure:
                stop_if_cancelled()
                logger.warning("views_not_built", reason=type(failure).__name__)
            await asyncio.sleep(self._retry)

    async def build_missing(self, on_progress: OnProgress | None = None) -> Sequence[str]:
        """The names of the views that were built now. Raises RebuildRunning, RebuildFailed, LogFull, LogUnavailable."""
        async with direct_connection(self._url) as connection:
            there = await checkpoints.positions(connection, self._projections)
        missing = [view for view in self._projections if view.name not in there]
        if missing:
            logger.info("views_are_built", views=[view.table for view in missing])
            await rebuild(missing, self._log, self._url, resume=True, on_progress=on_progress)
        return [view.name for view in missing]


async def tidy(direct_url: str, projections: Mapping[str, AnyProjection]) -> Sequence[str]:
    """Drop the tables of shapes that nobody has followed for `AGE`, and of builds that nobody goes on with; the answer
    is their names."""
    async with direct_connection(direct_url) as connection:
        current = {view.table for view in projections.values()}
        gone = [table for table in await _left(connection) if table not in current]
        dropped = [table for table in gone if await _drop(connection, FOLLOWING, table, table)]
        cursor = await connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' "
            r"AND relname LIKE '%\_v%\_\_next' AND NOT EXISTS (SELECT FROM rebuilds WHERE state <> 'completed' "
            f"AND updated_at > clock_timestamp() - interval '{AGE}')"
        )
        for (table,) in await cursor.fetchall():
            if await _drop(connection, BUILDING, table.removesuffix("__next"), table):
                dropped.append(table)
    return dropped


async def _left(connection: AsyncConnection[Any]) -> Sequence[str]:
    cursor = await connection.execute(
        "SELECT name || '_v' || shape FROM checkpoints "
        "JOIN (SELECT coalesce(max(position), 0) AS head FROM events) AS log ON position < head "
        f"WHERE updated_at < clock_timestamp() - interval '{AGE}'"
    )
    return [table for (table,) in await cursor.fetchall()]


async def _drop(connection: AsyncConnection[Any], what: int, lock: str, table: str) -> bool:
    """Unless somebody works on it, or reads it for long: then another time."""
    if not await claim(connection, what, lock):
        return False
    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL lock_timeout = '500ms'")
            await view_schema.drop(connection, table)
            await connection.execute("DELETE FROM checkpoints WHERE name || '_v' || shape = %s", (table,))
    except psycopg.errors.LockNotAvailable:
        return False
    return True
