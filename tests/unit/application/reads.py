"""A log that remembers which events of streams were read from it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from medianest.domain.kernel import Recorded
from medianest.ports.event_log import EventLog


class CountedReads:
    """In front of another log. `versions` are those of the events that `read_stream` answered with, again and again."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.versions: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    async def read_stream(
        self, category: str, stream_id: UUID, *, after: int = 0, until: int | None = None
    ) -> Sequence[Recorded]:
        read = await self._log.read_stream(category, stream_id, after=after, until=until)
        self.versions += [recorded.version for recorded in read]
        return read
