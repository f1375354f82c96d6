"""The steps that leave no event but belong to the story of one: what was asked over HTTP, run, and called."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol
from uuid import UUID

import msgspec

StepKind = Literal["request", "job", "call"]

KEPT: Final = timedelta(days=30)
"""How long steps are kept: longer than it takes somebody to ask what went wrong."""


class TraceStep(msgspec.Struct, frozen=True, kw_only=True):
    """A request that changes something, one attempt at a job, or one call to another server, once it has ended.

    `parent_id` is the step it was a part of, `causation_id` the event it follows from. `name` and `outcome` hold
    neither ids of people nor secrets: a route's template and the status of its answer, a job's name and `ok`,
    `refused:<code>`, `failed:<type of the failure>` or `interrupted`. Times are aware and UTC.
    """

    step_id: UUID
    correlation_id: str
    parent_id: UUID | None
    causation_id: UUID | None
    kind: StepKind
    name: str
    outcome: str
    began_at: datetime
    ended_at: datetime


class Traces(Protocol):
    """Samples, not truth: a step may be lost when the database is away for long or the process dies."""

    def record(self, step: TraceStep) -> None:
        """Take note of `step`, to be kept in a moment. Never raises, never waits."""

    async def of(self, correlation_id: str, *, limit: int) -> Sequence[TraceStep]:
        """The first `limit` steps that one click caused, in the order in which they began. Raises LogUnavailable."""

    async def sweep(self, before: datetime) -> None:
        """Forget the steps that began earlier than `before`. Raises LogUnavailable."""
