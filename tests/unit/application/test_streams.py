"""A thing as it was: at a version, at a time, and what changed in between."""

from datetime import datetime
from uuid import UUID

import pytest

from medianest.adapters.eventlog.memory import MemoryStreamVersions
from medianest.application.people import PeopleBook
from medianest.application.queries.streams import (
    NotThereYet,
    ReadDifferences,
    ReadStream,
    StreamDesk,
    StreamNotFound,
    VersionNotFound,
)
from medianest.application.states import SNAPSHOT_EVERY
from medianest.domain.media_request.commands import (
    CommentOnRequest,
    FollowRequest,
    RejectRequest,
    UnfollowRequest,
)
from tests.fakes.sessions import FakeSessions
from tests.unit.application.reads import CountedReads
from tests.unit.application.rig import Rig

DAY = 86_400.0


@pytest.fixture
def reads(rig: Rig) -> CountedReads:
    return CountedReads(rig.log)


@pytest.fixture
def desk(rig: Rig, reads: CountedReads) -> StreamDesk:
    people = PeopleBook(rig.log, rig.directory, FakeSessions(), rig.clock)
    return StreamDesk(reads, MemoryStreamVersions(rig.log), rig.snapshots, people)


async def asked_and_rejected(rig: Rig) -> tuple[UUID, list[datetime]]:
    """A request of the first day, followed on the second, rejected on the third; and noon of each day."""
    ada, bob = await rig.person(), await rig.person("manage_requests")
    rig.clock.advance(DAY)
    days = [rig.clock.now()]
    request_id = await rig.ask(ada)
    rig.clock.advance(DAY)
    await rig.run(FollowRequest(**rig.by(bob), request_id=request_id))
    days.append(rig.clock.now())
    rig.clock.advance(DAY)
    await rig.run(RejectRequest(**rig.by(bob), request_id=request_id, reason="No room."))
    days.append(rig.clock.now())
    return request_id, days


def about(request_id: UUID, **more: object) -> ReadStream:
    return ReadStream(category="media_request", stream_id=request_id, **more)


async def test_a_thing_is_seen_as_it_was_at_a_version_and_at_a_time(rig: Rig, desk: StreamDesk) -> None:
    request_id, days = await asked_and_rejected(rig)
    now = await desk.read(about(request_id))
    assert (now.version, now.latest_version, now.next_after) == (3, 3, None)
    assert now.state is not None
    assert now.state["parts"]["0"]["status"] == "rejected"
    assert [line.recorded.version for line in now.events] == [1, 2, 3]
    second = await desk.read(about(request_id, moment=2))
    assert second.state is not None
    assert (second.version, second.latest_version, len(second.state["followers"])) == (2, 3, 1)
    assert await desk.read(about(request_id, moment=days[1])) == second
    rig.clock.advance(DAY)
    assert await desk.read(about(request_id, moment=rig.clock.now())) == now


async def test_what_never_was_is_refused_and_says_what_is(rig: Rig, desk: StreamDesk) -> None:
    request_id, days = await asked_and_rejected(rig)
    for version in (0, 4, -1):
        with pytest.raises(VersionNotFound, match="the versions 1 to 3"):
            await desk.read(about(request_id, moment=version))
    with pytest.raises(NotThereYet, match=f"begins at {days[0]:%Y-%m-%dT%H:%M:%S}Z"):
        await desk.read(about(request_id, moment=days[0].replace(year=2020)))
    with pytest.raises(StreamNotFound, match="user, email_claim"):
        await desk.read(ReadStream(category="nonsense", stream_id=request_id))
    with pytest.raises(StreamNotFound):
        await desk.read(ReadStream(category="user", stream_id=request_id))
    with pytest.raises(VersionNotFound):
        await desk.compare(ReadDifferences(category="media_request", stream_id=request_id, from_version=4))


async def test_the_difference_of_two_versions_names_each_field(rig: Rig, desk: StreamDesk) -> None:
    request_id, _ = await asked_and_rejected(rig)
    changes = await desk.compare(ReadDifferences(category="media_request", stream_id=request_id, from_version=1))
    assert [(one.field, one.change) for one in changes.differences] == [
        ("/followers/0", "added"),
        ("/parts/0/status", "changed"),
    ]
    assert (changes.differences[1].before, changes.differences[1].after) == ("pending", "rejected")
    assert [line.recorded.version for line in changes.events] == [2, 3]
    back = await desk.compare(
        ReadDifferences(category="media_request", stream_id=request_id, from_version=3, to=1, limit=1)
    )
    assert [(one.field, one.change) for one in back.differences] == [
        ("/followers/0", "removed"),
        ("/parts/0/status", "changed"),
    ]
    assert ([line.recorded.version for line in back.events], back.next_after) == ([2], 2)


async def test_from_before_the_beginning_everything_is_added(rig: Rig, desk: StreamDesk) -> None:
    request_id, _ = await asked_and_rejected(rig)
    query = ReadDifferences(category="media_request", stream_id=request_id, from_version=0, to=1)
    changes = await desk.compare(query)
    assert {one.change for one in changes.differences} == {"added"}
    assert "/title" in {one.field for one in changes.differences}


async def test_the_events_are_paged_from_either_end(rig: Rig, desk: StreamDesk) -> None:
    request_id, _ = await asked_and_rejected(rig)
    first = await desk.read(about(request_id, limit=2))
    assert ([line.recorded.version for line in first.events], first.next_after) == ([1, 2], 2)
    rest = await desk.read(about(request_id, limit=2, after=2))
    assert ([line.recorded.version for line in rest.events], rest.next_after) == ([3], None)
    assert rest.state == first.state
    last = await desk.read(about(request_id, limit=2, is_tail=True))
    assert [line.recorded.version for line in last.events] == [2, 3]
    then = await desk.read(about(request_id, moment=2, limit=1, is_tail=True))
    assert [line.recorded.version for line in then.events] == [2]


async def test_a_long_stream_is_folded_from_a_snapshot_that_is_old_enough(
    rig: Rig, desk: StreamDesk, reads: CountedReads
) -> None:
    ada, bob = await rig.person(), await rig.person()
    request_id = await rig.ask(ada)
    for number in range(SNAPSHOT_EVERY // 2 + 10):
        command = UnfollowRequest if number % 2 else FollowRequest
        await rig.run(command(**rig.by(bob), request_id=request_id))
        comment_id = rig.ids.new()
        await rig.run(CommentOnRequest(**rig.by(bob), request_id=request_id, comment_id=comment_id, text="Yes!"))
    last = SNAPSHOT_EVERY + 21
    late = await desk.read(about(request_id, moment=last - 1, limit=5, is_tail=True))
    assert reads.versions == list(range(SNAPSHOT_EVERY + 1, last))
    early = await desk.read(about(request_id, moment=SNAPSHOT_EVERY - 1))
    assert late.state is not None
    assert early.state is not None
    assert (len(late.state["comments"]), len(early.state["comments"])) == (59, 49)
    assert [line.recorded.version for line in late.events] == list(range(last - 5, last))
