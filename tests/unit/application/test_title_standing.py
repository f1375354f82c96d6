"""What became of a title, off the library and the requests: the table, line by line, and its laws."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest.application.queries.titles_standing import aired_of, season_statuses, title_status
from medianest.domain.media_request.vocabulary import OPEN, PartStatus, RequestStatus
from medianest.ports.metadata import Season, TitleDetails
from medianest.projections.request_parts import PartCard

Held = Mapping[int, int]


def asked(**parts: PartStatus) -> Sequence[PartCard]:
    """`asked(s1="pending")`."""
    return [PartCard(number=int(name[1:]), status=status) for name, status in parts.items()]


GONE = PartCard(number=0, status="available", is_gone=True)


@pytest.mark.parametrize(
    ("held", "requests", "status"),
    [
        ({}, [], None),
        ({0: 1}, [], "available"),
        ({0: 1}, [asked(f0="pending")], "available"),
        ({}, [asked(f0="available")], "available"),
        ({}, [asked(f0="handed_on")], "handed_on"),
        ({}, [asked(f0="approved"), asked(f0="rejected")], "approved"),
        ({}, [asked(f0="rejected")], None),
        ({}, [[GONE]], None),
        ({}, [asked(f0="pending"), [GONE]], "pending"),
        ({0: 1}, [[GONE]], "available"),
    ],
)
def test_a_film(held: Held, requests: Sequence[Sequence[PartCard]], status: RequestStatus | None) -> None:
    assert title_status("movie", held, None, requests) == status


AIRED = {0: 2, 1: 8, 2: 8, 3: 0}


@pytest.mark.parametrize(
    ("held", "aired", "requests", "status"),
    [
        ({1: 8, 2: 8}, AIRED, [], "available"),
        ({1: 8, 2: 8}, AIRED, [asked(s3="pending")], "available"),
        ({1: 8, 2: 7}, AIRED, [], "partially_available"),
        ({1: 8}, AIRED, [asked(s2="available")], "available"),
        ({1: 8}, AIRED, [asked(s2="handed_on")], "partially_available"),
        ({0: 2}, AIRED, [], "partially_available"),
        ({}, AIRED, [asked(s1="available")], "partially_available"),
        ({}, AIRED, [asked(s1="pending", s2="approved")], "approved"),
        ({}, AIRED, [asked(s3="pending"), asked(s1="failed")], "pending"),
        ({1: 3}, None, [], "available"),
        ({1: 3}, None, [asked(s2="pending")], "partially_available"),
        ({}, None, [asked(s1="available")], "available"),
        ({}, None, [asked(s2="pending"), asked(s1="available")], "partially_available"),
    ],
)
def test_a_series(
    held: Held, aired: Held | None, requests: Sequence[Sequence[PartCard]], status: RequestStatus | None
) -> None:
    assert title_status("tv", held, aired, requests) == status


def test_each_season_says_it_for_itself() -> None:
    requests = [asked(s4="pending", s5="rejected"), asked(s3="available", s4="failed", s6="approved")]
    assert season_statuses({1: 8, 2: 3, 9: 1}, {1: 8, 2: 8, 3: 8}, requests) == {
        **{1: "available", 2: "partially_available", 3: "available", 9: "available"},
        **{4: "pending", 6: "approved"},
    }


def test_what_has_aired_are_the_seasons_that_have_begun() -> None:
    seasons = tuple(
        Season(number=number, name="", episode_count=8, air_date=aired)
        for number, aired in ((1, "2025-01-01"), (2, "2026-05-01"), (3, "2026-05-02"), (4, None))
    )
    details = TitleDetails(media_type="tv", tmdb_id=1, title="Tides", seasons=seasons)
    assert aired_of(details, date(2026, 5, 1)) == {1: 8, 2: 8, 3: 0, 4: 0}


PARTS = st.builds(
    PartCard, number=st.integers(0, 80), status=st.sampled_from(get_args(PartStatus)), is_gone=st.booleans()
)
REQUESTS = st.lists(st.lists(PARTS, max_size=6, unique_by=lambda part: part.number), max_size=4)
COUNTS = st.dictionaries(st.integers(0, 80), st.integers(0, 30), max_size=6)


@given(COUNTS, st.none() | COUNTS, REQUESTS)
def test_a_title_says_something_only_where_a_part_of_it_does(
    held: Held, aired: Held | None, requests: Sequence[Sequence[PartCard]]
) -> None:
    status, seasons = title_status("tv", held, aired, requests), season_statuses(held, aired, requests)
    assert (status is None) == (not seasons)
    assert status not in {"rejected", "cancelled", "expired"}
    if status in OPEN:
        assert not {"available", "partially_available"} & set(seasons.values())
    if status == "available" and aired is not None:
        needed = {number for number, episodes in aired.items() if episodes > 0 and number != 0}
        assert all(seasons[number] == "available" for number in needed)


@given(COUNTS, st.none() | COUNTS, REQUESTS, st.integers(0, 80))
def test_nothing_that_comes_takes_anything_away(
    held: Held, aired: Held | None, requests: Sequence[Sequence[PartCard]], number: int
) -> None:
    more = {**held, number: held.get(number, 0) + 1}
    rank = {None: 0, **dict.fromkeys(OPEN, 1), "partially_available": 2, "available": 3}
    if aired is not None:  # while it is not known, a season that came tells that there is more of it
        assert rank[title_status("tv", more, aired, requests)] >= rank[title_status("tv", held, aired, requests)]
    before, after = season_statuses(held, aired, requests), season_statuses(more, aired, requests)
    assert all(rank[after[each]] >= rank[before[each]] for each in before)
