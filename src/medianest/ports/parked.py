"""Events that a reaction could not handle: they wait for somebody to decide."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from medianest.ports.views import Page


class Parked(msgspec.Struct, frozen=True, kw_only=True):
    """The event at `position`, parked for `reaction`, which has tried it `attempts` times.

    Later events of its stream wait behind it: `waiting` is how many, `first` the position of the one that all wait
    for (its own, unless it waits itself). `error` is the kind of failure and `stack` the frames it came from; neither
    holds the failure's own text, which may quote what somebody wrote.
    """

    reaction: str
    position: int
    stream_id: UUID
    error: str
    stack: str
    attempts: int
    parked_at: datetime
    waiting: int
    first: int


class ParkedEvents(Protocol):
    """Raises Unavailable from every method when the database is away."""

    async def find(self, reaction: str, position: int) -> Parked | None: ...

    async def list(self, *, limit: int, after: tuple[str, ...] | None) -> Page[Parked]:
        """The first of each stream and reaction, in the order of the log; `after` continues a list."""

    async def counts(self) -> Mapping[str, int]:
        """Events that are parked or wait, by reaction; a reaction with none is absent."""
