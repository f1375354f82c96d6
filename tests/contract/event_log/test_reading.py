"""What every event log promises to whoever reads, waits, or starts from a snapshot."""

import asyncio
import time
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from medianest.domain.kernel import Recorded
from medianest.domain.media_request import MEDIA_REQUEST, MediaRequest
from medianest.domain.media_request.events import RequestFollowed, RequestSubmitted
from medianest.ports.event_log import Unread
from tests.contract.event_log.logs import LogParts, an_append, write
from tests.newer_release import SomethingNew, record, reshaped


async def test_an_empty_log_has_no_head_and_nothing_to_read(parts: LogParts) -> None:
    assert await parts.log.head() == 0
    assert await parts.log.read(after=0, limit=10) == []
    assert await parts.log.read_stream("media_request", uuid4()) == []


async def test_a_stream_is_read_between_two_versions(parts: LogParts) -> None:
    stream = uuid4()
    await parts.log.append(an_append(write(stream, 0, count=5)))
    part = await parts.log.read_stream("media_request", stream, after=1, until=3)
    assert [recorded.version for recorded in part] == [2, 3]
    assert [one.version for one in await parts.log.read_stream("media_request", stream, after=3)] == [4, 5]
    assert await parts.log.read_stream("user", stream) == []


async def test_the_log_is_read_in_pages_without_gap_or_repetition(parts: LogParts) -> None:
    for _ in range(7):
        await parts.log.append(an_append(write(uuid4(), 0, count=3)))
    positions: list[int] = []
    while page := await parts.log.read(after=positions[-1] if positions else 0, limit=4):
        assert len(page) <= 4
        positions += [recorded.position for recorded in page]
    assert len(positions) == 21
    assert positions == sorted(set(positions))
    assert positions[-1] == await parts.log.head()
    until = await parts.log.read(after=positions[2], limit=100, until=positions[9])
    assert [recorded.position for recorded in until] == positions[3:10]


async def test_recording_times_never_decrease_with_position(parts: LogParts) -> None:
    for _ in range(20):
        await parts.log.append(an_append(write(uuid4(), 0, count=2)))
    times = [recorded.recorded_at for recorded in await parts.log.read(after=0, limit=100)]
    assert times == sorted(times)


async def test_only_the_wanted_categories_are_read_in_order(parts: LogParts) -> None:
    for category in ("user", "media_request", "notification", "user"):
        await parts.log.append(an_append(write(uuid4(), 0, count=2, category=category)))
    found = await parts.log.read(after=0, limit=100, categories=["user", "notification", "user"])
    assert [one.category for one in found] == ["user", "user", "notification", "notification", "user", "user"]
    rest = await parts.log.read(after=found[1].position, limit=3, categories=["user", "notification"])
    assert [one.position for one in rest] == [one.position for one in found[2:5]]
    assert await parts.log.read(after=0, limit=100, categories=[]) == []


async def test_who_reads_leniently_goes_past_what_a_newer_release_wrote(parts: LogParts) -> None:
    stream = uuid4()
    with capture_logs() as said:
        for number in range(3):
            await parts.log.append(an_append(write(stream, 3 * number, count=1)))
            await record(parts.log, "media_request", stream, SomethingNew(), reshaped(RequestFollowed.tag))
        with pytest.raises(Exception, match="newer"):
            await parts.log.read(after=0, limit=100, categories=["media_request"])
        for categories in (["media_request"], None):
            found: list[Recorded] = []
            while page := await parts.log.read(
                after=found[-1].position if found else 0, limit=2, categories=categories, is_lenient=True
            ):
                found += page
            assert [(one.stream_id, one.version) for one in found] == [(stream, version) for version in range(1, 10)]
            stored = [one.event.tag if isinstance(one.event, Unread) else "read" for one in found]
            assert stored == ["read", SomethingNew.tag, RequestFollowed.tag] * 3
    assert [(line["tag"], line["schema"]) for line in said] == [(SomethingNew.tag, 1), (RequestFollowed.tag, 2)]


