"""Figures about sessions: what was counted by hand, wherever they are kept."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

import pytest

from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.session_figures import PostgresSessionFigures
from medianest.adapters.postgres.sessions import PostgresSessions
from medianest.domain.session import SignInMethod
from medianest.ports.session_figures import SessionFigures
from medianest.ports.sessions import Session, SessionKeeping, Sessions, Sighting, Whereabouts
from tests.fakes.session_figures import FakeSessionFigures
from tests.fakes.sessions import FakeSessions

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


class Kept(NamedTuple):
    sessions: Sessions
    keeping: SessionKeeping
    figures: SessionFigures

    async def opened(
        self, user_id: UUID, at: datetime, method: SignInMethod = "password", device: str | None = None
    ) -> UUID:
        session = Session(session_id=uuid4(), user_id=user_id, authenticated_at=at)
        await self.sessions.open(session, method, Whereabouts(device=device))
        return session.session_id


@pytest.fixture(params=["fake", "postgres"])
async def kept(request: pytest.FixtureRequest) -> AsyncIterator[Kept]:
    if request.param == "fake":
        sessions = FakeSessions()
        yield Kept(sessions, sessions, FakeSessionFigures(sessions))
        return
    async with Database(request.getfixturevalue("database_url"), max_size=4) as pool:
        tables = PostgresSessions(pool, b"the secret of this test, long enough for it")
        yield Kept(tables, tables, PostgresSessionFigures(pool))


async def test_days_methods_and_devices_are_counted(kept: Kept) -> None:
    ada, bob = uuid4(), uuid4()
    await kept.opened(ada, NOON, device="Firefox on Linux")
    await kept.opened(ada, NOON, device="Firefox on Linux")
    his = await kept.opened(bob, NOON, "plex")
    await kept.keeping.seen({his: Sighting(at=NOON + DAY, address=None)})
    await kept.opened(bob, NOON + 3 * DAY, device="Safari on iPad")
    counts = await kept.figures.counts(since=NOON - DAY, until=NOON + 2 * DAY)
    assert counts.active == {date(2026, 5, 1): 2, date(2026, 5, 2): 1}
    assert [(one.day, one.method, one.count) for one in counts.opened] == [
        (date(2026, 5, 1), "password", 2),
        (date(2026, 5, 1), "plex", 1),
    ]
    assert counts.devices == {"Firefox on Linux": 2, None: 1}


async def test_whoever_is_forgotten_is_counted_nowhere(kept: Kept) -> None:
    ada, bob = uuid4(), uuid4()
    await kept.opened(ada, NOON)
    await kept.opened(bob, NOON)
    await kept.keeping.forget(ada)
    counts = await kept.figures.counts(since=NOON - DAY, until=NOON + DAY)
    assert counts.active == {date(2026, 5, 1): 1}
    assert [one.count for one in counts.opened] == [1]
    assert sum(counts.devices.values()) == 1
