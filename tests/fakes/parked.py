"""Parked events in memory."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from msgspec.structs import replace

from medianest.ports.parked import Parked
from medianest.ports.views import Page


class FakeParkedEvents:
    """Implements `ParkedEvents`; `park` does what the runner of reactions does."""

    def __init__(self) -> None:
        self._parked: dict[tuple[int, str], Parked] = {}

    async def park(self, reaction: str, position: int, stream_id: UUID, *, failure: Exception | None) -> None:
        """`failure` None: it only waits behind another one."""
        self._parked[position, reaction] = Parked(
            reaction=reaction,
            position=position,
            stream_id=stream_id,
            error="waits" if failure is None else type(failure).__name__,
            stack="",
            attempts=0 if failure is None else 3,
            parked_at=datetime(2026, 1, 1, tzinfo=UTC),
            waiting=0,
            first=position,
        )

    async def find(self, reaction: str, position: int) -> Parked | None:
        found = self._parked.get((position, reaction))
        return self._among_its_stream(found) if found else None

    async def list(self, *, limit: int, after: tuple[str, ...] | None) -> Page[Parked]:
        since = (int(after[0]), after[1]) if after else (0, "")
        everything = [self._among_its_stream(self._parked[key]) for key in sorted(self._parked)]
        firsts = [it for it in everything if it.first == it.position and (it.position, it.reaction) > since]
        items, more = firsts[:limit], firsts[limit:]
        return Page(items=items, next_key=(str(items[-1].position), items[-1].reaction) if more else None)

    async def counts(self) -> Mapping[str, int]:
        return Counter(it.reaction for it in self._parked.values())

    def _among_its_stream(self, it: Parked) -> Parked:
        positions = [
            other.position
            for other in self._parked.values()
            if (other.reaction, other.stream_id) == (it.reaction, it.stream_id)
        ]
        waiting = sum(position > it.position for position in positions)
        return replace(it, waiting=waiting, first=min(positions))
