"""What is to happen in a made-up house, and what time it is there."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import Any, Final, Generic, TypeVar

HOUR: Final = 3600.0
DAY: Final = 24 * HOUR

T = TypeVar("T")


class Agenda(Generic[T]):
    """Acts in the order of their times, those of one time in the order in which they were planned."""

    def __init__(self, beginning: datetime) -> None:
        self._beginning = beginning
        self._now = 0.0
        self._waiting: list[tuple[float, int, Callable[..., Iterator[T]], tuple[Any, ...]]] = []
        self._numbers = count()

    @property
    def at(self) -> datetime:
        return self._beginning + timedelta(seconds=self._now)

    def pass_time(self, seconds: float) -> None:
        self._now += seconds

    def plan(self, seconds: float, act: Callable[..., Iterator[T]], *arguments: Any) -> None:
        """Run `act` in so many seconds from now."""
        heappush(self._waiting, (self._now + seconds, next(self._numbers), act, arguments))

    def run(self) -> Iterator[T]:
        """What the acts yield, for as long as any are left."""
        while self._waiting:
            at, _, act, arguments = heappop(self._waiting)
            self._now = max(self._now, at)
            yield from act(*arguments)
