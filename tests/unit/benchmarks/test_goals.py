"""What the tables of the benchmarks say about figures."""

import pytest
from benchmarks.memory import growth
from benchmarks.report import (
    GOAL_COLUMNS,
    LONG_TRIALS,
    PAGE,
    SHORT,
    Goal,
    Table,
    behind,
    judged,
    milliseconds,
    quantile,
)
from hypothesis import given
from hypothesis import strategies as st

NUMBERS = st.floats(min_value=-1e3, max_value=1e3)


@pytest.mark.parametrize(("figure", "is_limit", "share"), [(1800, False, 2.0), (450, False, 0.5), (450, True, 2.0)])
def test_a_goal_is_kept_from_one_on_whether_it_is_a_limit_or_not(figure: float, is_limit: bool, share: float) -> None:
    assert Goal(900, is_limit).share(figure) == share


def test_what_falls_short_is_marked() -> None:
    assert judged(0.2, Goal(0.15, is_limit=True), milliseconds) == ["150.0 ms", "0.75", SHORT]
    assert judged(0.1, Goal(0.15, is_limit=True), milliseconds) == ["150.0 ms", "1.50", ""]


def test_what_is_a_little_short_is_not_shown_as_kept() -> None:
    assert judged(249.98, Goal(250), "{:.1f}".format) == ["250.0", "0.99", SHORT]


def test_the_page_ends_with_what_is_kept_beside_it() -> None:
    assert PAGE.read_text("utf-8").endswith(f"\n{behind()}"), "python -m benchmarks.report puts it there"
    assert behind().startswith(LONG_TRIALS)


def test_nothing_is_judged_without_a_goal() -> None:
    assert judged(0.2, None, milliseconds) == ["", "", ""]


def test_what_never_came_falls_short_and_nothing_at_all_does_not() -> None:
    assert judged(float("inf"), Goal(1.0, is_limit=True), milliseconds) == ["1000.0 ms", "0.00", SHORT]
    assert judged(0.0, Goal(1.0, is_limit=True), milliseconds) == ["1000.0 ms", "> 100", ""]


def test_the_mark_is_on_the_page() -> None:
    row = ["x", *judged(0.2, Goal(0.15, is_limit=True), milliseconds)]
    table = Table("HTTP", "So measured.", ("what", *GOAL_COLUMNS), [row])
    assert table.markdown().splitlines()[-1] == f"| x | 150.0 ms | 0.75 | {SHORT} |"


def test_a_quantile_is_one_of_the_values() -> None:
    assert [quantile(range(100), share) for share in (0.0, 0.5, 0.99, 1.0)] == [0, 50, 99, 99]


@given(NUMBERS, NUMBERS, st.integers(3, 40))
def test_the_growth_of_a_straight_line_is_its_slope(slope: float, start: float, count: int) -> None:
    found, error = growth([(float(x), start + slope * x) for x in range(count)])
    assert found == pytest.approx(slope, abs=1e-6)
    assert error == pytest.approx(0, abs=1e-3)


def test_growth_that_is_only_noise_is_within_its_error() -> None:
    slope, error = growth([(float(x), 100.0 + (-1) ** x) for x in range(60)])
    assert abs(slope) < error
