"""What just failed is not asked for again by everybody at once."""

from collections import OrderedDict
from typing import Final

from medianest.ports.failures import Unavailable

PAUSE: Final = 1.0
MOST: Final = 1000


class RecentFaults:
    """By key, for `PAUSE` seconds, in this process. The breaker of the upstream does the most of it."""

    def __init__(self) -> None:
        self._faults: OrderedDict[str, tuple[float, Unavailable]] = OrderedDict()

    def note(self, key: str, error: Unavailable, now: float) -> None:
        self._faults[key] = (now, error)
        self._faults.move_to_end(key)
        while len(self._faults) > MOST:
            self._faults.popitem(last=False)

    def find(self, key: str, now: float) -> Unavailable | None:
        at, error = self._faults.get(key, (0.0, None))
        if error is not None and not 0 <= now - at < PAUSE:
            del self._faults[key]
            return None
        return error
