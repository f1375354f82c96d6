"""The states of a made-up house in memory: commands in, appends out, as the command bus would make them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from medianest.domain.catalog import aggregate_of
from medianest.domain.consequences import consequences
from medianest.domain.kernel import AnyAggregate, Command, Event, Refused, fold
from medianest.domain.request_workflow import AskForTitle, asking
from medianest.ports.event_log import Append, Context, StreamWrite


@dataclass(slots=True)
class _Page:
    aggregate: AnyAggregate
    version: int
    state: Any
    decided: list[Event] = field(default_factory=list)


class Books:
    """Decides through the aggregates themselves, so whatever comes out could have happened."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._held: dict[UUID, tuple[int, Any]] = {}

    def new_id(self) -> UUID:
        return UUID(int=self._chance.getrandbits(128), version=4)

    def state(self, stream_id: UUID) -> Any:
        return self._held.get(stream_id, (0, None))[1]

    def close(self, stream_id: UUID) -> None:
        """Nothing more will be asked of this stream."""
        self._held.pop(stream_id, None)

    def ask(self, command: AskForTitle, context: Context) -> Append | None:
        """None where the answer is no."""
        claim = self.state(command.claim_id)
        live = self.state(claim.holder) if claim and claim.holder else None
        try:
            steps = asking(command, self.state(command.actor), claim, live)
        except Refused:
            return None
        return self.run(steps, context)

    def run(self, commands: Sequence[Command], context: Context) -> Append | None:
        """The append of these commands and of all that follows from them; None where they are refused, or change
        nothing."""
        pages: dict[UUID, _Page] = {}
        try:
            for command in commands:
                self._decide(command, pages)
        except Refused:
            return None
        changed = [(stream_id, page) for stream_id, page in pages.items() if page.decided]
        if not changed:
            return None
        for stream_id, page in changed:
            self._held[stream_id] = (page.version + len(page.decided), page.state)
        return Append(
            command_id=self.new_id(),
            actor=commands[0].actor,
            occurred_at=commands[0].at,
            context=context,
            writes=[
                StreamWrite(
                    category=page.aggregate.category, stream_id=stream_id, expected=page.version, events=page.decided
                )
                for stream_id, page in changed
            ],
        )

    def _decide(self, command: Command, pages: dict[UUID, _Page]) -> None:
        aggregate = aggregate_of(type(command))
        stream_id = aggregate.stream_id(command)
        page = pages.get(stream_id)
        if page is None:
            page = pages[stream_id] = _Page(aggregate, *self._held.get(stream_id, (0, None)))
        before = page.state
        if events := aggregate.decide(command, before):
            page.state = fold(aggregate, events, before)
            page.decided += events
            for following in consequences(command, before, page.state):
                self._decide(following, pages)
