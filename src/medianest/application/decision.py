"""One decision in the making: the streams it read, and the events it wants recorded."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID, uuid5

from medianest.application.states import States
from medianest.domain.catalog import aggregate_of
from medianest.domain.consequences import consequences
from medianest.domain.kernel import Aggregate, AnyAggregate, Command, Event, Recorded, fold
from medianest.ports.event_log import Append, Context, EventLog, Receipt, StreamWrite
from medianest.ports.front_door import Expected, VersionMoved

S = TypeVar("S")


@dataclass(slots=True)
class _Stream:
    aggregate: AnyAggregate
    stream_id: UUID
    version: int
    state: Any
    decided: list[Event] = field(default_factory=list)


class Decision:
    """Reads streams, decides commands on them and on what follows from them, and gathers one append.

    The append holds only if everything that was read is still so, also what does not change: who asks must not have
    been deleted, nor their limit lowered, in between.
    """

    def __init__(self, log: EventLog, states: States, *, command_id: UUID, actor: UUID, context: Context) -> None:
        self._log = log
        self._states = states
        self._command_id = command_id
        self._actor = actor
        self._context = context
        self._ahead: dict[UUID, _Stream] = {}
        self._streams: dict[UUID, _Stream] = {}
        self._order: list[tuple[_Stream, Event, Command]] = []
        self._decided: Sequence[Recorded] = ()

    async def read_ahead(self, *wanted: tuple[AnyAggregate, UUID]) -> None:
        """Read what is likely to be wanted in one round trip, and not one after the other. Nothing rests on what is
        not wanted in the end."""
        loads = (self._states.load(aggregate, stream_id) for aggregate, stream_id in wanted)
        for (aggregate, stream_id), (state, version) in zip(wanted, await asyncio.gather(*loads), strict=True):
            self._ahead[stream_id] = _Stream(aggregate, stream_id, version, state)

    async def state(self, aggregate: Aggregate[Any, Any, S], stream_id: UUID) -> S | None:
        state: S | None = (await self._load(aggregate, stream_id)).state
        return state

    def begin(self, aggregate: AnyAggregate, stream_id: UUID) -> None:
        """Take it that a stream does not exist yet, without asking: its id was drawn just now. Should it exist
        all the same, the append says so."""
        self._streams.setdefault(stream_id, _Stream(aggregate, stream_id, 0, None))

    async def expect(self, expected: Expected) -> None:
        """Raises VersionMoved unless the stream is at the expected version. The append sees to it that it stays so.
        What does not exist is for the decision to refuse."""
        stream = await self._load(expected.aggregate, expected.stream_id)
        if stream.version not in (0, expected.version):
            raise VersionMoved(stream.version)

    async def decide(self, command: Command) -> Sequence[Event]:
        """Let the command's aggregate decide, then whatever follows from it. Raises Refused."""
        aggregate = aggregate_of(type(command))
        stream = await self._load(aggregate, aggregate.stream_id(command))
        before = stream.state
        events = aggregate.decide(command, before)
        if not events:
            return events
        stream.state = fold(aggregate, events, before)
        stream.decided.extend(events)
        self._order.extend((stream, event, command) for event in events)
        for following in consequences(command, before, stream.state):
            await self.decide(following)
        return events

    @property
    def decided(self) -> Sequence[Recorded]:
        """The decided events as the log will hold them, but for position and time of recording."""
        if len(self._decided) < len(self._order):
            self._decided = self._as_recorded()
        return self._decided

    async def history(self, category: str, stream_id: UUID, *, after: int = 0) -> Sequence[Recorded]:
        stream = self._streams.get(stream_id)
        until = stream.version if stream else None
        earlier: Sequence[Recorded] = ()
        if until is None or until > after:
            earlier = await self._log.read_stream(category, stream_id, after=after, until=until)
        return [*earlier, *(r for r in self.decided if r.stream_id == stream_id and r.version > after)]

    def append(self, receipt: Receipt | None) -> Append | None:
        """All that was decided, on condition that what it rests on is still so; None where there is nothing to
        record."""
        if not self._order:
            return None
        return Append(
            command_id=self._command_id,
            actor=self._actor,
            occurred_at=self._order[0][2].at,
            context=self._context,
            writes=[
                StreamWrite(
                    category=stream.aggregate.category,
                    stream_id=stream.stream_id,
                    expected=stream.version,
                    events=stream.decided,
                )
                for stream in self._streams.values()
            ],
            receipt=receipt,
        )

    async def holds(self) -> bool:
        """Whether all that was read was the case at one moment. The append sees to that; a refusal has to ask."""
        if len(self._streams) == 1:
            return True
        for stream in self._streams.values():
            _, version = await self._states.load(stream.aggregate, stream.stream_id)
            if version != stream.version:
                return False
        return True

    async def keep(self, recorded: Sequence[Recorded]) -> None:
        """After the append: the new states are worth remembering, unless it was a repetition and the log answered
        with what it `recorded` the first time."""
        if [(r.stream_id, r.version) for r in recorded] != [(r.stream_id, r.version) for r in self.decided]:
            self.forget()
            return
        for stream in self._streams.values():
            version = stream.version + len(stream.decided)
            await self._states.keep(stream.aggregate, stream.stream_id, stream.state, version, since=stream.version)

    def forget(self) -> None:
        """What is remembered of these streams is stale."""
        for stream_id in self._streams:
            self._states.forget(stream_id)

    async def _load(self, aggregate: AnyAggregate, stream_id: UUID) -> _Stream:
        if (stream := self._streams.get(stream_id)) is not None:
            # Ids come from outside: the stream may be of another kind, and then there is none of this one.
            is_of_this_kind = stream.aggregate.category == aggregate.category
            return stream if is_of_this_kind else _Stream(aggregate, stream_id, 0, None)
        stream = self._ahead.get(stream_id)
        if stream is None or stream.aggregate.category != aggregate.category:
            state, version = await self._states.load(aggregate, stream_id)
            stream = _Stream(aggregate, stream_id, version, state)
        return self._streams.setdefault(stream_id, stream)

    def _as_recorded(self) -> Sequence[Recorded]:
        versions = {stream_id: stream.version for stream_id, stream in self._streams.items()}
        recorded: list[Recorded] = []
        for n, (stream, event, command) in enumerate(self._in_append_order()):
            versions[stream.stream_id] += 1
            recorded.append(
                Recorded(
                    position=0,
                    category=stream.aggregate.category,
                    stream_id=stream.stream_id,
                    version=versions[stream.stream_id],
                    event=event,
                    event_id=uuid5(self._command_id, str(n)),
                    actor=self._actor,
                    session_id=self._context.session_id,
                    correlation_id=self._context.correlation_id,
                    causation_id=self._context.causation_id,
                    occurred_at=command.at,
                    recorded_at=command.at,
                )
            )
        return recorded

    def _in_append_order(self) -> Sequence[tuple[_Stream, Event, Command]]:
        """By stream, as `append` lists them: the numbering that event ids are made of."""
        places = {stream_id: n for n, stream_id in enumerate(self._streams)}
        return sorted(self._order, key=lambda decided: places[decided[0].stream_id])
