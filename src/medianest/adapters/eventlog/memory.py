"""The log in memory, on the eventsourcing library's in-memory recorder: for tests of the application.

It has the same rules (`settle`), the same codec and the same seals as the one on Postgres, and forgets everything
at the end. Its `Clock` says when events are recorded.
"""

import os
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count, takewhile
from uuid import UUID

import msgspec
from eventsourcing.persistence import StoredEvent
from eventsourcing.popo import POPOApplicationRecorder

from medianest.adapters.eventlog.codec import EventCodec
from medianest.adapters.eventlog.rows import EncodedEvent, StoredRow, event_id, placed
from medianest.adapters.eventlog.sealing import KEY_BYTES, KeyMissing
from medianest.adapters.eventlog.settle import settle, streams
from medianest.adapters.eventlog.signal import HeadWatch
from medianest.domain.kernel import AnyAggregate, Recorded
from medianest.ports.event_log import Append, Receipt
from medianest.ports.surroundings import Clock

RECEIPT_LIFE = timedelta(hours=24)


class MemoryKeyring:
    """Implements Keyring, and `SubjectKeys` for the codec."""

    def __init__(self) -> None:
        self._keys: dict[UUID, bytes | None] = {}

    async def create(self, user_id: UUID) -> None:
        if self._keys.setdefault(user_id, os.urandom(KEY_BYTES)) is None:
            raise KeyMissing("the key of this person was destroyed and is not made again")

    async def destroy(self, user_id: UUID) -> None:
        self._keys[user_id] = None

    async def keys(self, subjects: Collection[UUID]) -> Mapping[UUID, bytes | None]:
        return {subject: self._keys[subject] for subject in subjects if subject in self._keys}


class MemoryEventLog:
    """Implements EventLog and Receipts. The recorder's `state` holds the whole row."""

    def __init__(self, codec: EventCodec, clock: Clock) -> None:
        self._codec = codec
        self._clock = clock
        self._recorder = POPOApplicationRecorder()
        self._positions: dict[UUID, int] = {}
        self._heads: dict[UUID, int] = {}
        self._receipts: dict[tuple[UUID, str], tuple[Receipt, datetime]] = {}
        self._last_moment: datetime | None = None
        self._watch = HeadWatch()

    async def append(self, append: Append) -> Sequence[Recorded]:
        events = [event for write in append.writes for event in write.events]
        rows = self._rows(append, await self._codec.encode(events))
        heads = {stream: self._heads.get(stream, 0) for stream in streams([append])}
        (verdict,) = settle([append], heads, [key for key in self._receipts if self._live_receipt(*key)])
        if verdict is not None or any(row.event_id in self._positions for row in rows):
            before = self._recorded_before(append.command_id)
            if before:
                return await self._codec.decode(before)
            if verdict is not None:
                raise verdict
        self._store(append, rows)
        return await self._codec.decode(rows)

    async def read_stream(
        self, category: str, stream_id: UUID, *, after: int = 0, until: int | None = None
    ) -> Sequence[Recorded]:
        stored = self._recorder.select_events(stream_id, gt=after, lte=until)
        rows = [_row(one.state) for one in stored]
        return await self._codec.decode([row for row in rows if row.category == category])

    async def read(
        self,
        *,
        after: int,
        limit: int,
        until: int | None = None,
        categories: Sequence[str] | None = None,
        is_lenient: bool = False,
    ) -> Sequence[Recorded]:
        found = self._recorder.select_notifications(after, len(self._positions), until, inclusive_of_start=False)
        rows = [_row(one.state) for one in found]
        wanted = [row for row in rows if categories is None or row.category in categories]
        return await self._codec.decode(wanted[:limit], is_lenient=is_lenient)

    async def scan(self, *, after: int, until: int, batch: int = 500) -> AsyncIterator[Sequence[Recorded]]:
        while found := await self.read(after=after, until=until, limit=batch):
            yield found
            after = found[-1].position

    async def read_positions(self, positions: Sequence[int]) -> Sequence[Recorded]:
        wanted = set(positions)
        found = self._recorder.select_notifications(1, len(self._positions))
        return await self._codec.decode([_row(one.state) for one in found if one.id in wanted])

    async def head(self) -> int:
        return self._recorder.max_notification_id() or 0

    async def wait(self, *, after: int, timeout: float) -> None:
        await self._watch.wait(after=after, timeout=timeout)

    async def find(self, actor: UUID, key: str) -> Receipt | None:
        return self._live_receipt(actor, key)

    def _live_receipt(self, actor: UUID, key: str) -> Receipt | None:
        receipt, at = self._receipts.get((actor, key), (None, None))
        return receipt if at is not None and self._clock.now() - at < RECEIPT_LIFE else None

    def _rows(self, append: Append, encoded: Sequence[EncodedEvent]) -> list[StoredRow]:
        now = self._clock.now()
        moment = now if self._last_moment is None else max(now, self._last_moment)
        return [
            StoredRow(
                position=len(self._positions) + number,
                category=place.category,
                stream_id=place.stream_id,
                version=place.version,
                tag=place.encoded.tag,
                schema=place.encoded.schema,
                event_id=place.event_id,
                actor=append.actor,
                session_id=append.context.session_id,
                correlation_id=append.context.correlation_id,
                causation_id=append.context.causation_id,
                occurred_at=append.occurred_at,
                recorded_at=moment,
                body=place.encoded.body,
            )
            for number, place in enumerate(placed(append, encoded), start=1)
        ]

    def _store(self, append: Append, rows: Sequence[StoredRow]) -> None:
        self._recorder.insert_events(
            [StoredEvent(row.stream_id, row.version, row.tag, msgspec.msgpack.encode(row)) for row in rows]
        )
        for row in rows:
            self._positions[row.event_id] = row.position
            self._heads[row.stream_id] = row.version
            self._last_moment = row.recorded_at
        if append.receipt is not None:
            self._receipts[(append.receipt.actor, append.receipt.key)] = (append.receipt, self._clock.now())
        self._watch.advance(len(self._positions))

    def _recorded_before(self, command_id: UUID) -> list[StoredRow]:
        ids = (event_id(command_id, number) for number in count())
        positions = list(takewhile(lambda position: position > 0, (self._positions.get(one, 0) for one in ids)))
        return [_row(self._recorder.select_notifications(position, 1)[0].state) for position in positions]


class MemoryStreamVersions:
    """Implements StreamVersions."""

    def __init__(self, log: MemoryEventLog) -> None:
        self._log = log

    async def latest(self, category: str, stream_id: UUID, *, by: datetime | None = None) -> int:
        events = await self._log.read_stream(category, stream_id)
        return max((recorded.version for recorded in events if by is None or recorded.recorded_at <= by), default=0)


class MemorySnapshots:
    """Implements Snapshots."""

    def __init__(self) -> None:
        self._states: dict[tuple[str, UUID], tuple[int, object, int]] = {}

    async def load(self, aggregate: AnyAggregate, stream_id: UUID) -> tuple[object, int] | None:
        state_version, state, version = self._states.get((aggregate.category, stream_id), (0, None, 0))
        return (state, version) if state_version == aggregate.state_version else None

    async def save(self, aggregate: AnyAggregate, stream_id: UUID, state: object, version: int) -> None:
        older = self._states.get((aggregate.category, stream_id), (0, None, 0))
        if (older[0], older[2]) < (aggregate.state_version, version):
            self._states[(aggregate.category, stream_id)] = (aggregate.state_version, state, version)


def _row(state: bytes) -> StoredRow:
    return msgspec.msgpack.decode(state, type=StoredRow)
