"""Events that wait for somebody to decide: the fake and the table."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest

from medianest.adapters.postgres import parked
from medianest.adapters.postgres.parked import PostgresParkedEvents
from medianest.adapters.postgres.pool import Database
from medianest.domain.kernel import SYSTEM, Recorded
from medianest.domain.media_request.events import RequestFollowed
from medianest.ports.parked import ParkedEvents
from tests.fakes.parked import FakeParkedEvents

Park = Callable[[str, int, UUID, Exception | None], Awaitable[None]]
Keeper = tuple[ParkedEvents, Park]

FIRST, SECOND = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def an_event(position: int, stream_id: UUID) -> Recorded:
    return Recorded(
        position=position,
        category="media_request",
        stream_id=stream_id,
        version=1,
        event=RequestFollowed(request_id=stream_id, user_id=SYSTEM),
        event_id=UUID(int=position),
        actor=SYSTEM,
        session_id=None,
        correlation_id="click",
        causation_id=None,
        occurred_at=NOW,
        recorded_at=NOW,
    )


@pytest.fixture(params=["fake", "postgres"])
async def keeper(request: pytest.FixtureRequest) -> AsyncIterator[Keeper]:
    if request.param == "fake":
        fake = FakeParkedEvents()

        async def keep(reaction: str, position: int, stream_id: UUID, failure: Exception | None) -> None:
            await fake.park(reaction, position, stream_id, failure=failure)

        yield fake, keep
        return
    url: str = request.getfixturevalue("shared_database_url")
    async with Database(url, max_size=1) as database:
        async with database.connection() as connection:
            await connection.execute("DELETE FROM parked_events")

        async def park(reaction: str, position: int, stream_id: UUID, failure: Exception | None) -> None:
            recorded, attempts = an_event(position, stream_id), 3 if failure else 0
            async with database.connection() as connection:
                await parked.park(connection, reaction, recorded, failure=failure, attempts=attempts)

        yield PostgresParkedEvents(database), park


async def test_nothing_is_parked_at_first(keeper: Keeper) -> None:
    events, _ = keeper
    assert (await events.list(limit=5, after=None)).items == []
    assert await events.find("deliver", 1) is None
    assert await events.counts() == {}


async def test_what_failed_is_found_with_the_kind_of_its_failure(keeper: Keeper) -> None:
    events, park = keeper
    await park("deliver", 7, FIRST, ValueError("what somebody wrote"))
    found = await events.find("deliver", 7)
    assert found is not None
    assert (found.stream_id, found.error, found.attempts, found.waiting, found.first) == (FIRST, "ValueError", 3, 0, 7)
    assert "somebody" not in repr(found)
    assert await events.find("tell_people", 7) is None


async def test_later_ones_of_a_stream_wait_behind_the_first_of_the_same_reaction(keeper: Keeper) -> None:
    events, park = keeper
    await park("deliver", 7, FIRST, ValueError())
    await park("deliver", 8, FIRST, None)
    await park("deliver", 9, FIRST, None)
    await park("deliver", 10, SECOND, ValueError())
    await park("tell_people", 8, FIRST, ValueError())
    listed = (await events.list(limit=5, after=None)).items
    assert [(it.reaction, it.position, it.waiting) for it in listed] == [
        ("deliver", 7, 2),
        ("tell_people", 8, 0),
        ("deliver", 10, 0),
    ]
    waiting = await events.find("deliver", 8)
    assert waiting is not None
    assert (waiting.first, waiting.waiting, waiting.error, waiting.attempts) == (7, 1, "waits", 0)
    assert await events.counts() == {"deliver": 4, "tell_people": 1}


async def test_a_list_goes_on_where_the_last_page_ended(keeper: Keeper) -> None:
    events, park = keeper
    for number in range(1, 6):
        await park("deliver" if number % 2 else "tell_people", 7 + number // 2, UUID(int=number), ValueError())
    seen, after = [], None
    while True:
        page = await events.list(limit=2, after=after)
        seen += [(it.position, it.reaction) for it in page.items]
        if (after := page.next_key) is None:
            break
    assert seen == sorted(seen)
    assert len(set(seen)) == 5
