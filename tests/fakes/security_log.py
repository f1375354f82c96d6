"""The security log in memory, unbounded."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from medianest.ports.security_log import (
    KEPT,
    MOST,
    RefusalCount,
    RefusedCredential,
    SecurityEntry,
    SecurityFilter,
)
from medianest.ports.views import Page


class FakeSecurityLog:
    """Implements `SecurityLog`, and writes every entry by itself."""

    def __init__(self, *, most: int = MOST) -> None:
        self._most = most
        self._next = 1
        self.entries: list[SecurityEntry] = []

    async def note(self, refused: RefusedCredential) -> None:
        self.entries.append(SecurityEntry(entry_id=self._next, refused=refused, times=1))
        self._next += 1

    async def page(self, criteria: SecurityFilter, *, limit: int, after: tuple[str, ...] | None) -> Page[SecurityEntry]:
        found = [
            it
            for it in reversed(self.entries)
            if _fits(it.refused, criteria) and (after is None or it.entry_id < int(after[0]))
        ]
        items = found[:limit]
        return Page(items=items, next_key=(str(items[-1].entry_id),) if len(found) > limit else None)

    async def counts(self, *, since: datetime, until: datetime) -> Sequence[RefusalCount]:
        fitting = [it.refused for it in self.entries if _fits(it.refused, SecurityFilter(since=since, until=until))]
        counted = Counter((it.at.date(), it.method, it.reason) for it in fitting)
        return [
            RefusalCount(day=day, method=method, reason=reason, count=counted[day, method, reason])
            for day, method, reason in sorted(counted)
        ]

    async def forget(self, user_id: UUID) -> None:
        self.entries = [
            replace(it, refused=replace(it.refused, address=None, device=None)) if it.refused.user_id == user_id else it
            for it in self.entries
        ]

    async def sweep(self, now: datetime) -> int:
        kept = [it for it in self.entries if it.refused.at >= now - KEPT][-self._most :]
        swept = len(self.entries) - len(kept)
        self.entries = kept
        return swept


def _fits(refused: RefusedCredential, criteria: SecurityFilter) -> bool:
    wanted = ("method", "reason", "user_id", "address")
    return (
        all(getattr(criteria, name) in (None, getattr(refused, name)) for name in wanted)
        and (criteria.since is None or refused.at >= criteria.since)
        and (criteria.until is None or refused.at < criteria.until)
    )
