"""What a reaction is: whenever one of these events is recorded, these commands and jobs follow."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

from medianest.domain.kernel import Command, Event, Recorded
from medianest.ports.work import Job

NAMESPACE: Final = UUID("5d5be0c1-6e0c-5b5c-9a51-0b3f1f2f6f6a")
"""Under which ids of commands are made. It can never change: a repeated command is known by its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """Whenever one of `events` is recorded, `react` says what follows: commands of ours and jobs for later.

    `react` is pure: the same event gives the same answer in the same order, because the n-th command of an event is
    known by its number when it has to be repeated. The commands run first, then the jobs are deferred. `name` is
    stored with how far the reaction is, so it never changes; a new name begins at the end of the log.
    """

    name: str
    events: tuple[type[Event], ...]
    react: Callable[[Recorded], Sequence[Command | Job]]


def command_id(reaction: str, position: int, number: int) -> UUID:
    """The id of the `number`-th command (from 0) that `reaction` answers to the event at `position`. The ids of the
    command's events are made of it, so that an event tells which reaction wrote it."""
    return uuid5(NAMESPACE, f"{reaction}:{position}:{number}")
