"""Attempts in memory."""

from collections.abc import Sequence
from datetime import datetime

from medianest.domain.lockout import Limits, Tally, given_back, is_forgotten, taken
from medianest.ports.attempts import Admission, Lockout, Target


class FakeAttempts:
    """Implements `Attempts`."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._tallies: dict[Target, Tally] = {}

    async def admit(self, *targets: Target, now: datetime) -> Admission:
        held = [tally.locked_until for target in targets if (tally := self._tallies.get(target))]
        waits = [(until - now).total_seconds() for until in held if until is not None and until > now]
        if waits:
            return Admission(is_admitted=False, retry_after=max(waits))
        tallies = {target: taken(self._tallies.get(target), target.kind, self._limits, now) for target in targets}
        self._tallies |= tallies
        locked = {target: tally.locked_until for target, tally in tallies.items() if tally.locked_until is not None}
        return Admission(is_admitted=True, locked=locked)

    async def succeeded(self, *targets: Target) -> None:
        for target in targets:
            if target.kind != "address":
                self._tallies.pop(target, None)
            elif target in self._tallies:
                self._tallies[target] = given_back(self._tallies[target])

    async def unlock(self, target: Target) -> bool:
        return self._tallies.pop(target, None) is not None

    async def locked(self, now: datetime, *, limit: int = 100) -> Sequence[Lockout]:
        found = [
            Lockout(target=target, last_at=tally.last_at, locked_until=tally.locked_until, lockouts=tally.lockouts)
            for target, tally in self._tallies.items()
            if tally.locked_until is not None and tally.is_locked(now)
        ]
        return sorted(found, key=lambda it: (it.last_at, it.target), reverse=True)[:limit]

    async def sweep(self, now: datetime) -> int:
        gone = [
            target for target, tally in self._tallies.items() if is_forgotten(tally, target.kind, self._limits, now)
        ]
        for target in gone:
            del self._tallies[target]
        return len(gone)
