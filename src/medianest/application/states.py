"""States of streams, folded from as little as possible: what is remembered, a snapshot, and the tail of the log."""

from collections import OrderedDict
from contextlib import suppress
from typing import Any, Final, TypeVar
from uuid import UUID

from medianest.domain.kernel import Aggregate, AnyAggregate, fold
from medianest.ports.event_log import EventLog, Snapshots
from medianest.ports.failures import Unavailable

S = TypeVar("S")

SNAPSHOT_EVERY: Final = 100
"""Events of a stream between two snapshots of it."""


class States:
    """The latest states in one process. Always read with the tail of the log, so what is remembered may be old but is
    never believed beyond its version. At most `size` are remembered; the least recently used go first."""

    def __init__(self, log: EventLog, snapshots: Snapshots, *, size: int = 10_000) -> None:
        self._log = log
        self._snapshots = snapshots
        self._size = size
        self._known: OrderedDict[UUID, tuple[str, Any, int]] = OrderedDict()

    async def load(self, aggregate: Aggregate[Any, Any, S], stream_id: UUID) -> tuple[S | None, int]:
        """The state now and the version it has; (None, 0) for a stream that does not exist."""
        state, version = self._remembered(aggregate, stream_id)
        # A short stream is read whole at one go; only a long one is worth the question for a snapshot.
        tail = await self._log.read_stream(
            aggregate.category, stream_id, after=version, until=None if version else SNAPSHOT_EVERY
        )
        if version == 0 and len(tail) == SNAPSHOT_EVERY:
            if (snapshot := await self._snapshots.load(aggregate, stream_id)) is not None:
                state, version = snapshot
            else:
                state, version = fold(aggregate, (recorded.event for recorded in tail)), SNAPSHOT_EVERY
            tail = await self._log.read_stream(aggregate.category, stream_id, after=version)
        state = fold(aggregate, (recorded.event for recorded in tail), state)
        version = tail[-1].version if tail else version
        self._remember(aggregate, stream_id, state, version)
        return state, version

    async def keep(self, aggregate: AnyAggregate, stream_id: UUID, state: object, version: int, *, since: int) -> None:
        """Remember what an append made of a stream that stood at version `since`; a snapshot of it now and then."""
        self._remember(aggregate, stream_id, state, version)
        if state is not None and version // SNAPSHOT_EVERY > since // SNAPSHOT_EVERY:
            with suppress(Unavailable):  # the events are recorded, and the next snapshot will do
                await self._snapshots.save(aggregate, stream_id, state, version)

    def forget(self, stream_id: UUID) -> None:
        self._known.pop(stream_id, None)

    def _remembered(self, aggregate: AnyAggregate, stream_id: UUID) -> tuple[Any, int]:
        category, state, version = self._known.get(stream_id, (aggregate.category, None, 0))
        # Ids come from outside: one of another category must not be taken for a stream of this one.
        return (state, version) if category == aggregate.category else (None, 0)

    def _remember(self, aggregate: AnyAggregate, stream_id: UUID, state: object, version: int) -> None:
        known = self._known.get(stream_id)
        if version and (known is None or known[2] <= version):
            self._known[stream_id] = (aggregate.category, state, version)
            self._known.move_to_end(stream_id)
            if len(self._known) > self._size:
                self._known.popitem(last=False)
