"""States: folded from what is remembered, a snapshot and the tail of the log, and never older than the log."""

import dataclasses
from collections.abc import Sequence
from uuid import UUID

import pytest

from medianest.adapters.eventlog.memory import MemorySnapshots
from medianest.application.states import SNAPSHOT_EVERY
from medianest.domain.kernel import SYSTEM, AnyAggregate, Recorded
from medianest.domain.media_request import MEDIA_REQUEST
from medianest.domain.media_request.commands import ApproveRequest, FollowRequest
from medianest.domain.media_request.refusals import RequestNotFound
from medianest.domain.user import USER
from medianest.domain.user.commands import RenameUser, SuspendUser
from medianest.domain.user.refusals import UserIsSuspended
from medianest.ports.failures import LogUnavailable
from tests.unit.application.rig import CLICK, Rig


class ReadsCounted:
    """Which versions each `read_stream` of a log begins after."""

    def __init__(self, rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
        self.after: list[int] = []
        self._read = rig.log.read_stream
        monkeypatch.setattr(rig.log, "read_stream", self.read_stream)

    async def read_stream(
        self, category: str, stream_id: UUID, *, after: int = 0, until: int | None = None
    ) -> Sequence[Recorded]:
        self.after.append(after)
        return await self._read(category, stream_id, after=after, until=until)


class BrokenSnapshots(MemorySnapshots):
    """Nothing can be saved."""

    async def save(self, aggregate: AnyAggregate, stream_id: UUID, state: object, version: int) -> None:
        raise LogUnavailable


async def renamed(rig: Rig, times: int) -> UUID:
    ada = await rig.person()
    for number in range(times):
        await rig.run(RenameUser(**rig.by(ada), user_id=ada, name=f"Ada {number}"))
    return ada


async def test_a_stream_that_does_not_exist_has_no_state(rig: Rig) -> None:
    assert await rig.states.load(USER, rig.ids.new()) == (None, 0)


async def test_what_is_remembered_is_read_on_from_and_not_again(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = await renamed(rig, 3)
    reads = ReadsCounted(rig, monkeypatch)
    assert (await rig.states.load(USER, ada))[1] == 4
    assert reads.after == [4]


async def test_two_processes_never_believe_what_the_other_made_old(rig: Rig) -> None:
    ada, bob = await rig.person(), await rig.person()
    here, there = rig.bus, rig.another_bus()
    request_id = await rig.ask(ada)
    await there.run([FollowRequest(**rig.by(bob), request_id=request_id)], CLICK)
    await here.run([ApproveRequest(**rig.by(SYSTEM), request_id=request_id)], CLICK)
    await there.run([SuspendUser(**rig.by(SYSTEM), user_id=ada)], CLICK)
    with pytest.raises(UserIsSuspended):
        await here.run([rig.wish(ada, tmdb_id=8)], CLICK)
    fresh = await rig.new_states().load(USER, ada)
    assert await rig.states.load(USER, ada) == fresh
    assert rig.log.lost == 0


async def test_an_id_of_another_kind_of_stream_names_nothing_here(rig: Rig) -> None:
    ada = await rig.person()
    request_id = await rig.ask(ada)
    await rig.states.load(USER, ada)
    assert await rig.states.load(MEDIA_REQUEST, ada) == (None, 0)
    assert await rig.states.load(USER, request_id) == (None, 0)
    assert (await rig.states.load(USER, ada))[1] == 1, "and what is remembered of it stays"
    with pytest.raises(RequestNotFound):
        await rig.run(FollowRequest(**rig.by(ada), request_id=ada))


async def test_only_so_many_states_are_remembered_and_the_oldest_goes_first(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [await rig.person() for _ in range(3)]
    states = rig.new_states(size=2)
    for person in people:
        await states.load(USER, person)
    reads = ReadsCounted(rig, monkeypatch)
    for person in reversed(people):
        await states.load(USER, person)
    assert reads.after == [1, 1, 0]


async def test_a_long_stream_is_read_from_its_snapshot_on(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = await renamed(rig, SNAPSHOT_EVERY + 1)
    expected = await rig.states.load(USER, ada)
    reads = ReadsCounted(rig, monkeypatch)
    assert await rig.new_states().load(USER, ada) == expected
    assert reads.after == [0, SNAPSHOT_EVERY]


async def test_a_short_stream_is_read_at_one_go(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = await renamed(rig, SNAPSHOT_EVERY - 2)
    expected = await rig.states.load(USER, ada)
    reads = ReadsCounted(rig, monkeypatch)
    assert await rig.new_states().load(USER, ada) == expected
    assert reads.after == [0]


async def test_a_snapshot_of_another_shape_is_not_used(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = await renamed(rig, SNAPSHOT_EVERY)
    newer = dataclasses.replace(USER, state_version=USER.state_version + 1)
    expected = await rig.states.load(USER, ada)
    reads = ReadsCounted(rig, monkeypatch)
    assert await rig.new_states().load(newer, ada) == expected
    assert reads.after == [0, SNAPSHOT_EVERY]


async def test_what_is_recorded_counts_though_no_snapshot_can_be_saved() -> None:
    rig = Rig(snapshots=BrokenSnapshots())
    ada = await renamed(rig, SNAPSHOT_EVERY)
    assert (await rig.states.load(USER, ada))[1] == SNAPSHOT_EVERY + 1
