"""Rebuilds in memory, and checks as they were set."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from medianest.ports.rebuilds import UNDER_WAY, RebuildRunning, RebuildStatus, ViewCheck


class FakeRebuilds:
    """Implements `Rebuilds`."""

    def __init__(self, *found: ViewCheck) -> None:
        self._found = found
        self._all: dict[UUID, RebuildStatus] = {}

    async def queue(self, rebuild_id: UUID, views: Sequence[str], asked_by: UUID) -> None:
        others = [status for one, status in self._all.items() if one != rebuild_id and status.state in UNDER_WAY]
        if any(set(views) & set(status.views) for status in others):
            raise RebuildRunning
        self._all.setdefault(
            rebuild_id,
            RebuildStatus(
                rebuild_id=rebuild_id,
                views=tuple(views),
                state="queued",
                position=0,
                head=0,
                asked_by=asked_by,
                asked_at=datetime.now(UTC),
                finished_at=None,
                error=None,
            ),
        )

    async def find(self, rebuild_id: UUID) -> RebuildStatus | None:
        return self._all.get(rebuild_id)

    async def list(self) -> Sequence[RebuildStatus]:
        return sorted(self._all.values(), key=lambda status: status.asked_at, reverse=True)

    async def checks(self) -> Sequence[ViewCheck]:
        return self._found
