"""How long ago something was, when somebody may have set the clock since."""

from collections import deque
from datetime import datetime, timedelta
from typing import Final

from medianest.ports.surroundings import Clock

_TICK: Final = timedelta(microseconds=1)


class WaitingTime:
    """Whether `span` has passed. The clock alone does not prove it: one that is set six hours forward has two scans of
    the same minute lie six hours apart. What passed since this process began is counted by what nobody sets; what
    passed before it, by the clock, for there is nothing else that outlives a process."""

    def __init__(self, span: timedelta, clock: Clock) -> None:
        self._span = span
        self._clock = clock
        self._read = deque([(clock.steady(), clock.now())])
        """What both showed at the beginning of the span, or of this process, and at every reading since."""

    def began(self, now: datetime) -> datetime:
        """Whatever was written down by this moment is at least `span` old. `now` is what the clock shows and what is
        written down next to it. Called again and again, it learns when the clock was set; it errs to the side of
        waiting, and what others wrote down meanwhile it knows by the clock alone."""
        steady = self._clock.steady()
        self._read.append((steady, now))
        begin = steady - self._span.total_seconds()
        while self._read[1][0] <= begin:
            self._read.popleft()
        then, showed = self._read[0]
        # Whoever set it back and right again has what was written between the two look hours old.
        too_late = (showed for at, showed in self._read if at > begin)
        return min(now - self._span, showed + timedelta(seconds=begin - then), min(too_late) - _TICK)
