"""So many films and so many seasons within some days."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as st

from medianest.domain.kernel import Refused
from medianest.domain.limits import MediaType, QuotaLimits
from medianest.domain.quota import QUOTA, QuotaRefunded, QuotaSpent, RefundQuota, SpendQuota, quota_id
from medianest.domain.spendings import Spendings
from tests.unit.domain.gwt import ADA, BOB, NOW, after, days, given, run

TWO = QuotaLimits(movie_limit=2, movie_days=7, season_limit=3, season_days=30)


def spend(request: int, *parts: int, ago: float = 0, limits: QuotaLimits | None = TWO, **changes: Any) -> SpendQuota:
    kind: MediaType = changes.get("kind", "tv" if parts else "movie")
    at = NOW - timedelta(days=ago)
    request_id = UUID(int=request)
    return SpendQuota(
        actor=BOB, at=at, user_id=BOB, request_id=request_id, media_type=kind, parts=parts or (0,), limits=limits
    )


def refund(request: int, *parts: int) -> RefundQuota:
    return RefundQuota(actor=ADA, at=NOW, user_id=BOB, request_id=UUID(int=request), parts=parts)


def spent(request: int, *parts: int) -> QuotaSpent:
    kind: MediaType = "movie" if parts == (0,) else "tv"
    return QuotaSpent(user_id=BOB, request_id=UUID(int=request), media_type=kind, parts=parts, at=NOW)


def refunded(request: int, *parts: int) -> QuotaRefunded:
    return QuotaRefunded(user_id=BOB, request_id=UUID(int=request), parts=parts)


def test_the_id_of_a_quota_is_the_same_for_ever() -> None:
    assert quota_id(BOB) == UUID("dd73bcb1-90ca-5284-9f74-42bfb9a8327f")
    assert quota_id(BOB) != quota_id(ADA)
    assert QUOTA.stream_id(spend(1)) == quota_id(BOB)


def test_what_is_within_the_limit_is_spent() -> None:
    given().when(spend(1)).then(spent(1, 0))
    after(spend(1)).when(spend(2)).then(spent(2, 0))
    given().when(spend(1, 3, 1, 2)).then(spent(1, 1, 2, 3))


def test_one_film_more_is_refused_with_the_limit_and_the_time_of_the_next() -> None:
    text = after(spend(1, ago=3), spend(2, ago=1)).when(spend(3)).then_refused("quota_exceeded", "forbidden")
    assert text == "You may ask for 2 films within 7 days. There is room for this on 2026-03-05 at 12:00 UTC."


def test_seasons_count_one_each_and_wait_until_enough_of_them_are_free() -> None:
    past = after(spend(1, 1, 2, ago=20), spend(2, 1, ago=10))
    one = past.when(spend(3, 1)).then_refused("quota_exceeded", "forbidden")
    assert "There is room for this on 2026-03-11" in one
    three = past.when(spend(3, 1, 2, 3)).then_refused("quota_exceeded", "forbidden")
    assert three == "You may ask for 3 seasons within 30 days. There is room for this on 2026-03-21 at 12:00 UTC."


def test_more_than_the_whole_limit_never_fits_and_no_time_is_named() -> None:
    text = given().when(spend(1, 1, 2, 3, 4)).then_refused("quota_exceeded", "forbidden")
    assert text == "You may ask for 3 seasons within 30 days, and this asks for 4."
    none = QuotaLimits(movie_limit=0, movie_days=1)
    text = given().when(spend(1, limits=none)).then_refused("quota_exceeded", "forbidden")
    assert text == "You may ask for 0 films within 1 day, and this asks for 1."


def test_the_window_rolls_and_what_left_it_counts_no_more() -> None:
    after(spend(1, ago=7), spend(2, ago=1)).when(spend(3)).then(spent(3, 0))
    just_within = after(spend(1, ago=6.999), spend(2, ago=1)).when(spend(3))
    just_within.then_refused("quota_exceeded", "forbidden")


def test_the_time_that_a_refusal_names_is_late_enough() -> None:
    past = after(spend(1, ago=3), spend(2, ago=1))
    past.when(spend(3, ago=-3.999)).then_refused("quota_exceeded", "forbidden")
    assert past.when(spend(3, ago=-4)).happens()


def test_films_and_seasons_are_counted_apart() -> None:
    after(spend(1), spend(2)).when(spend(3, 1)).then(spent(3, 1))


@pytest.mark.parametrize("limits", [None, QuotaLimits()], ids=["exempt", "unlimited"])
def test_the_exempt_and_the_unlimited_are_counted_too(limits: QuotaLimits | None) -> None:
    past = [spend(number, limits=limits) for number in range(1, 6)]
    assert len(run(*past)[1]) == 5
    after(*past).when(spend(6)).then_refused("quota_exceeded", "forbidden")


def test_what_a_request_has_taken_already_is_not_taken_twice() -> None:
    after(spend(1)).when(spend(1)).then_nothing()
    after(spend(1, 1, 2)).when(spend(1, 2, 3)).then(spent(1, 3))
    after(spend(1, 1, 2, 3)).when(spend(1, 3, 2, 1)).then_nothing()


def test_what_a_request_took_more_than_a_year_ago_is_taken_anew_and_once() -> None:
    long_ago = spend(1, 1, ago=367)
    after(long_ago).when(spend(1, 1, 2)).then(spent(1, 1, 2))
    after(long_ago, spend(1, 1, 2)).when(spend(1, 1, 2)).then_nothing()


def test_a_film_counts_whatever_parts_are_said() -> None:
    film = SpendQuota(actor=BOB, at=NOW, user_id=BOB, request_id=UUID(int=1), media_type="movie", parts=(), limits=TWO)
    given().when(film).then(spent(1, 0))
    after(film).when(refund(1)).then(refunded(1, 0))


def test_limits_that_cannot_be_counted_are_refused() -> None:
    given().when(spend(1, limits=QuotaLimits(movie_days=0))).then_refused("quota_invalid", "invalid")


def test_what_is_turned_down_is_given_back_and_can_be_spent_again() -> None:
    after(spend(1, 1, 2, 3)).when(refund(1, 2, 9)).then(refunded(1, 2))
    after(spend(1, 1, 2, 3), refund(1, 2)).when(spend(2, 7)).then(spent(2, 7))
    after(spend(1, 1), refund(1, 1)).when(spend(1, 1)).then(spent(1, 1))


def test_a_refund_reaches_what_the_same_request_took_at_another_time() -> None:
    after(spend(1, 1, ago=2), spend(1, 2)).when(refund(1, 1, 2)).then(refunded(1, 1, 2))
    assert run(spend(1, 1, ago=2), spend(1, 2), refund(1, 1, 2))[0].spendings == Spendings()


def test_nothing_is_given_back_for_nothing() -> None:
    given().when(refund(1, 0)).then_nothing()
    after(spend(1, 1)).when(refund(2, 1)).then_nothing()
    after(spend(1, 1), refund(1, 1)).when(refund(1, 1)).then_nothing()


def test_spendings_of_more_than_a_year_ago_are_forgotten() -> None:
    state, _ = run(spend(1, ago=367), spend(2, ago=365), spend(3))
    assert [spending.request_id.int for spending in state.spendings] == [2, 3]


@whatever(st.lists(st.tuples(st.integers(1, 9), st.floats(0, 40), st.sampled_from([(0,), (1,), (1, 2)]))))
def test_no_window_ever_holds_more_than_the_limit(wishes: list[tuple[int, float, tuple[int, ...]]]) -> None:
    state = None
    for request, ago, parts in sorted(wishes, key=lambda wish: -wish[1]):
        command = spend(request, *parts, ago=ago, kind="movie" if parts == (0,) else "tv")
        try:
            happened = QUOTA.decide(command, state)
        except Refused:
            continue
        for event in happened:
            state = QUOTA.evolve(state, event)
        assert state is not None
        assert state.spendings.count("movie", command.at - days(7)) <= 2
        assert state.spendings.count("tv", command.at - days(30)) <= 3
