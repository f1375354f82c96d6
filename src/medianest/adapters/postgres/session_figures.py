"""Figures about sessions, counted in the tables.

Not in the log: whoever only reads leaves nothing there, and a day of many is found by an index here. What is counted
goes with its person, and is kept for as long as ended sessions are.
"""

from datetime import datetime
from typing import Any, Final

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from medianest.ports.session_figures import OpenedCount, SessionCounts

ACTIVE: Final = """
SELECT day, count(*) FROM active_days
WHERE day >= (%(since)s AT TIME ZONE 'UTC')::date AND day < (%(until)s AT TIME ZONE 'UTC')::date + 1
GROUP BY day ORDER BY day"""
OPENED: Final = """
SELECT (opened_at AT TIME ZONE 'UTC')::date AS day, method, count(*) FROM sessions
WHERE opened_at >= %(since)s AND opened_at < %(until)s GROUP BY day, method ORDER BY day, method COLLATE "C\""""
DEVICES: Final = """
SELECT device, count(*) FROM sessions WHERE last_seen_at >= %(since)s AND opened_at < %(until)s
GROUP BY device ORDER BY count(*) DESC, device COLLATE "C\""""


class PostgresSessionFigures:
    """Implements SessionFigures. `pool` raises LogUnavailable when the database is away."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        self._pool = pool

    async def counts(self, *, since: datetime, until: datetime) -> SessionCounts:
        period = {"since": since, "until": until}
        async with self._pool.connection() as connection:
            active = await (await connection.execute(ACTIVE, period)).fetchall()
            opened = await (await connection.execute(OPENED, period)).fetchall()
            devices = await (await connection.execute(DEVICES, period)).fetchall()
        return SessionCounts(
            active=dict(active),
            opened=[OpenedCount(day=day, method=method, count=count) for day, method, count in opened],
            devices=dict(devices),
        )
