"""Sessions in memory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from medianest.domain.session import SignInMethod
from medianest.ports.sessions import (
    KeptSession,
    OpenedSession,
    RefreshRejected,
    RefreshReused,
    Session,
    Sighting,
    Whereabouts,
)
from medianest.ports.views import Page

IDLE, ABSOLUTE, GRACE = timedelta(days=30), timedelta(days=365), timedelta(seconds=20)


@dataclass
class Row:
    session: Session
    method: SignInMethod
    whereabouts: Whereabouts
    opened_at: datetime
    last_seen_at: datetime
    used: dict[int, datetime] = field(default_factory=dict)
    issued: dict[int, datetime] = field(default_factory=dict)
    ended_at: datetime | None = None

    def is_over(self, now: datetime) -> bool:
        return now >= self.opened_at + ABSOLUTE or now >= self.last_seen_at + IDLE


class FakeSessions:
    """Implements `Sessions`, `SessionArchive` and `SessionKeeping`. A token is the session's id and how often it was
    exchanged."""

    def __init__(self) -> None:
        self.rows: dict[UUID, Row] = {}

    async def open(self, session: Session, method: SignInMethod, whereabouts: Whereabouts) -> str:
        now = session.authenticated_at
        self.rows[session.session_id] = Row(session, method, whereabouts, now, now, issued={0: now})
        return f"{session.session_id}/0"

    async def rotate(self, refresh_token: str, now: datetime) -> tuple[Session, str]:
        name, _, turn_text = refresh_token.partition("/")
        row = next((row for session_id, row in self.rows.items() if str(session_id) == name), None)
        turn = int(turn_text) if turn_text.isdigit() else -1
        if row is None or turn not in row.issued or row.ended_at is not None:
            raise RefreshRejected
        used_at = row.used.get(turn)
        if used_at is None and now >= min(row.issued[turn] + IDLE, row.opened_at + ABSOLUTE):
            raise RefreshRejected
        if used_at is not None and now - used_at > GRACE:
            row.ended_at = now
            raise RefreshReused(row.session)
        row.used.setdefault(turn, now)
        row.issued.setdefault(turn + 1, now)
        row.last_seen_at = max(row.last_seen_at, now)
        return row.session, f"{name}/{turn + 1}"

    async def confirm(self, session_id: UUID, now: datetime) -> Session | None:
        row = self.rows.get(session_id)
        if row is None or row.ended_at is not None:
            return None
        row.session = replace(row.session, authenticated_at=now)
        return row.session

    async def end(self, session_ids: Collection[UUID], now: datetime) -> None:
        for session_id in session_ids:
            if (row := self.rows.get(session_id)) is not None:
                row.ended_at = row.ended_at or now

    async def of(self, user_id: UUID, now: datetime) -> Sequence[OpenedSession]:
        open_ones = [
            row
            for row in self.rows.values()
            if row.session.user_id == user_id and row.ended_at is None and not row.is_over(now)
        ]
        return [
            OpenedSession(
                session_id=row.session.session_id,
                method=row.method,
                whereabouts=row.whereabouts,
                opened_at=row.opened_at,
                last_seen_at=row.last_seen_at,
                expires_at=min(row.opened_at + ABSOLUTE, row.last_seen_at + IDLE),
            )
            for row in sorted(open_ones, key=lambda row: row.last_seen_at, reverse=True)
        ]

    async def kept(self, user_id: UUID, *, limit: int, after: tuple[str, ...] | None) -> Page[KeptSession]:
        theirs = [
            KeptSession(
                session_id=row.session.session_id,
                method=row.method,
                whereabouts=row.whereabouts,
                opened_at=row.opened_at,
                last_seen_at=row.last_seen_at,
                expires_at=min(row.opened_at + ABSOLUTE, row.last_seen_at + IDLE),
                ended_at=row.ended_at,
            )
            for row in self.rows.values()
            if row.session.user_id == user_id
        ]
        rows = sorted(theirs, key=lambda one: (one.opened_at, one.session_id), reverse=True)
        if after is not None:
            ids = [str(one.session_id) for one in rows]
            rows = rows[ids.index(after[0]) + 1 :]
        is_more = len(rows) > limit
        return Page(items=rows[:limit], next_key=(str(rows[limit - 1].session_id),) if is_more else None)

    async def has_used(self, user_id: UUID, device: str | None) -> bool | None:
        devices = [row.whereabouts.device for row in self.rows.values() if row.session.user_id == user_id]
        return device in devices if devices else None

    async def seen(self, sightings: Mapping[UUID, Sighting]) -> None:
        for session_id, sighting in sightings.items():
            row = self.rows.get(session_id)
            if row is not None and row.ended_at is None:
                row.last_seen_at = max(row.last_seen_at, sighting.at)
                if sighting.address is not None:
                    row.whereabouts = replace(row.whereabouts, address=sighting.address)

    async def ended_since(self, moment: datetime) -> frozenset[UUID]:
        return frozenset(i for i, row in self.rows.items() if row.ended_at is not None and row.ended_at > moment)

    async def expired(self, now: datetime, *, limit: int) -> Sequence[Session]:
        over = [row.session for row in self.rows.values() if row.ended_at is None and row.is_over(now)]
        return sorted(over, key=lambda session: session.session_id)[:limit]

    async def forget(self, user_id: UUID) -> None:
        self.rows = {i: row for i, row in self.rows.items() if row.session.user_id != user_id}

    async def sweep(self, now: datetime) -> None:
        kept = now - timedelta(days=90)
        self.rows = {i: row for i, row in self.rows.items() if row.ended_at is None or row.ended_at > kept}
