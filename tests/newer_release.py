"""What a newer release records on the log that an older one reads as well."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID, uuid4

from medianest.adapters.eventlog.codec import EventCodec
from medianest.domain.catalog import EVENT_TYPES
from medianest.domain.kernel import Event, Recorded
from tests.contract.event_log.logs import an_append, write


@dataclass(frozen=True, slots=True, kw_only=True)
class SomethingNew(Event):
    """Nothing that this release has heard of."""

    tag: ClassVar[str] = "user.something_new"
    what: str = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class InNewShape(Event):
    """`reshaped` makes one for each tag."""

    tag: ClassVar[str] = ""
    schema: ClassVar[int] = 2
    otherwise: bool = True


def reshaped(tag: str) -> Event:
    """An event that this release knows, in a shape that it does not."""
    shape = dataclass(frozen=True, slots=True, kw_only=True)(type("Reshaped", (InNewShape,), {"tag": tag}))
    return shape()


async def record(log: Any, category: str, stream_id: UUID, *events: Event) -> Sequence[Recorded]:
    """As a newer release does. `log` is the one that this release reads, in memory or on Postgres."""
    newer = copy(log)
    types = {**EVENT_TYPES, **{event.tag: type(event) for event in events}}
    newer._codec = EventCodec(types, log._codec._keys)
    before = await log.read(after=0, limit=100_000, categories=[category], is_lenient=True)
    version = max((one.version for one in before if one.stream_id == stream_id), default=0)
    return await newer.append(an_append(write(stream_id, version, *events, category=category), command_id=uuid4()))
