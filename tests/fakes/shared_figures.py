"""What processes say of their upstreams, within one process."""

from collections.abc import Sequence
from uuid import UUID

from medianest.ports.upstreams import ProcessReport


class FakeSharedFigures:
    """Implements `SharedFigures`. What was said never expires by itself: `forget` makes a process silent."""

    def __init__(self) -> None:
        self.is_away = False
        self._said: dict[UUID, ProcessReport] = {}

    def forget(self, process_id: UUID) -> None:
        self._said.pop(process_id, None)

    async def publish(self, report: ProcessReport) -> None:
        if not self.is_away:
            self._said[report.process_id] = report

    async def reports(self) -> Sequence[ProcessReport] | None:
        return None if self.is_away else list(self._said.values())
