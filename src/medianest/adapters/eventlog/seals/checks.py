"""How far the seals are, and what the last look at them found: for readiness, and as a memory of its own."""

from datetime import datetime
from typing import Any, Final

import msgspec
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from medianest.adapters.eventlog.seals.anchor import Anchor, NothingSealed
from medianest.adapters.eventlog.seals.findings import SealReport

STATE: Final = """
SELECT sealed.last, head.position, checks.checked_at, checks.fault,
  coalesce(oldest.recorded_at < clock_timestamp() - interval '1 minute', false)
FROM (SELECT coalesce(max(last), 0) AS last FROM seals) AS sealed
CROSS JOIN (SELECT coalesce(max(position), 0) AS position FROM events) AS head
LEFT JOIN seal_checks AS checks ON true
LEFT JOIN LATERAL (SELECT recorded_at FROM events WHERE position > sealed.last ORDER BY position LIMIT 1) AS oldest
  ON true"""
RECORD: Final = """
INSERT INTO seal_checks (checked_at, position, fault_position, fault) VALUES (clock_timestamp(), %s, %s, %s)
ON CONFLICT (is_only) DO UPDATE SET checked_at = excluded.checked_at,
  position = greatest(seal_checks.position, excluded.position),
  fault_position = excluded.fault_position, fault = excluded.fault"""
NEWEST: Final = """
SELECT last, number, key_id, encode(mac, 'hex'), sealed_at, (SELECT max(position) FROM events)
FROM seals ORDER BY number DESC LIMIT 1"""


class SealState(msgspec.Struct, frozen=True, kw_only=True):
    """`position` is sealed up to, `lag` how many positions the log is further; `is_late` when some event has waited
    for its seal for more than a minute. `fault` is that of the last check, at `checked_at`."""

    position: int
    lag: int
    is_late: bool
    checked_at: datetime | None
    fault: str | None


class SealChecks:
    """`pool` raises LogUnavailable when the database is away."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        self._pool = pool

    async def state(self) -> SealState:
        async with self._pool.connection() as connection:
            ((position, head, checked_at, fault, is_late),) = await (await connection.execute(STATE)).fetchall()
        lag = max(0, head - position)
        return SealState(position=position, lag=lag, is_late=is_late, checked_at=checked_at, fault=fault)

    async def record(self, report: SealReport) -> None:
        """A fault stands until a look at the whole log finds none: one that began further on says nothing of it. How
        far the seals once went is remembered, whatever has become of them."""
        if report.after and report.fault is None:
            return
        fault = report.fault
        values = (report.position, fault and fault.position, fault and fault.text)
        async with self._pool.connection() as connection:
            await connection.execute(RECORD, values)

    async def anchor(self) -> Anchor:
        """The newest seal. Raises NothingSealed."""
        async with self._pool.connection() as connection:
            found = await (await connection.execute(NEWEST)).fetchone()
        if found is None:
            raise NothingSealed
        position, number, key_id, mac, sealed_at, head = found
        return Anchor(position=position, seal=number, key_id=key_id, mac=mac, sealed_at=sealed_at, head=head or 0)
