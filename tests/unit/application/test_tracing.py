"""What is under way, and the steps that it leaves."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from medianest.application.tracing import Tracer, part
from medianest.domain.kernel import Refused
from tests.fakes.clock import FakeClock
from tests.fakes.ids import SeededIds
from tests.fakes.traces import FakeTraces

CAUSE = UUID(int=7)


class NoSuchThing(Refused):
    code = "no_such_thing"


@pytest.fixture
def traces() -> FakeTraces:
    return FakeTraces()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def tracer(traces: FakeTraces, clock: FakeClock) -> Tracer:
    return Tracer(traces, clock, SeededIds())


def test_a_step_says_how_long_it_took_and_what_it_was_a_part_of(
    tracer: Tracer, traces: FakeTraces, clock: FakeClock
) -> None:
    began = clock.now()
    with tracer.begin("job", "hand_on", correlation_id="a-click", causation_id=CAUSE):
        clock.advance(1)
        with part("call", "gateway POST /request") as call:
            clock.advance(2)
            call.outcome = "201"
        clock.advance(4)
    inner, outer = traces.steps
    assert (outer.kind, outer.name, outer.outcome, outer.correlation_id) == ("job", "hand_on", "ok", "a-click")
    assert (outer.causation_id, outer.parent_id) == (CAUSE, None)
    assert (inner.parent_id, inner.correlation_id, inner.outcome) == (outer.step_id, "a-click", "201")
    assert (outer.began_at, outer.ended_at - outer.began_at) == (began, timedelta(seconds=7))
    assert inner.ended_at - inner.began_at == timedelta(seconds=2)


def test_a_part_of_nothing_leaves_nothing(tracer: Tracer, traces: FakeTraces) -> None:
    with part("call", "tmdb GET /search/movie"):
        pass
    with tracer.begin("job", "hand_on", correlation_id="a-click"):
        pass
    with part("call", "tmdb GET /search/movie"):
        pass
    assert [step.name for step in traces.steps] == ["hand_on"]


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (NoSuchThing("of somebody"), "refused:no_such_thing"),
        (RuntimeError("the password is hunter2"), "failed:RuntimeError"),
        (asyncio.CancelledError(), "interrupted"),
    ],
)
def test_a_failure_is_told_by_its_kind_alone_and_goes_on(
    tracer: Tracer, traces: FakeTraces, failure: BaseException, outcome: str
) -> None:
    with pytest.raises(type(failure)), tracer.begin("job", "hand_on", correlation_id="a-click"):
        raise failure
    assert [step.outcome for step in traces.steps] == [outcome]


def test_what_is_not_to_be_kept_leaves_nothing(tracer: Tracer, traces: FakeTraces) -> None:
    with tracer.begin("request", "POST", correlation_id="a-click") as step:
        step.is_kept = False
    assert traces.steps == []


def test_a_clock_that_is_set_back_makes_no_step_end_before_it_began(
    tracer: Tracer, traces: FakeTraces, clock: FakeClock
) -> None:
    with tracer.begin("job", "hand_on", correlation_id="a-click"):
        clock.advance(-60)
    assert traces.steps[0].ended_at == traces.steps[0].began_at


async def test_stories_side_by_side_do_not_mix(tracer: Tracer, traces: FakeTraces) -> None:
    async def click(story: str) -> None:
        with tracer.begin("request", "POST /x", correlation_id=story):
            await asyncio.sleep(0)
            with part("call", story):
                await asyncio.sleep(0)

    await asyncio.gather(*(click(f"click-{number}") for number in range(5)))
    calls = [step for step in traces.steps if step.kind == "call"]
    assert len(calls) == 5
    assert all(step.name == step.correlation_id for step in calls)
