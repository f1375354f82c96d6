"""A stream of ten thousand events is loaded as quickly as one of a hundred, whatever it is a stream of."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest.adapters.eventlog.snapshots import read_state, written_state
from medianest.application.states import SNAPSHOT_EVERY, States
from medianest.domain.catalog import AGGREGATES
from medianest.domain.kernel import SYSTEM, AnyAggregate, Event, fold
from medianest.domain.media_request import MEDIA_REQUEST
from medianest.domain.media_request.events import RequestFollowed, RequestUnfollowed
from medianest.ports.event_log import Append, StreamWrite
from tests.unit.application.reads import CountedReads
from tests.unit.application.rig import CLICK, Rig
from tests.unit.domain import strategies

LONG = 10_000
every_aggregate = pytest.mark.parametrize("aggregate", AGGREGATES.values(), ids=AGGREGATES.keys())


@every_aggregate
def test_a_snapshot_gives_back_the_very_state_it_was_taken_of(aggregate: AnyAggregate) -> None:
    @given(st.lists(strategies.events(aggregate), min_size=1, max_size=12))
    def law(events: list[Event]) -> None:
        state = fold(aggregate, events)
        if state is None:
            return  # of nothing, no snapshot is taken
        again: Any = read_state(aggregate, written_state(state))
        assert again == state
        assert all(aggregate.evolve(again, event) == aggregate.evolve(state, event) for event in events)

    law()


async def test_of_ten_thousand_events_only_the_last_few_are_read(rig: Rig) -> None:
    request_id = await rig.ask(await rig.person())
    state, version = await rig.states.load(MEDIA_REQUEST, request_id)
    somebody = rig.ids.new()
    while version < LONG + SNAPSHOT_EVERY // 2:
        events = _back_and_forth(request_id, somebody, SNAPSHOT_EVERY // 2)
        write = StreamWrite(category="media_request", stream_id=request_id, expected=version, events=events)
        append = Append(
            command_id=rig.ids.new(), actor=SYSTEM, occurred_at=rig.clock.now(), context=CLICK, writes=[write]
        )
        await rig.log.append(append)
        state = fold(MEDIA_REQUEST, events, state)
        await rig.states.keep(MEDIA_REQUEST, request_id, state, version + len(events), since=version)
        version += len(events)
    reads = CountedReads(rig.log)
    assert await States(reads, rig.snapshots).load(MEDIA_REQUEST, request_id) == (state, version)
    assert version > LONG
    assert len(reads.versions) < 2 * SNAPSHOT_EVERY, "the first hundred, in case there are no more, and the tail"


def _back_and_forth(request_id: UUID, somebody: UUID, count: int) -> list[Event]:
    turns = (RequestFollowed, RequestUnfollowed)
    return [turns[number % 2](request_id=request_id, user_id=somebody) for number in range(count)]
