"""The log: the database of record, the outbox, the audit trail and the bus."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from medianest.domain.kernel import AnyAggregate, Event, Recorded
from medianest.ports.failures import Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Where a change comes from. `correlation_id` is shared by all that one click caused; `causation_id` is the
    `event_id` of the event that a reaction answered."""

    correlation_id: str
    causation_id: UUID | None = None
    session_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamWrite:
    """Events for one stream, whose last version must be `expected` (0: the stream must not exist).

    A write without events asserts that the stream has not moved since it was read.
    """

    category: str
    stream_id: UUID
    expected: int
    events: Sequence[Event]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The answer to a request with an Idempotency-Key, kept 24 hours for whoever repeats it."""

    actor: UUID
    key: str
    body_hash: bytes
    status: int
    answer: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Append:
    """One decision's writes: whole or absent. Event ids are `uuid5(command_id, n)`, so an append whose answer was
    lost can be repeated and is then answered with what was recorded the first time."""

    command_id: UUID
    actor: UUID
    occurred_at: datetime
    context: Context
    writes: Sequence[StreamWrite] = field(default_factory=tuple)
    receipt: Receipt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread(Event):
    """In the place of an event that this release cannot read: a newer one wrote it, or it was damaged. Its stored name
    is all that is known of it."""

    tag: str  # type: ignore[misc]  # every other event is a class of its own, with one name


class Conflict(Exception):
    """Another append came first on one of the streams. Nothing was written: read again and decide again."""


class ReceiptTaken(Exception):
    """Another request with the same actor and Idempotency-Key was recorded first. Nothing was written."""


class LogFull(Unavailable):
    code = "log_full"
    text = "The disk of the database is full. Make room; everything goes on by itself."


class EventLog(Protocol):
    """Raises `LogUnavailable` from every method when the database is away, and `UnreadableEvent` from those that read
    where an event is none that this release knows."""

    async def append(self, append: Append) -> Sequence[Recorded]:
        """Record `append` and return its events in order. Raises Conflict, ReceiptTaken, LogUnavailable."""

    async def read_stream(
        self, category: str, stream_id: UUID, *, after: int = 0, until: int | None = None
    ) -> Sequence[Recorded]:
        """Events of one stream with `after` < version <= `until`, in order."""

    async def read(
        self,
        *,
        after: int,
        limit: int,
        until: int | None = None,
        categories: Sequence[str] | None = None,
        is_lenient: bool = False,
    ) -> Sequence[Recorded]:
        """Events of the whole log with `after` < position <= `until`, in order: never a gap that fills later.

        `is_lenient` is for those who must go on whatever a newer release has written: `Unread` stands for an event that
        this one cannot read, which ends the reading otherwise.
        """

    def scan(self, *, after: int, until: int, batch: int = 500) -> AsyncIterator[Sequence[Recorded]]:
        """The events with `after` < position <= `until` in order, in batches of at most `batch`, none of them empty.

        For long reads (rebuild, verification, copies). `until` is a position that was the head before: what is added
        meanwhile may be left out. A consumer may take its time; one that stops early closes the iterator
        (`contextlib.aclosing`).
        """

    async def read_positions(self, positions: Sequence[int]) -> Sequence[Recorded]:
        """The events at these positions, in order; a position that is not in use is left out."""

    async def head(self) -> int:
        """The last position in use; 0 for an empty log."""

    async def wait(self, *, after: int, timeout: float) -> None:
        """Return when the log may have moved past `after`, or after `timeout` seconds, whichever comes first."""


class StreamVersions(Protocol):
    """Which version a stream had, without reading its events."""

    async def latest(self, category: str, stream_id: UUID, *, by: datetime | None = None) -> int:
        """The last version of the stream, or the last that was recorded by this moment (aware, inclusive); 0 where
        there is none. Raises LogUnavailable when the database is away."""


class Snapshots(Protocol):
    """States of long streams, to start folding from. Losing them costs time, never truth."""

    async def load(self, aggregate: AnyAggregate, stream_id: UUID) -> tuple[object, int] | None:
        """The newest state that still fits `aggregate.state_version`, and the stream version it speaks of."""

    async def save(self, aggregate: AnyAggregate, stream_id: UUID, state: object, version: int) -> None: ...


class Receipts(Protocol):
    async def find(self, actor: UUID, key: str) -> Receipt | None:
        """The receipt under this key, unless it is older than 24 hours."""
