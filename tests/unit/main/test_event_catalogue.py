"""The catalogue of events says what the code does: every command in it leads to its events, and no other does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medianest.domain.catalog import AGGREGATES, EVENT_TYPES
from medianest.domain.kernel import AnyAggregate, Command, Refused
from medianest.main.docs.events_page import render
from medianest.main.event_catalogue import event_catalogue, outcomes
from tests.unit.domain import strategies
from tests.unit.domain.lives import LIVES

RETIRED = ["user.signed_in", "user.signed_out"]
"""What older logs hold and nothing writes any more."""

every_aggregate = pytest.mark.parametrize("aggregate", AGGREGATES.values(), ids=AGGREGATES.keys())


@every_aggregate
def test_what_a_command_leads_to_in_a_full_life_is_what_the_catalogue_says(aggregate: AnyAggregate) -> None:
    promised, state, seen = outcomes(aggregate), None, set()
    for command in LIVES[aggregate.category]:
        for event in aggregate.decide(command, state):
            state = aggregate.evolve(state, event)
            seen.add((type(command), type(event)))
    assert seen == {(command, event) for command, events in promised.items() for event in events}


@every_aggregate
def test_no_command_leads_to_anything_else(aggregate: AnyAggregate) -> None:
    promised = outcomes(aggregate)

    @settings(max_examples=settings().max_examples // 3)
    @given(st.lists(strategies.commands(aggregate), max_size=12))
    def law(commands: list[Command]) -> None:
        state = None
        for command in commands:
            try:
                happened = aggregate.decide(command, state)
            except Refused:
                continue
            assert {type(event) for event in happened} <= promised[type(command)]
            for event in happened:
                state = aggregate.evolve(state, event)

    law()


def test_every_event_is_in_it_once_and_says_who_writes_it() -> None:
    entries = event_catalogue()
    assert [entry.tag for entry in entries] == list(EVENT_TYPES)
    assert [entry.tag for entry in entries if not entry.commands] == RETIRED
    submitted = next(entry for entry in entries if entry.tag == "media_request.submitted")
    assert (list(submitted.commands), submitted.schema, list(submitted.upcast)) == (["SubmitRequest"], 1, [])
    assert "request_board" in submitted.views
    assert "tell_people" in submitted.reactions


def test_an_event_that_is_retired_says_so_and_is_still_read() -> None:
    retired = [entry for entry in event_catalogue() if entry.is_retired]
    assert [entry.tag for entry in retired] == RETIRED
    assert all("user_directory" in entry.views for entry in retired)
    lines = [line for line in render().splitlines() if "*retired* |" in line]
    assert [line.split("`")[1] for line in lines] == RETIRED


def test_the_page_has_a_line_for_every_event() -> None:
    page = render()
    assert [tag for tag in EVENT_TYPES if f"| `{tag}` |" not in page] == []
