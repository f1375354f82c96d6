"""A clock that moves when told to."""

from datetime import UTC, datetime, timedelta


class FakeClock:
    """Implements `Clock`."""

    def __init__(self, now: datetime | None = None) -> None:
        self._now = now or datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
        self._steady = 0.0

    def now(self) -> datetime:
        return self._now

    def steady(self) -> float:
        return self._steady

    def advance(self, seconds: float) -> None:
        self._steady += seconds
        self.step(seconds)

    def step(self, seconds: float) -> None:
        """Somebody sets it; no time passes."""
        self._now += timedelta(seconds=seconds)
