"""Building views anew, and what came of comparing them with the log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal, Protocol
from uuid import UUID

import msgspec

from medianest.domain.kernel import Refused

RebuildState = Literal["queued", "running", "interrupted", "completed", "failed"]

UNDER_WAY: Final[frozenset[RebuildState]] = frozenset({"queued", "running"})


class RebuildRunning(Refused):
    code = "rebuild_running"
    text = "This view is being built already."


class RebuildFailed(Refused):
    code = "rebuild_failed"
    text = "The view could not be built from the log. It is as it was."


class RebuildNotFound(Refused):
    code, kind = "rebuild_not_found", "missing"
    text = "There is no such rebuild. Those of the last 30 days are listed."


class RebuildStatus(msgspec.Struct, frozen=True, kw_only=True):
    """`position` is how far all of `views` are together, `head` where the log stood when that was measured."""

    rebuild_id: UUID
    views: tuple[str, ...]
    state: RebuildState
    position: int
    head: int
    asked_by: UUID | None
    asked_at: datetime
    finished_at: datetime | None
    error: str | None


class RowDifference(msgspec.Struct, frozen=True, kw_only=True):
    """A row that is not as the log says: `extra` is only in the view, `missing` only in the log's telling, `different`
    differs in `columns`. What the columns hold is left out, because it may be personal."""

    key: str
    kind: Literal["extra", "missing", "different"]
    columns: tuple[str, ...] = ()


class ViewCheck(msgspec.Struct, frozen=True, kw_only=True):
    """A view compared with a fold of the log up to `position`. `differences` are the first of `differing`."""

    name: str
    position: int
    compared: int
    differing: int
    differences: tuple[RowDifference, ...] = ()
    checked_at: datetime


class Rebuilds(Protocol):
    """Raises LogUnavailable when the database is away."""

    async def queue(self, rebuild_id: UUID, views: Sequence[str], asked_by: UUID) -> None:
        """Raises RebuildRunning where another rebuild of one of these views waits or runs."""

    async def find(self, rebuild_id: UUID) -> RebuildStatus | None: ...

    async def list(self) -> Sequence[RebuildStatus]:
        """Those of the last 30 days, the latest first."""

    async def checks(self) -> Sequence[ViewCheck]:
        """What the last comparison of each view found, by name."""
