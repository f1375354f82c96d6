"""Hours that passed, and a clock that somebody sets meanwhile: six are never fewer."""

from datetime import datetime

from hypothesis import example, given
from hypothesis import strategies as st

from medianest.application.library.removals import CERTAIN
from medianest.application.library.waiting_times import WaitingTime
from tests.fakes.clock import FakeClock

hours = st.integers(min_value=0, max_value=9 * 3600) | st.sampled_from([3600, 3 * 3600, 6 * 3600, 7 * 3600])
jumps = st.integers(min_value=-30 * 3600, max_value=30 * 3600) | st.sampled_from([-7 * 3600, 0, 7 * 3600])


@given(st.lists(st.tuples(hours, jumps), min_size=1, max_size=12))
@example([(3600, -7 * 3600), (3600, 7 * 3600)])
@example([(3600, 0), (3600, 7 * 3600)])
@example([(3600, -7 * 3600), (3600, 0), (3600, 7 * 3600), (3600, 0)])
def test_however_the_clock_is_set_nothing_is_old_enough_before_its_hours_have_passed(
    scans: list[tuple[int, int]],
) -> None:
    """Each scan comes so many seconds after the one before, the clock having been set by so many."""
    clock = FakeClock()
    waited = WaitingTime(CERTAIN, clock)
    written: list[tuple[float, datetime]] = []
    for passed, jump in scans:
        clock.advance(passed)
        clock.step(jump)
        now = clock.now()
        written.append((clock.steady(), now))
        until = waited.began(now)
        early = [at for at, stamp in written if stamp <= until and clock.steady() - at < CERTAIN.total_seconds()]
        assert early == []


@given(st.lists(st.tuples(hours, jumps), max_size=8))
def test_once_a_clock_is_left_alone_what_is_written_is_old_enough_as_soon_as_its_hours_have_passed(
    scans: list[tuple[int, int]],
) -> None:
    clock = FakeClock()
    waited = WaitingTime(CERTAIN, clock)
    for passed, jump in scans:
        clock.advance(passed)
        clock.step(jump)
        waited.began(clock.now())
    for _ in range(2):
        clock.advance(CERTAIN.total_seconds())
        written = clock.now()
        waited.began(written)
    clock.advance(CERTAIN.total_seconds())
    assert waited.began(clock.now()) == written
