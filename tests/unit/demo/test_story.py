"""The made-up history: whole, in order, and the same for the same seed."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, get_args
from uuid import NAMESPACE_DNS, UUID, uuid5

import pytest

from medianest.domain.kernel import Event, fold
from medianest.domain.media_request import MEDIA_REQUEST
from medianest.domain.media_request.vocabulary import RequestStatus
from medianest.domain.user import USER
from medianest.main.demo.chronicle import Entry
from medianest.main.demo.script import ASK_FOR, CAST, demonstration
from medianest.main.demo.story import Story

NOW = datetime(2026, 3, 1, 20, 30, tzinfo=UTC)
EVENTS = 600


def told(events: int = EVENTS, seed: int = 1) -> Sequence[Entry]:
    return list(Story(seed, demonstration(events, NOW), lambda email: uuid5(NAMESPACE_DNS, email)))


@pytest.fixture(scope="module")
def story() -> Sequence[Entry]:
    return told()


def streams(story: Sequence[Entry]) -> dict[tuple[str, UUID], list[Event]]:
    found: dict[tuple[str, UUID], list[Event]] = {}
    for entry in story:
        for write in entry.append.writes:
            events = found.setdefault((write.category, write.stream_id), [])
            assert write.expected == len(events), "a version is skipped or taken twice"
            events.extend(write.events)
    return found


def states(story: Sequence[Entry], aggregate: Any) -> list[Any]:
    every = streams(story)
    return [fold(aggregate, events, None) for (category, _), events in every.items() if category == aggregate.category]


def count(story: Sequence[Entry]) -> Counter[str]:
    return Counter(event.tag for entry in story for write in entry.append.writes for event in write.events)


def test_every_status_that_people_can_see_is_there_at_the_end(story: Sequence[Entry]) -> None:
    assert {request.status for request in states(story, MEDIA_REQUEST)} == set(get_args(RequestStatus))


def test_it_ends_now_and_goes_back_eight_weeks_without_a_step_backwards(story: Sequence[Entry]) -> None:
    times = [entry.recorded_at for entry in story]
    assert all(one <= other for one, other in pairwise(times))
    assert NOW - times[0] == pytest.approx(timedelta(weeks=8), abs=timedelta(minutes=1))
    assert 0 <= (NOW - times[-1]).total_seconds() < 6 * 3600


def test_it_holds_whatever_people_do_with_requests_and_news(story: Sequence[Entry]) -> None:
    tags = count(story)
    assert tags["media_request.commented"] > 0
    assert tags["media_request.followed"] > 0
    assert tags["notification.queued"] == tags["notification.delivered"]
    assert 0 < tags["notification.read"] < tags["notification.queued"]
    assert tags["notification.archived"] > 0


def test_one_is_suspended_one_is_deleted_and_two_decide(story: Sequence[Entry]) -> None:
    people = states(story, USER)
    assert [person.role for person in people].count("admin") == 1
    assert sum("manage_requests" in person.permissions for person in people) == 1
    assert sum(person.is_suspended for person in people) == 1
    assert sum(person.is_deleted for person in people) == 1
    assert len(people) == len(CAST)


def test_whoever_is_deleted_is_no_part_of_anything_that_goes_on(story: Sequence[Entry]) -> None:
    (gone,) = (person.user_id for person in states(story, USER) if person.is_deleted)
    assert not [request for request in states(story, MEDIA_REQUEST) if request.is_live and gone in request.people]


def test_one_title_is_left_to_whoever_tries_it(story: Sequence[Entry]) -> None:
    assert ASK_FOR not in {request.tmdb_id for request in states(story, MEDIA_REQUEST)}


def test_numbers_at_the_gateway_are_each_given_once(story: Sequence[Entry]) -> None:
    given = [number for request in states(story, MEDIA_REQUEST) for number in request.gateway_ids]
    assert len(given) == len(set(given))


def test_the_same_seed_tells_the_same_and_another_one_something_else(story: Sequence[Entry]) -> None:
    assert told() == story
    assert told(seed=2) != story


@pytest.mark.parametrize("events", [400, 600, 3000, 10_000])
def test_there_are_about_as_many_events_as_were_asked_for(events: int) -> None:
    assert sum(count(told(events)).values()) == pytest.approx(events, rel=0.25)
