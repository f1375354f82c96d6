"""Sentences about aggregates: `given(*events).when(command).then(*events)`.

`after(*commands)` is a shorter past, made of what was asked for and granted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from medianest.domain.catalog import aggregate_of
from medianest.domain.kernel import Command, Event, Refused

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADA, BOB, CAT, DAN = (UUID(int=n) for n in (0xADA, 0xB0B, 0xCA7, 0xDA4))


def days(number: float) -> timedelta:
    return timedelta(days=number)


def run(*commands: Command) -> tuple[Any, list[Event]]:
    """The state after these commands to one stream, and all that happened."""
    state, happened = None, []
    for command in commands:
        aggregate = aggregate_of(type(command))
        for event in aggregate.decide(command, state):
            state = aggregate.evolve(state, event)
            happened.append(event)
    return state, happened


@dataclass(frozen=True)
class When:
    past: tuple[Event, ...]
    command: Command

    def happens(self) -> Sequence[Event]:
        aggregate = aggregate_of(type(self.command))
        state = None
        for event in self.past:
            state = aggregate.evolve(state, event)
        return aggregate.decide(self.command, state)

    def then(self, *expected: Event) -> None:
        assert list(self.happens()) == list(expected)

    def then_nothing(self) -> None:
        assert list(self.happens()) == []

    def then_refused(self, code: str, kind: str = "conflict") -> str:
        """Returns the text of the refusal."""
        with pytest.raises(Refused) as refusal:
            self.happens()
        assert (refusal.value.code, refusal.value.kind) == (code, kind)
        return str(refusal.value)


@dataclass(frozen=True)
class Given:
    past: tuple[Event, ...]

    def when(self, command: Command) -> When:
        return When(self.past, command)


def given(*events: Event) -> Given:
    return Given(events)


def after(*commands: Command) -> Given:
    return Given(tuple(run(*commands)[1]))


def table(docstring: str | None) -> dict[tuple[str, str], str]:
    """The first Markdown table of a docstring: what stands in it by (row, column)."""
    lines = [line for line in (docstring or "").splitlines() if line.startswith("|")]
    columns, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "---" not in line]
    return {(row[0], column): cell for row in rows for column, cell in zip(columns[1:], row[1:], strict=True)}
