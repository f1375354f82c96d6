"""What holds for every view whatever happens."""

from dataclasses import fields, replace
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest.domain.kernel import FORGOTTEN, Event, Personal, Recorded
from medianest.domain.media_request import MediaRequest
from medianest.domain.user import User
from medianest.projections.catalog import PROJECTIONS
from medianest.projections.dashboard import DASHBOARD
from medianest.projections.kernel import AnyProjection
from medianest.projections.request_board import REQUEST_BOARD
from medianest.projections.user_directory import USER_DIRECTORY
from tests.histories import recorded_history
from tests.unit.projections.views import counted, folded

SEEDS = st.integers(min_value=0, max_value=2**32)


@given(SEEDS)
def test_a_card_says_what_the_request_itself_says(seed: int) -> None:
    house, history = recorded_history(seed, 120)
    cards = folded(REQUEST_BOARD, history)
    requests = {key: state for key, state in house.states.items() if isinstance(state, MediaRequest)}
    assert cards.keys() == requests.keys()
    for key, state in requests.items():
        card = cards[key]
        assert card.status == state.status
        assert {part.number: part.status for part in card.parts} == {n: p.status for n, p in state.parts.items()}
        assert (card.owner, card.followers, card.gateway_ids) == (state.owner, state.followers, state.gateway_ids)
        assert card.needs_approval == bool(state.numbers("pending"))
        assert card.version == house.versions[key]


@given(SEEDS)
def test_the_counters_say_what_the_requests_say(seed: int) -> None:
    house, history = recorded_history(seed, 80)
    counters = counted(DASHBOARD, folded(DASHBOARD, history))
    requests = [state for state in house.states.values() if isinstance(state, MediaRequest)]
    assert counters.get("total", 0) == len(requests)
    for status in ("pending", "handed_on", "failed", "partially_available", "available", "cancelled", "expired"):
        assert counters.get(status, 0) == sum(state.status == status for state in requests)
    assert counters.get("movie", 0) + counters.get("tv", 0) == len(requests)
    assert counters.get("needs_approval", 0) == sum(bool(state.numbers("pending")) for state in requests)


@given(SEEDS)
def test_the_directory_says_what_the_accounts_say(seed: int) -> None:
    house, history = recorded_history(seed, 120)
    people = folded(USER_DIRECTORY, history)
    for key, state in house.states.items():
        if isinstance(state, User):
            person = people[key]
            assert (person.role, frozenset(person.permissions)) == (state.role, state.permissions)
            assert (person.is_suspended, person.is_deleted) == (state.is_suspended, state.is_deleted)
            assert person.quota == state.quota


@given(SEEDS)
@pytest.mark.parametrize("projection", PROJECTIONS.values(), ids=PROJECTIONS)
def test_a_rebuild_after_people_were_forgotten_equals_the_view_that_saw_them_go(
    projection: AnyProjection, seed: int
) -> None:
    house, history = recorded_history(seed, 120)
    live = folded(projection, history)
    gone = set(house.deleted)
    assert folded(projection, [_with_destroyed_keys(recorded, gone) for recorded in history]) == live


@given(SEEDS)
@pytest.mark.parametrize("projection", PROJECTIONS.values(), ids=PROJECTIONS)
def test_emptying_the_personal_columns_of_a_view_is_forgetting_everybody_in_it(
    projection: AnyProjection, seed: int
) -> None:
    house, history = recorded_history(seed, 120)
    everybody = {*house.people, *house.deleted}
    emptied = {key: _emptied(projection, row) for key, row in folded(projection, history).items()}
    assert folded(projection, [_with_destroyed_keys(recorded, everybody) for recorded in history]) == emptied


def _emptied(projection: AnyProjection, row: Any) -> Any:
    return msgspec.structs.replace(row, **{name: None for each in projection.personal for name in each.columns})


def _with_destroyed_keys(recorded: Recorded, gone: set[Any]) -> Recorded:
    event = recorded.event
    sealed = {
        name: FORGOTTEN
        for name, subject in _personal(type(event))
        if getattr(event, subject) in gone and getattr(event, name) is not None
    }
    return recorded._replace(event=replace(event, **sealed))


def _personal(event_type: type[Event]) -> list[tuple[str, str]]:
    hints = get_type_hints(event_type, include_extras=True)
    return [
        (field.name, mark.of)
        for field in fields(event_type)
        if get_origin(hints[field.name]) is Annotated
        for mark in get_args(hints[field.name])
        if isinstance(mark, Personal)
    ]
