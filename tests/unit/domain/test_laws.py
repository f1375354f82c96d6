"""What holds for every aggregate, whatever is asked of it in whatever order."""

import copy
from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest.domain.catalog import AGGREGATES
from medianest.domain.kernel import AnyAggregate, Command, Event, Refused, fold
from medianest.domain.media_server import ChangeServer
from medianest.domain.oidc_provider import ChangeProvider
from medianest.domain.second_factor import MakeRecoveryCodes, SpendRecoveryCode
from medianest.domain.session import ConfirmSession
from medianest.domain.upkeep import ClearCache, ResetBreaker
from medianest.domain.user.commands import RecordPasswordChange, RenameUser
from tests.unit.domain import strategies
from tests.unit.domain.gwt import run
from tests.unit.domain.lives import LIVES

every_aggregate = pytest.mark.parametrize("aggregate", AGGREGATES.values(), ids=AGGREGATES.keys())


def answer(aggregate: AnyAggregate, command: Command, state: Any) -> Sequence[Event] | str:
    """What is decided: the events, or the code of the refusal."""
    try:
        return list(aggregate.decide(command, state))
    except Refused as refusal:
        return refusal.code


def lived(aggregate: AnyAggregate, commands: Iterable[Command]) -> Any:
    """The state after these commands, where some may have been refused."""
    state = None
    for command in commands:
        happened = answer(aggregate, command, state)
        state = state if isinstance(happened, str) else fold(aggregate, happened, state)
    return state


EACH_TIME = (
    RenameUser,
    ChangeProvider,
    ChangeServer,
    RecordPasswordChange,
    ConfirmSession,
    MakeRecoveryCodes,
    SpendRecoveryCode,
    ResetBreaker,
    ClearCache,
)
"""Recorded each time, because the state does not remember what they say; it stays as it is."""


@every_aggregate
def test_a_command_repeated_at_once_changes_nothing(aggregate: AnyAggregate) -> None:
    @given(st.lists(strategies.commands(aggregate), min_size=1, max_size=12))
    def law(commands: list[Command]) -> None:
        last = commands[-1]
        state = lived(aggregate, commands)
        again = answer(aggregate, last, state)
        if isinstance(last, EACH_TIME) and not isinstance(again, str):
            assert fold(aggregate, again, state) == state
        else:
            assert again == [] or isinstance(again, str)

    law()


@every_aggregate
def test_any_events_fold_into_some_state_and_it_answers_any_command(aggregate: AnyAggregate) -> None:
    @given(st.lists(strategies.events(aggregate), max_size=12), strategies.commands(aggregate))
    def law(events: list[Event], command: Command) -> None:
        happened = answer(aggregate, command, fold(aggregate, events))
        assert isinstance(happened, str) or all(type(event) in aggregate.events for event in happened)

    law()


@every_aggregate
def test_deciding_leaves_the_state_alone_and_says_the_same_twice(aggregate: AnyAggregate) -> None:
    @given(st.lists(strategies.commands(aggregate), max_size=10), strategies.commands(aggregate))
    def law(commands: list[Command], command: Command) -> None:
        state = lived(aggregate, commands)
        before = copy.deepcopy(state)
        first = answer(aggregate, command, state)
        assert state == before
        assert answer(aggregate, command, state) == first

    law()


@every_aggregate
def test_whatever_happens_belongs_to_the_stream_of_its_command(aggregate: AnyAggregate) -> None:
    field = strategies.STREAM_FIELD[aggregate.category]

    @given(st.lists(strategies.commands(aggregate), min_size=1, max_size=10))
    def law(commands: list[Command]) -> None:
        assert len({aggregate.stream_id(command) for command in commands}) == 1
        state = lived(aggregate, commands[:-1])
        happened = answer(aggregate, commands[-1], state)
        if not isinstance(happened, str):
            assert all(getattr(event, field) == getattr(commands[-1], field) for event in happened)

    law()


@every_aggregate
def test_everything_that_can_happen_does_happen_in_some_life(aggregate: AnyAggregate) -> None:
    _, happened = run(*LIVES[aggregate.category])
    assert {type(event) for event in happened} == set(aggregate.events)


@every_aggregate
def test_every_command_has_an_effect_in_some_life(aggregate: AnyAggregate) -> None:
    life = LIVES[aggregate.category]
    effective = {type(life[n]) for n in range(len(life)) if len(run(*life[: n + 1])[1]) > len(run(*life[:n])[1])}
    assert effective == set(aggregate.commands)


@every_aggregate
def test_a_command_that_no_row_speaks_of_is_a_bug_and_not_a_refusal(aggregate: AnyAggregate) -> None:
    state, _ = run(LIVES[aggregate.category][0])
    family = aggregate.commands[0].__mro__[1]

    @given(strategies.made(family, {}))
    def law(stranger: Command) -> None:
        with pytest.raises(TypeError):
            aggregate.decide(stranger, state)

    law()
