"""Whether a title is there: the rows of the table, and what holds of all of them."""

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest.domain.availability import Availability, aired_by, of_season, of_series

PART = "partially_available"
counts = st.dictionaries(st.integers(0, 6), st.integers(0, 12), max_size=7)
RANK: dict[Availability | None, int] = {None: 0, PART: 1, "available": 2}


@pytest.mark.parametrize(
    ("held", "aired", "is_there"),
    [
        (0, None, None),
        (0, 8, None),
        (0, 0, None),
        (3, None, "available"),
        (3, 8, PART),
        (8, 8, "available"),
        (9, 8, "available"),
        (1, 0, "available"),
    ],
)
def test_a_season_is_as_the_table_says(held: int, aired: int | None, is_there: Availability | None) -> None:
    assert of_season(held, aired) == is_there


@pytest.mark.parametrize(
    ("held", "aired", "is_there"),
    [
        ({}, {1: 8}, None),
        ({}, None, None),
        ({1: 0}, {1: 8}, None),
        ({1: 8}, {1: 8, 2: 8}, PART),
        ({1: 8, 2: 3}, {1: 8, 2: 8}, PART),
        ({1: 8, 2: 8}, {1: 8, 2: 8}, "available"),
        ({1: 8}, {1: 8, 2: 0}, "available"),
        ({1: 8}, {0: 5, 1: 8}, "available"),
        ({0: 5}, {0: 5, 1: 8}, PART),
        ({0: 5}, None, PART),
        ({1: 8, 9: 2}, {1: 8}, "available"),
        ({2: 8}, None, "available"),
    ],
)
def test_a_series_is_as_the_table_says(
    held: dict[int, int], aired: dict[int, int] | None, is_there: Availability | None
) -> None:
    assert of_series(held, aired) == is_there


@given(held=counts, aired=st.none() | counts, number=st.integers(0, 6), more=st.integers(1, 12))
def test_whoever_holds_more_has_no_less(
    held: dict[int, int], aired: dict[int, int] | None, number: int, more: int
) -> None:
    richer = {**held, number: held.get(number, 0) + more}
    assert RANK[of_series(richer, aired)] >= RANK[of_series(held, aired)]
    assert of_series(richer, aired) is not None


@given(held=counts, aired=counts)
def test_a_series_is_there_whole_only_if_every_season_that_aired_is(
    held: dict[int, int], aired: dict[int, int]
) -> None:
    seasons = [of_season(held.get(number, 0), episodes) for number, episodes in aired.items() if number and episodes]
    if of_series(held, aired) == "available":
        assert all(season == "available" for season in seasons)
    elif any(held.get(number) for number in held if number):
        assert any(season != "available" for season in seasons)


@pytest.mark.parametrize(
    ("dates", "count"),
    [
        ((), 0),
        (("2026-04-30", "2026-05-01", "2026-05-02"), 2),
        (("2026-05-02", None), 0),
        (("2026-04-01", None, "2026-04-03", None), 3),
        (("2026-04-01", "2026-06-01", "2026-04-03"), 2),
        (("", None, None), 3),
        ((None, None), 2),
    ],
)
def test_what_has_aired_is_told_by_dates_and_waited_for_where_there_are_none(
    dates: Sequence[str | None], count: int
) -> None:
    assert aired_by(date(2026, 5, 1), dates) == count
