"""Bad days on demand."""

from typing import Literal, get_args

import msgspec

FaultKind = Literal["slow", "rate_limited", "error", "cut_off", "html", "wrong_json"]
"""`rate_limited` (429 with Retry-After) and `error` (500) come instead of the work. The others do the work first and
then spoil the answer: late, cut off in mid-body, a web page, or JSON that says nothing."""

FAULT_KINDS: tuple[FaultKind, ...] = get_args(FaultKind)


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For the next `times` requests. `seconds`: how late a slow answer is, or what Retry-After says. `method`: only
    requests of this method count."""

    kind: FaultKind
    times: int = 1
    seconds: float = 30.0
    method: str | None = None


class Faults:
    """The one fault that is on at a time, and how often it is still due."""

    def __init__(self) -> None:
        self._fault: Fault | None = None
        self._left = 0

    def switch_on(self, fault: Fault) -> None:
        self._fault = fault
        self._left = fault.times

    def switch_off(self) -> None:
        self._left = 0

    def due(self, method: str) -> Fault | None:
        """The fault that a request with this method meets; counts it."""
        fault = self._fault
        if fault is None or self._left <= 0 or (fault.method is not None and fault.method != method):
            return None
        self._left -= 1
        return fault
