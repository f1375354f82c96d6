"""A circuit breaker: a server that keeps failing is left alone for a while, then tried by one call."""

from collections.abc import Callable
from time import monotonic

from medianest.ports.upstreams import BreakerState

__all__ = ["BreakerState", "CircuitBreaker"]


class CircuitBreaker:
    """Opens after `threshold` failing calls in a row and stays open for `pause` seconds. Then one call (the probe) is
    let through, and its outcome closes or reopens the circuit.

    Every admitted call must end in exactly one of `succeeded`, `failed` or `abandoned`.
    """

    def __init__(self, *, threshold: int, pause: float, now: Callable[[], float] = monotonic) -> None:
        self._threshold = threshold
        self._pause = pause
        self._now = now
        self._failures = 0
        self._opened_at: float | None = None
        self._is_probing = False

    @property
    def state(self) -> BreakerState:
        if self._opened_at is None:
            return "closed"
        return "open" if self._now() < self._opened_at + self._pause else "half_open"

    def admit(self) -> float:
        """0.0 if the call may go ahead, else the seconds after which it is worth trying again."""
        if self._opened_at is None:
            return 0.0
        left = self._opened_at + self._pause - self._now()
        if left > 0:
            return left
        if self._is_probing:
            return self._pause
        self._is_probing = True
        return 0.0

    def succeeded(self) -> None:
        self._failures = 0
        self._opened_at = None
        self._is_probing = False

    def failed(self) -> None:
        self._failures += 1
        # A call admitted before the circuit opened must not stretch the pause: only the probe reopens it.
        if self._is_probing or (self._opened_at is None and self._failures >= self._threshold):
            self._opened_at = self._now()
        self._is_probing = False

    def reset(self) -> None:
        """Somebody says that the server is well again. Calls under way count on from there."""
        self.succeeded()

    def abandoned(self) -> None:
        """The call was cancelled: it says nothing about the server, but its place as the probe is free again."""
        self._is_probing = False
