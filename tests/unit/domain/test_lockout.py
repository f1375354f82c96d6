"""When guessing stops: five, then ever longer; an account in a row, an address while it goes on."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest.domain.lockout import FOR_GOOD, Limits, Tally, TargetKind, given_back, is_forgotten, taken

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
FIVE = Limits()
KINDS: tuple[TargetKind, ...] = get_args(TargetKind)
QUARTER = timedelta(minutes=15)


def after(*moments: timedelta, kind: TargetKind = "account", limits: Limits = FIVE) -> Tally:
    """A tally after attempts at these moments; those that are refused count nothing."""
    tally = None
    for moment in moments:
        if tally is None or not tally.is_locked(NOON + moment):
            tally = taken(tally, kind, limits, NOON + moment)
    assert tally is not None
    return tally


def rounds(number: int, kind: TargetKind) -> list[float]:
    """How long each lockout is, in minutes, where somebody goes on whenever they may."""
    now, tally, lengths = NOON, None, []
    while len(lengths) < number:
        tally = taken(tally, kind, FIVE, now)
        if tally.locked_until:
            lengths.append((tally.locked_until - now).total_seconds() / 60)
            now = tally.locked_until
    return lengths


@pytest.mark.parametrize("kind", KINDS)
def test_the_fifth_attempt_is_taken_and_locks(kind: TargetKind) -> None:
    four = after(*[timedelta(0)] * 4, kind=kind)
    assert not four.is_locked(NOON)
    five = taken(four, kind, FIVE, NOON)
    assert five.locked_until == NOON + QUARTER
    assert five.is_locked(NOON + QUARTER - timedelta(microseconds=1))
    assert not five.is_locked(NOON + QUARTER)


def test_each_lockout_is_twice_as_long_as_the_one_before_and_none_longer_than_a_day() -> None:
    assert rounds(9, "address") == [15, 30, 60, 120, 240, 480, 960, 1440, 1440]


@pytest.mark.parametrize("kind", ["account", "factor", "device"])
def test_after_a_hundred_in_a_row_the_door_stays_shut(kind: TargetKind) -> None:
    lengths = rounds(20, kind)
    assert all(length <= 1440 for length in lengths[:19])
    assert lengths[19] == FOR_GOOD.total_seconds() / 60


def test_an_address_is_never_shut_for_good() -> None:
    assert max(rounds(40, "address")) == 1440


def test_at_an_account_slow_guessing_counts_like_fast_guessing() -> None:
    slow = [timedelta(days=day) for day in range(5)]
    assert after(*slow).is_locked(NOON + slow[-1])
    assert not after(*slow, kind="address").is_locked(NOON + slow[-1])


def test_from_an_address_those_count_that_have_no_pause_between_them() -> None:
    almost = [QUARTER * n - timedelta(seconds=n) for n in range(5)]
    assert after(*almost, kind="address").is_locked(NOON + almost[-1])
    assert not after(*almost[:4], almost[3] + QUARTER, kind="address").is_locked(NOON + almost[3] + QUARTER)


@pytest.mark.parametrize(("kind", "days"), [("account", 30), ("factor", 30), ("device", 30), ("address", 1)])
def test_a_lockout_is_forgotten_so_long_after_it_has_ended(kind: TargetKind, days: int) -> None:
    tally = after(*[timedelta(0)] * 5, kind=kind)
    end = NOON + QUARTER + timedelta(days=days)
    assert not is_forgotten(tally, kind, FIVE, end - timedelta(seconds=1))
    assert is_forgotten(tally, kind, FIVE, end)
    assert taken(tally, kind, FIVE, end - timedelta(seconds=1)).lockouts == 1
    assert taken(tally, kind, FIVE, end).lockouts == 0


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_given_back_never_happened(kind: TargetKind) -> None:
    for number in range(1, 6):
        tally = after(*[timedelta(0)] * number, kind=kind)
        assert given_back(tally) == Tally(count=number - 1, last_at=NOON)
        assert not given_back(tally).is_locked(NOON)


def test_signing_in_between_wins_no_attempts_from_an_address() -> None:
    tally: Tally | None = None
    for wrong in range(1, 6):
        assert tally is None or not tally.is_locked(NOON)
        tally = given_back(taken(tally, "address", FIVE, NOON))  # one's own account, with its password
        tally = taken(tally, "address", FIVE, NOON)
        assert tally.count == wrong
    assert tally is not None
    assert tally.is_locked(NOON)


@given(
    kind=st.sampled_from(KINDS),
    limit=st.integers(1, 7),
    pauses=st.lists(st.integers(0, 40), min_size=1, max_size=60),
)
def test_no_more_than_the_limit_fall_into_any_window(kind: TargetKind, limit: int, pauses: list[int]) -> None:
    limits = Limits(attempts=limit, attempts_of_address=limit)
    now, tally, moments = NOON, None, []
    for pause in pauses:
        now += timedelta(minutes=pause)
        if tally is None or not tally.is_locked(now):
            tally = taken(tally, kind, limits, now)
            moments.append(now)
    for first, later in zip(moments, moments[limit:], strict=False):
        assert later - first >= limits.window
