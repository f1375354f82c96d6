"""The whole vocabulary of the domain, read once: Command, Event, Recorded, Refused, Aggregate, fold.

`decide(command, state) -> events` says what happens; `evolve(state, event) -> state` says what is then the case.
A state of None means "does not exist (any more)". An empty sequence of events means "already so".
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final, Generic, Literal, NamedTuple, TypeVar
from uuid import UUID

SYSTEM: Final = UUID(int=0)
"""The actor of what MediaNest does by itself: reactions, jobs, reports of a gateway."""


class Forgotten(str):
    """What a personal field reads as once the key of its person is destroyed."""

    __slots__ = ()


FORGOTTEN: Final = Forgotten("(forgotten)")


@dataclass(frozen=True, slots=True)
class Personal:
    """Marks a field of an event as personal: `Annotated[str, Personal(of="user_id")]`.

    The log seals such a field under the key of the person whose id stands in the event's field `of`.
    """

    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something asked for. The actor and the time (aware, UTC) arrive inside it: the domain has no clock."""

    actor: UUID
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened. `tag` is its stored name and `schema` the version of its stored shape."""

    tag: ClassVar[str]
    schema: ClassVar[int] = 1


class Recorded(NamedTuple):
    """An event as the log holds it. A tuple, because a rebuild makes millions of them, and a tuple is made in one
    step: six times as quick as a frozen dataclass of twelve fields.

    `occurred_at` is what the event speaks of, `recorded_at` when the log took it (never decreasing with position).
    `version` counts from 1 within the stream, `position` grows over the whole log (numbers may skip).
    """

    position: int
    category: str
    stream_id: UUID
    version: int
    event_id: UUID
    actor: UUID
    session_id: UUID | None
    correlation_id: str
    causation_id: UUID | None
    occurred_at: datetime
    recorded_at: datetime
    event: Event


RefusalKind = Literal["conflict", "forbidden", "missing", "invalid"]


class Refused(Exception):
    """The domain said no. `code` is stable, `kind` says which sort of no, the text says what to do about it."""

    code: ClassVar[str] = "refused"
    kind: ClassVar[RefusalKind] = "conflict"
    text: ClassVar[str] = "This cannot be done now."

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail or self.text)


C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)
S = TypeVar("S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate(Generic[C, E, S]):
    """The descriptor that ties an aggregate together under the category of its streams.

    `stream_id` names the stream a command speaks to. `state_version` grows when the shape of the state changes,
    so that an old snapshot is ignored. `retired` events are read from old logs and recorded no more.
    """

    category: str
    commands: tuple[type[C], ...]
    events: tuple[type[E], ...]
    state: type[S]
    state_version: int
    stream_id: Callable[[C], UUID]
    decide: Callable[[C, S | None], Sequence[E]]
    evolve: Callable[[S | None, E], S | None]
    retired: tuple[type[E], ...] = ()


AnyAggregate = Aggregate[Any, Any, Any]


def fold(aggregate: Aggregate[C, E, S], events: Iterable[E], state: S | None = None) -> S | None:
    """The state after `events`, starting from `state`."""
    for event in events:
        state = aggregate.evolve(state, event)
    return state
