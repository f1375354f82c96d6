"""What every event log promises to whoever appends."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from medianest.ports.event_log import Append, Conflict, Context, ReceiptTaken, StreamWrite
from tests.contract.event_log.logs import NOON, LogParts, a_receipt, an_append, followed, write


async def test_what_is_appended_is_answered_and_read_back_alike(parts: LogParts) -> None:
    stream, session, cause, actor = uuid4(), uuid4(), uuid4(), uuid4()
    event = followed(stream)
    recorded = await parts.log.append(
        Append(
            command_id=uuid4(),
            actor=actor,
            occurred_at=NOON,
            context=Context(correlation_id="click", causation_id=cause, session_id=session),
            writes=[write(stream, 0, event)],
        )
    )
    assert [one.event for one in recorded] == [event]
    assert (recorded[0].version, recorded[0].category) == (1, "media_request")
    assert (recorded[0].actor, recorded[0].session_id, recorded[0].causation_id) == (actor, session, cause)
    assert (recorded[0].occurred_at, recorded[0].correlation_id) == (NOON, "click")
    assert recorded[0].recorded_at > NOON.replace(year=2020)
    assert list(await parts.log.read_stream("media_request", stream)) == list(recorded)
    assert list(await parts.log.read(after=0, limit=10)) == list(recorded)


async def test_times_are_read_in_utc(parts: LogParts) -> None:
    stream = uuid4()
    await parts.log.append(an_append(write(stream, 0, count=1)))
    (recorded,) = await parts.log.read_stream("media_request", stream)
    assert str(recorded.occurred_at.tzname()) == str(recorded.recorded_at.tzname()) == "UTC"


async def test_a_stale_version_is_a_conflict_and_writes_nothing(parts: LogParts) -> None:
    stream = uuid4()
    await parts.log.append(an_append(write(stream, 0, count=2)))
    for expected in (0, 1, 3):
        with pytest.raises(Conflict):
            await parts.log.append(an_append(write(stream, expected, count=1)))
    assert len(await parts.log.read_stream("media_request", stream)) == 2


async def test_an_append_of_several_streams_is_whole_or_absent(parts: LogParts) -> None:
    fresh, taken = uuid4(), uuid4()
    await parts.log.append(an_append(write(taken, 0, count=1)))
    with pytest.raises(Conflict):
        await parts.log.append(an_append(write(fresh, 0, count=1), write(taken, 0, count=1)))
    assert await parts.log.read_stream("media_request", fresh) == []
    recorded = await parts.log.append(an_append(write(fresh, 0, count=2), write(taken, 1, count=1)))
    assert [(one.stream_id, one.version) for one in recorded] == [(fresh, 1), (fresh, 2), (taken, 2)]
    assert [one.position for one in recorded] == sorted({one.position for one in recorded})


async def test_a_write_without_events_asserts_its_version(parts: LogParts) -> None:
    read, written = uuid4(), uuid4()
    await parts.log.append(an_append(write(read, 0, count=1)))
    unmoved = StreamWrite(category="media_request", stream_id=read, expected=1, events=())
    await parts.log.append(an_append(unmoved, write(written, 0, count=1)))
    with pytest.raises(Conflict):
        await parts.log.append(an_append(replace(unmoved, expected=0), write(written, 1, count=1)))
    assert len(await parts.log.read_stream("media_request", written)) == 1


async def test_a_lost_race_fails_only_its_own_append(parts: LogParts) -> None:
    contested, others = uuid4(), [uuid4() for _ in range(10)]
    appends = [an_append(write(contested, 0, count=1)) for _ in range(10)]
    appends += [an_append(write(other, 0, count=1)) for other in others]
    outcomes = await asyncio.gather(*map(parts.log.append, appends), return_exceptions=True)
    lost = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
    assert len(lost) == 9
    assert not any(isinstance(outcome, BaseException) for outcome in outcomes[10:])
    assert len(await parts.log.read(after=0, limit=100)) == 11


async def test_a_repeated_append_is_answered_with_what_was_recorded_first(parts: LogParts) -> None:
    stream, command_id = uuid4(), uuid4()
    first = await parts.log.append(an_append(write(stream, 0, count=3), command_id=command_id))
    same = await parts.log.append(an_append(write(stream, 0, count=3), command_id=command_id))
    on_fresh_state = await parts.log.append(an_append(write(stream, 3, count=1), command_id=command_id))
    assert list(first) == list(same) == list(on_fresh_state)
    assert len(await parts.log.read(after=0, limit=10)) == 3


async def test_two_attempts_at_one_command_at_the_same_moment_are_recorded_once(parts: LogParts) -> None:
    stream = uuid4()
    append = an_append(write(stream, 0, count=2))
    first, second = await asyncio.gather(parts.log.append(append), parts.log.append(append))
    assert list(first) == list(second)
    assert await parts.log.head() == first[-1].position


async def test_a_receipt_is_found_once_its_append_is_recorded(parts: LogParts) -> None:
    receipt = a_receipt(answer=b'{"id": 1}')
    assert await parts.receipts.find(receipt.actor, receipt.key) is None
    await parts.log.append(an_append(write(uuid4(), 0, count=1), receipt=receipt))
    assert await parts.receipts.find(receipt.actor, receipt.key) == receipt
    assert await parts.receipts.find(uuid4(), receipt.key) is None


async def test_a_second_append_with_the_same_key_is_refused_and_writes_nothing(parts: LogParts) -> None:
    stream = uuid4()
    await parts.log.append(an_append(write(uuid4(), 0, count=1), receipt=a_receipt(answer=b"first")))
    with pytest.raises(ReceiptTaken):
        await parts.log.append(an_append(write(stream, 0, count=1), receipt=a_receipt(answer=b"second")))
    assert await parts.log.read_stream("media_request", stream) == []
    found = await parts.receipts.find(a_receipt().actor, a_receipt().key)
    assert found is not None
    assert found.answer == b"first"


async def test_of_simultaneous_appends_with_one_key_exactly_one_is_recorded(parts: LogParts) -> None:
    appends = [an_append(write(uuid4(), 0, count=1), receipt=a_receipt(answer=bytes([n]))) for n in range(8)]
    outcomes = await asyncio.gather(*map(parts.log.append, appends), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ReceiptTaken"] * 7 + ["list"]


async def test_a_receipt_is_kept_for_a_command_that_changed_nothing(parts: LogParts) -> None:
    assert await parts.log.append(an_append(receipt=a_receipt())) == []
    assert await parts.receipts.find(a_receipt().actor, a_receipt().key) == a_receipt()


async def test_a_lost_race_leaves_no_receipt(parts: LogParts) -> None:
    with pytest.raises(Conflict):
        await parts.log.append(an_append(write(uuid4(), 7, count=1), receipt=a_receipt()))
    assert await parts.receipts.find(a_receipt().actor, a_receipt().key) is None


async def test_a_cancelled_caller_does_not_harm_the_others(parts: LogParts) -> None:
    streams = [uuid4() for _ in range(20)]
    tasks = [asyncio.create_task(parts.log.append(an_append(write(stream, 0, count=1)))) for stream in streams]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert all(task.result() for task in tasks[1::2])
    after = uuid4()
    assert await parts.log.append(an_append(write(after, 0, count=1)))
