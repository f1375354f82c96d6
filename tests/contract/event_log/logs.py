"""What the contract suite works on: a log with all its parts, on each technology."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from medianest.adapters.eventlog.codec import EventCodec
from medianest.adapters.eventlog.keyring import PostgresKeyring
from medianest.adapters.eventlog.log import PostgresEventLog
from medianest.adapters.eventlog.memory import MemoryEventLog, MemoryKeyring, MemorySnapshots
from medianest.adapters.eventlog.room import Room
from medianest.adapters.eventlog.rows import LOG_CHANNEL
from medianest.adapters.eventlog.signal import Signals
from medianest.adapters.eventlog.snapshots import PostgresReceipts, PostgresSnapshots
from medianest.adapters.eventlog.writer import AppendWriter
from medianest.adapters.postgres.pool import Database
from medianest.domain.catalog import EVENT_TYPES
from medianest.domain.kernel import SYSTEM, Event
from medianest.domain.media_request.events import RequestCommented, RequestFollowed
from medianest.ports.event_log import Append, Context, EventLog, Receipt, Receipts, Snapshots, StreamWrite
from medianest.ports.identity import Keyring

MASTER = bytes(range(32))
NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


class WallClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def steady(self) -> float:
        return time.monotonic()


@dataclass(frozen=True)
class LogParts:
    log: EventLog
    receipts: Receipts
    snapshots: Snapshots
    keyring: Keyring
    room: Room | None = None


@asynccontextmanager
async def memory_log() -> AsyncIterator[LogParts]:
    keyring = MemoryKeyring()
    log = MemoryEventLog(EventCodec(EVENT_TYPES, keyring), WallClock())
    yield LogParts(log, log, MemorySnapshots(), keyring)


@asynccontextmanager
async def postgres_log(url: str, *, patience: float = 5.0) -> AsyncIterator[LogParts]:
    async with (
        Database(url, max_size=4, patience=patience) as pool,
        AppendWriter(url, room=(room := Room(pool)), patience=patience) as writer,
        Signals(url, [LOG_CHANNEL]) as signals,
    ):
        keyring = PostgresKeyring(pool, MASTER)
        async with PostgresEventLog(pool, writer, EventCodec(EVENT_TYPES, keyring), signals) as log:
            yield LogParts(log, PostgresReceipts(pool), PostgresSnapshots(pool), keyring, room)


def followed(request_id: UUID) -> RequestFollowed:
    return RequestFollowed(request_id=request_id, user_id=uuid4())


def commented(author: UUID, text: str) -> RequestCommented:
    return RequestCommented(request_id=uuid4(), comment_id=uuid4(), author=author, text=text)


def write(
    stream_id: UUID, expected: int, *events: Event, category: str = "media_request", count: int = 0
) -> StreamWrite:
    """A write of `events`, or of `count` events of no importance."""
    chosen: Sequence[Event] = events or [followed(stream_id) for _ in range(count)]
    return StreamWrite(category=category, stream_id=stream_id, expected=expected, events=chosen)


def an_append(*writes: StreamWrite, command_id: UUID | None = None, receipt: Receipt | None = None) -> Append:
    return Append(
        command_id=command_id or uuid4(),
        actor=SYSTEM,
        occurred_at=NOON,
        context=Context(correlation_id="a-click"),
        writes=writes,
        receipt=receipt,
    )


def a_receipt(key: str = "key", actor: UUID = SYSTEM, answer: bytes = b"{}") -> Receipt:
    return Receipt(actor=actor, key=key, body_hash=b"hash", status=201, answer=answer)