async def test_events_are_found_at_their_positions(parts: LogParts) -> None:
    await parts.log.append(an_append(write(uuid4(), 0, count=5)))
    everything = await parts.log.read(after=0, limit=9)
    wanted = [everything[3], everything[0]]
    found = await parts.log.read_positions([*(one.position for one in wanted), everything[-1].position + 100])
    assert list(found) == [everything[0], everything[3]]
    assert await parts.log.read_positions([]) == []


async def test_a_scan_goes_through_a_stretch_of_the_log_in_full_batches(parts: LogParts) -> None:
    for _ in range(7):
        await parts.log.append(an_append(write(uuid4(), 0, count=3)))
    everything = await parts.log.read(after=0, limit=100)
    first, last = everything[1].position, everything[-2].position
    batches = [list(batch) async for batch in parts.log.scan(after=first, until=last, batch=5)]
    assert [len(batch) for batch in batches] == [5, 5, 5, 3]
    assert [one for batch in batches for one in batch] == list(everything[2:-1])
    assert [batch async for batch in parts.log.scan(after=last, until=last)] == []


async def test_scans_that_wait_or_stop_early_hold_up_nobody(parts: LogParts) -> None:
    await parts.log.append(an_append(write(uuid4(), 0, count=4)))
    async with asyncio.timeout(5), AsyncExitStack() as closing:
        for _ in range(12):  # more than there are connections
            scan = await closing.enter_async_context(aclosing(parts.log.scan(after=0, until=4, batch=1)))
            assert [one.version for one in await anext(scan)] == [1]
        assert await parts.log.head() == 4


async def test_whoever_waits_is_woken_by_an_append(parts: LogParts) -> None:
    before = await parts.log.head()
    waiting = [asyncio.create_task(parts.log.wait(after=before, timeout=30)) for _ in range(3)]
    await asyncio.sleep(0)
    await parts.log.append(an_append(write(uuid4(), 0, count=1)))
    async with asyncio.timeout(5):
        await asyncio.gather(*waiting)


async def test_waiting_for_what_is_there_already_returns_at_once(parts: LogParts) -> None:
    await parts.log.append(an_append(write(uuid4(), 0, count=1)))
    async with asyncio.timeout(5):
        await parts.log.wait(after=0, timeout=30)


async def test_waiting_ends_with_its_timeout(parts: LogParts) -> None:
    begun = time.monotonic()
    await parts.log.wait(after=await parts.log.head(), timeout=0.05)
    assert 0.04 < time.monotonic() - begun < 2


@pytest.fixture
def a_state() -> MediaRequest:
    request_id = uuid4()
    submitted = RequestSubmitted(
        request_id=request_id,
        requested_by=uuid4(),
        media_type="tv",
        tmdb_id=1396,
        is_4k=False,
        title="A title",
        year=2008,
        poster_path=None,
        seasons=(1, 2),
        note=None,
    )
    state = MEDIA_REQUEST.evolve(None, submitted)
    assert state is not None
    return state


async def test_a_snapshot_comes_back_as_it_was_saved(parts: LogParts, a_state: MediaRequest) -> None:
    stream = uuid4()
    assert await parts.snapshots.load(MEDIA_REQUEST, stream) is None
    await parts.snapshots.save(MEDIA_REQUEST, stream, a_state, 7)
    assert await parts.snapshots.load(MEDIA_REQUEST, stream) == (a_state, 7)


async def test_an_older_snapshot_does_not_replace_a_newer_one(parts: LogParts, a_state: MediaRequest) -> None:
    stream = uuid4()
    await parts.snapshots.save(MEDIA_REQUEST, stream, a_state, 9)
    await parts.snapshots.save(MEDIA_REQUEST, stream, a_state, 7)
    found = await parts.snapshots.load(MEDIA_REQUEST, stream)
    assert found is not None
    assert found[1] == 9


async def test_a_snapshot_of_an_older_shape_is_ignored(parts: LogParts, a_state: MediaRequest) -> None:
    stream = uuid4()
    await parts.snapshots.save(MEDIA_REQUEST, stream, a_state, 9)
    reshaped = replace(MEDIA_REQUEST, state_version=MEDIA_REQUEST.state_version + 1)
    assert await parts.snapshots.load(reshaped, stream) is None
    await parts.snapshots.save(reshaped, stream, a_state, 3)
    assert await parts.snapshots.load(reshaped, stream) == (a_state, 3)
