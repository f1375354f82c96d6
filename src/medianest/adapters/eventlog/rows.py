"""An event as the table holds it, and the names that everything around the table agrees on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID, uuid5

from medianest.ports.event_log import Append

LOG_LOCK: Final = 0x6D6E6C6F67
"""The advisory lock ("mnlog") that whoever adds events holds until the commit; 0001_log.sql knows the number too."""

LOG_CHANNEL: Final = "medianest_log"
"""Where each commit says the last position it added."""


class StoredRow(NamedTuple):
    """A row of `events`; `body` is JSON with its personal fields sealed. What comes before `tag` is a Recorded but for
    its event, in the same order."""

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
    tag: str
    schema: int
    body: bytes


COLUMNS: Final = ", ".join(StoredRow._fields)


@dataclass(frozen=True, slots=True)
class EncodedEvent:
    """What the codec makes of an event, before the log gives it a place."""

    tag: str
    schema: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Placed:
    """An encoded event at its place in a stream."""

    category: str
    stream_id: UUID
    version: int
    event_id: UUID
    encoded: EncodedEvent


def event_id(command_id: UUID, number: int) -> UUID:
    """The id of a command's `number`th event, counted from 0 over all its streams: the same at every attempt."""
    return uuid5(command_id, str(number))


def placed(append: Append, encoded: Sequence[EncodedEvent]) -> list[Placed]:
    """The places of an append's events, all streams after one another in the order of `append.writes`."""
    places = (
        (write.category, write.stream_id, write.expected + number)
        for write in append.writes
        for number in range(1, len(write.events) + 1)
    )
    return [
        Placed(category, stream_id, version, event_id(append.command_id, number), event)
        for number, ((category, stream_id, version), event) in enumerate(zip(places, encoded, strict=True))
    ]
