"""The two ports at the front door: all that HTTP, the CLI and the reactions call."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from medianest.domain.kernel import AnyAggregate, Command, Recorded
from medianest.ports.event_log import Context

T = TypeVar("T")


class Decided(Protocol):
    """What a decision has read and what it is about to record, for whoever words the answer."""

    async def state(self, aggregate: AnyAggregate, stream_id: UUID) -> object | None:
        """The state with the decided events folded in."""

    async def history(self, category: str, stream_id: UUID, *, after: int = 0) -> Sequence[Recorded]:
        """The events of a stream with versions above `after`, the decided ones last. Those have no position yet (0)."""

    @property
    def decided(self) -> Sequence[Recorded]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A status and the bytes of a body, as a repeated Idempotency-Key gets them again."""

    status: int
    body: bytes


Wording = Callable[[Decided], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Idempotency:
    """A client's Idempotency-Key and the hash of what it sent with it."""

    key: str
    body_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The version that a stream must have for the commands to be decided at all (`If-Match`)."""

    aggregate: AnyAggregate
    stream_id: UUID
    version: int


class VersionMoved(Exception):
    """The stream is at another version, `current`, than was expected. Nothing was decided."""

    def __init__(self, current: int) -> None:
        super().__init__(f"the stream is at version {current}")
        self.current = current


class KeyReused(Exception):
    """The Idempotency-Key was used before with another body. Use a new key for a new request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`position` is that of the last event recorded, None where nothing changed. `is_repeat`: the answer is an
    earlier one, given again."""

    answer: Answer | None
    recorded: Sequence[Recorded]
    position: int | None
    is_repeat: bool = False


class Commands(Protocol):
    async def run(
        self,
        commands: Sequence[Command],
        context: Context,
        *,
        command_id: UUID | None = None,
        wording: Wording | None = None,
        idempotency: Idempotency | None = None,
        expected: Expected | Sequence[Expected] | None = None,
    ) -> Outcome:
        """Decide all `commands` (of one actor) and record their events in one append, whole or not at all.

        A lost race is decided again on fresh state. `command_id` makes a repetition of the same append harmless.
        Raises Refused, Unavailable (`TooBusy` after 2 s of lost races), KeyReused, VersionMoved.
        """

    async def rehearse(self, commands: Sequence[Command], context: Context) -> Sequence[Recorded]:
        """What `run` would record now, without recording it: events without positions (0). Raises as `run` does for
        what stands in the way."""


class Query(Generic[T]):
    """A question whose answer is a T."""


class Queries(Protocol):
    async def ask(self, query: Query[T]) -> T:
        """Answer a question from the views. Raises Refused where the asker may not know, Unavailable."""
