"""How long ago something was, when somebody may have set the clock since."""

from collections import deque
from datetime import datetime, timedelta

from medianest.ports.surroundings import Clock


class WaitingTime:
    """Whether `span` has passed. The clock alone does not prove it: one that is set six hours forward has two scans of
    the same minute lie six hours apart. What passed since this process began is counted by what nobody sets; what
    passed before it, by the clock, for there is nothing else that outlives a process."""

    def __init__(self, span: timedelta, clock: Clock) -> None:
        self._span = span
        self._clock = clock
        self._read = deque([(clock.steady(), clock.now())])
        """What both showed at the beginning of the span, or of this process, and at every reading since."""

    def began(self) -> datetime:
        """Whatever was written down by this moment is at least `span` old. Called again and again, it learns when the
        clock was set; it errs to the side of waiting."""
        steady, now = self._clock.steady(), self._clock.now()
        self._read.append((steady, now))
        begin = steady - self._span.total_seconds()
        while self._read[1][0] <= begin:
            self._read.popleft()
        then, showed = self._read[0]
        return min(now - self._span, showed + timedelta(seconds=begin - then))
