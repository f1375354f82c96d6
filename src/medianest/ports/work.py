"""Work that happens later, and the people who are told at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

import msgspec


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Work for later: a name that the worker knows, and arguments as JSON holds them.

    While a job with the same `lock` waits, another one is not added. One that `is_urgent`, because somebody asked for
    it or something happened just now, then takes the place of the waiting one: its `args` count, and it is due at once,
    where that waited for its next attempt.
    """

    name: str
    args: Mapping[str, str | int | bool | None]
    lock: str | None = None
    is_urgent: bool = False


JobStatus = Literal["waiting", "running", "failed"]


class OpenJob(msgspec.Struct, frozen=True, kw_only=True):
    """A job that has not succeeded. `since` is when it came to its status; `due_at` is when it is tried again, None
    for as soon as a worker is free; `attempts` counts those that ended; `causation_id` is the event it follows from.
    """

    name: str
    status: JobStatus
    attempts: int
    since: datetime
    due_at: datetime | None
    causation_id: UUID | None


class Jobs(Protocol):
    async def defer(self, jobs: Sequence[Job]) -> None: ...

    async def figures(self) -> Mapping[str, int]:
        """How many jobs wait, run, and have failed for good."""

    async def of_correlation(self, correlation_id: str, *, limit: int) -> Sequence[OpenJob]:
        """The first `limit` jobs with this `correlation_id` among their arguments that wait, run or have failed for
        good. Those that succeeded are gone."""
