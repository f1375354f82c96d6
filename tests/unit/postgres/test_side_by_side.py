"""Answering events of different streams side by side."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

from medianest.adapters.postgres.side_by_side import AT_ONCE, side_by_side
from medianest.domain.kernel import Recorded
from medianest.domain.media_request.events import RequestFollowed

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def recorded(position: int, stream: int) -> Recorded:
    stream_id = UUID(int=stream)
    return Recorded(
        position=position,
        category="media_request",
        stream_id=stream_id,
        version=position,
        event=RequestFollowed(request_id=stream_id, user_id=UUID(int=1)),
        event_id=UUID(int=position),
        actor=UUID(int=1),
        session_id=None,
        correlation_id="click",
        causation_id=None,
        occurred_at=NOON,
        recorded_at=NOON,
    )


async def test_streams_do_not_wait_for_one_another_and_each_keeps_its_order() -> None:
    events = [recorded(position, position % 2) for position in range(1, 9)]
    under_way: set[int] = set()
    seen: list[tuple[int, set[int]]] = []

    async def answer(event: Recorded) -> str:
        under_way.add(event.position)
        await asyncio.sleep(0)
        seen.append((event.position, set(under_way)))
        under_way.discard(event.position)
        return f"answer {event.position}"

    answers = await side_by_side(events, answer)
    assert answers == {event.position: f"answer {event.position}" for event in events}
    for stream in (0, 1):
        in_turn = [position for position, _ in seen if position % 2 == stream]
        assert in_turn == sorted(in_turn)
    assert any(len(together) == 2 for _, together in seen)
    assert all(len({position % 2 for position in together}) == len(together) for _, together in seen)


async def test_what_raised_is_left_out_with_what_comes_behind_it_in_its_stream() -> None:
    events = [recorded(1, 1), recorded(2, 2), recorded(3, 1), recorded(4, 2), recorded(5, 1)]

    async def answer(event: Recorded) -> int:
        if event.position == 3:
            raise ValueError("no")
        return event.position

    assert await side_by_side(events, answer) == {1: 1, 2: 2, 4: 4}


async def test_there_are_never_more_at_once_than_is_good_for_the_others() -> None:
    under_way = most = 0

    async def answer(_event: Recorded) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1

    await side_by_side([recorded(position, position) for position in range(1, 100)], answer)
    assert most == AT_ONCE
