"""Refused credentials on Postgres: a table bounded by what is written into it and by what is swept out of it."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self
from uuid import UUID

import structlog

from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.refusal_sums import RefusalSums, Row
from medianest.ports.failures import Unavailable
from medianest.ports.security_log import (
    KEPT,
    MOST,
    RefusalCount,
    RefusedCredential,
    SecurityEntry,
    SecurityFilter,
)
from medianest.ports.views import Page

FAREWELL: Final = 0.5
"""Seconds that sums are given at the end."""

_COLUMNS: Final = RefusedCredential.__struct_fields__
_INSERT: Final = f"""
INSERT INTO security_log ({", ".join(_COLUMNS)}, times)
SELECT * FROM unnest(%s::timestamptz[], %s::text[], %s::text[], %s::uuid[], %s::text[], %s::text[], %s::text[],
  %s::integer[])"""
_PAGE: Final = f"SELECT entry_id, times, {', '.join(_COLUMNS)} FROM security_log WHERE "
_CONDITIONS: Final = {
    "method": "method = %s",
    "reason": "reason = %s",
    "user_id": "user_id = %s",
    "address": "address = %s",
    "since": "at >= %s",
    "until": "at < %s",
}
_COUNTS: Final = """
SELECT (at AT TIME ZONE 'UTC')::date AS day, method, reason, sum(times)::bigint FROM security_log
WHERE at >= %s AND at < %s GROUP BY day, method, reason ORDER BY day, method COLLATE "C", reason COLLATE "C\""""
_EMPTY: Final = """
UPDATE security_log SET address = NULL, device = NULL WHERE (address IS NOT NULL OR device IS NOT NULL)"""
_FORGET: Final = f"{_EMPTY} AND user_id = %s"
# Of what was on its way while they were forgotten.
_FORGOTTEN: Final = f"{_EMPTY} AND user_id IN (SELECT user_id FROM subject_keys WHERE destroyed_at IS NOT NULL)"
_SWEEP: Final = """
DELETE FROM security_log WHERE at < %s
OR entry_id <= (SELECT entry_id FROM security_log ORDER BY entry_id DESC OFFSET %s LIMIT 1)"""

logger = structlog.get_logger(__name__)


class PostgresSecurityLog:
    """Implements `SecurityLog`. `async with` writes the sums that are left at its end. `most` entries are kept."""

    def __init__(self, database: Database, *, sums: RefusalSums | None = None, most: int = MOST) -> None:
        self._database = database
        self._sums = sums or RefusalSums()
        self._most = most

    async def note(self, refused: RefusedCredential) -> None:
        rows = self._sums.rows(refused)
        try:
            await self._write(rows)
        except Unavailable as failure:
            logger.warning("security_log_waits", reason=failure.code)

    async def page(self, criteria: SecurityFilter, *, limit: int, after: tuple[str, ...] | None) -> Page[SecurityEntry]:
        await self._write(self._sums.drain())
        asked = {name: value for name in _CONDITIONS if (value := getattr(criteria, name)) is not None}
        conditions = ["entry_id < %s", *(_CONDITIONS[name] for name in asked)]
        key = int(after[0]) if after else 2**63 - 1
        query = _PAGE + " AND ".join(conditions) + " ORDER BY entry_id DESC LIMIT %s"
        async with self._database.connection() as connection:
            rows = await (await connection.execute(query, (key, *asked.values(), limit + 1))).fetchall()
        items = [_entry(row) for row in rows[:limit]]
        return Page(items=items, next_key=(str(items[-1].entry_id),) if len(rows) > limit else None)

    async def counts(self, *, since: datetime, until: datetime) -> Sequence[RefusalCount]:
        await self._write(self._sums.drain())
        async with self._database.connection() as connection:
            rows = await (await connection.execute(_COUNTS, (since, until))).fetchall()
        return [RefusalCount(day=day, method=method, reason=reason, count=count) for day, method, reason, count in rows]

    async def forget(self, user_id: UUID) -> None:
        async with self._database.connection() as connection:
            await connection.execute(_FORGET, (user_id,))

    async def sweep(self, now: datetime) -> int:
        """Also empties what speaks of people who are forgotten."""
        async with self._database.connection() as connection:
            await connection.execute(_FORGOTTEN)
            return (await connection.execute(_SWEEP, (now - KEPT, self._most))).rowcount

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(Unavailable, TimeoutError):
            async with asyncio.timeout(FAREWELL):
                await self._write(self._sums.drain())

    async def _write(self, rows: Sequence[Row]) -> None:
        if not rows:
            return
        columns = [[getattr(refused, name) for refused, _ in rows] for name in _COLUMNS]
        try:
            async with self._database.connection() as connection:
                await connection.execute(_INSERT, [*columns, [times for _, times in rows]])
        except (Unavailable, asyncio.CancelledError):
            self._sums.add(rows)
            raise


def _entry(row: Sequence[Any]) -> SecurityEntry:
    entry_id, times, *fields = row
    return SecurityEntry(
        entry_id=entry_id, refused=RefusedCredential(**dict(zip(_COLUMNS, fields, strict=True))), times=times
    )
