"""Bytes behave as a plain list of spendings would."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from hypothesis import given as whatever
from hypothesis import strategies as st

from medianest.domain.limits import MediaType
from medianest.domain.spendings import PART, Spending, Spendings
from tests.unit.domain.gwt import NOW

REQUESTS = st.sampled_from([UUID(int=1), UUID(int=1 << 8), UUID(int=1 << 64), UUID(int=(1 << 128) - 1), UUID(int=0)])
"""Some of whose bytes are found across two others."""
KINDS = st.sampled_from(["movie", "tv"])
PARTS = st.sets(st.integers(0, 5), min_size=1)
SPENDING = st.builds(
    Spending,
    request_id=REQUESTS,
    media_type=KINDS,
    parts=PARTS.map(lambda parts: tuple(sorted(parts))),
    at=st.integers(-9, 9).map(lambda number: NOW + timedelta(days=number, microseconds=number)),
)
MANY = st.lists(SPENDING, max_size=12)


def flat(spendings: list[Spending]) -> list[Spending]:
    """Part by part: what one request took twice at the very same time is told as one."""
    return [replace(spending, parts=(part,)) for spending in spendings for part in spending.parts]


@whatever(MANY, REQUESTS, PARTS)
def test_they_behave_as_a_list_of_what_they_were_made_of(
    plain: list[Spending], request_id: UUID, parts: set[int]
) -> None:
    packed = Spendings(plain)
    assert flat([*packed]) == flat(plain)
    assert flat(packed.of(request_id)) == flat([each for each in plain if each.request_id == request_id])
    left = [each for each in flat(plain) if each.request_id != request_id or each.parts[0] not in parts]
    assert flat([*packed.without(request_id, parts)]) == left
    assert packed == Spendings(plain), "and what was done with them left them as they were"


@whatever(MANY, SPENDING)
def test_one_more_comes_last(plain: list[Spending], another: Spending) -> None:
    longer = Spendings(plain).plus(another)
    assert longer == Spendings([*plain, another]) != Spendings(plain)
    assert hash(longer) == hash(Spendings([*plain, another]))


@whatever(MANY, KINDS, st.integers(-9, 9))
def test_times_are_those_of_one_kind_after_a_moment(plain: list[Spending], kind: MediaType, ago: int) -> None:
    start = NOW + timedelta(days=ago)
    wanted = sorted(each.at for each in flat(plain) if each.media_type == kind and each.at > start)
    packed = Spendings(plain)
    assert packed.times(kind, start) == wanted
    assert packed.count(kind, start) == len(wanted)


@whatever(MANY, st.integers(-9, 9))
def test_old_ones_are_left_out_from_the_beginning(plain: list[Spending], ago: int) -> None:
    start = NOW + timedelta(days=ago)
    left = flat(plain)
    while left and left[0].at <= start:
        left.pop(0)
    assert flat([*Spendings(plain).since(start)]) == left


@whatever(SPENDING)
def test_what_they_say_of_themselves_can_be_read(spending: Spending) -> None:
    assert repr(Spendings([spending])) == f"Spendings([{spending}])"


def test_a_film_takes_some_thirty_bytes() -> None:
    assert PART.size == 33
