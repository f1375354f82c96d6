"""A library of a media server, as far as somebody has to decide about it: may many titles leave our index at once?

What a library holds is a sample, and no fact (decision 16). A fact is that the owner was asked, and what they said.

| removals that are | hold back | allow   | decline  | withdraw  |
|-------------------|-----------|---------|----------|-----------|
| not held back     | held      | no      | no       | so        |
| held back         | so        | allowed | declined | withdrawn |

`no`: refused. `so`: already so, nothing happens. Withdrawn: what was missing is there again, or its server is no more
or another machine, so there is no question any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import UUID, uuid5

from medianest.domain.kernel import Aggregate, Command, Event, Refused

NAMESPACE: Final = UUID("c1d6a5a2-9b1e-5c64-8f0d-3e1b7f9a4d28")
"""Under which the ids of libraries are made. It can never change: the ids of stored streams depend on it."""

AT_ONCE: Final = 0.05
"""The share of a library that may leave without the owner's word: a drive that vanished takes more with it."""


def library_id(server: str, uuid: str) -> UUID:
    """`server` is its short name here, `uuid` what the library is called there for ever."""
    return uuid5(NAMESPACE, f"{server}:{uuid}")


def may_leave(leaving: int, held: int) -> bool:
    """Whether `leaving` of `held` titles may go without the owner's word. One always may."""
    return leaving <= max(1, int(held * AT_ONCE))


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryCommand(Command):
    server: str
    library_uuid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldBackRemovals(LibraryCommand):
    """`leaving` of `held` titles are no longer there; `name` is the library's."""

    name: str
    leaving: int
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowRemovals(LibraryCommand):
    """They were deleted indeed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineRemovals(LibraryCommand):
    """They were not: wait for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawRemovals(LibraryCommand):
    """There is no question any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryEvent(Event):
    server: str
    library_uuid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalsHeldBack(LibraryEvent):
    tag: ClassVar[str] = "library.removals_held_back"
    name: str
    leaving: int
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalsAllowed(LibraryEvent):
    tag: ClassVar[str] = "library.removals_allowed"
    name: str
    leaving: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalsDeclined(LibraryEvent):
    tag: ClassVar[str] = "library.removals_declined"
    name: str
    leaving: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalsWithdrawn(LibraryEvent):
    tag: ClassVar[str] = "library.removals_withdrawn"
    name: str


class NothingHeldBack(Refused):
    code = "nothing_held_back"
    text = "Nothing waits for a decision in this library. Somebody may have decided already."


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLibrary:
    """A library with removals that wait for the owner's word; without, there is no state."""

    name: str
    leaving: int
    held: int


def decide(command: LibraryCommand, state: HeldLibrary | None) -> Sequence[LibraryEvent]:
    server, uuid = command.server, command.library_uuid
    match command:
        case HoldBackRemovals(name=name, leaving=leaving, held=held):
            if state is not None:
                return []
            return [RemovalsHeldBack(server=server, library_uuid=uuid, name=name, leaving=leaving, held=held)]
        case WithdrawRemovals():
            return [] if state is None else [RemovalsWithdrawn(server=server, library_uuid=uuid, name=state.name)]
    if state is None:
        raise NothingHeldBack
    match command:
        case AllowRemovals():
            return [RemovalsAllowed(server=server, library_uuid=uuid, name=state.name, leaving=state.leaving)]
        case DeclineRemovals():
            return [RemovalsDeclined(server=server, library_uuid=uuid, name=state.name, leaving=state.leaving)]
        case _:
            raise TypeError(f"not a command of a library: {type(command).__name__}")


def evolve(state: HeldLibrary | None, event: LibraryEvent) -> HeldLibrary | None:
    match event:
        case RemovalsHeldBack(name=name, leaving=leaving, held=held):
            return HeldLibrary(name=name, leaving=leaving, held=held)
        case RemovalsAllowed() | RemovalsDeclined() | RemovalsWithdrawn():
            return None
    return state


LIBRARY: Aggregate[LibraryCommand, LibraryEvent, HeldLibrary] = Aggregate(
    category="library",
    commands=(HoldBackRemovals, AllowRemovals, DeclineRemovals, WithdrawRemovals),
    events=(RemovalsHeldBack, RemovalsAllowed, RemovalsDeclined, RemovalsWithdrawn),
    state=HeldLibrary,
    state_version=1,
    stream_id=lambda command: library_id(command.server, command.library_uuid),
    decide=decide,
    evolve=evolve,
)
