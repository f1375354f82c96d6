"""Figures about sessions, counted in memory."""

from collections import Counter
from datetime import datetime

from medianest.ports.session_figures import OpenedCount, SessionCounts
from tests.fakes.sessions import FakeSessions


class FakeSessionFigures:
    """Implements `SessionFigures` over sessions in memory; on the days between, nobody is taken to be active."""

    def __init__(self, sessions: FakeSessions) -> None:
        self._sessions = sessions

    async def counts(self, *, since: datetime, until: datetime) -> SessionCounts:
        rows = list(self._sessions.rows.values())
        days = {
            (at.date(), row.session.user_id)
            for row in rows
            for at in (row.opened_at, row.last_seen_at)
            if since.date() <= at.date() <= until.date()
        }
        opened = Counter((row.opened_at.date(), row.method) for row in rows if since <= row.opened_at < until)
        return SessionCounts(
            active=Counter(day for day, _ in days),
            opened=[OpenedCount(day=day, method=method, count=opened[day, method]) for day, method in sorted(opened)],
            devices=Counter(
                row.whereabouts.device for row in rows if row.last_seen_at >= since and row.opened_at < until
            ),
        )
