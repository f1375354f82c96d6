"""What a reaction is: whenever one of these events is recorded, these commands and jobs follow."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from medianest.domain.kernel import Command, Event, Recorded
from medianest.ports.work import Job


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
