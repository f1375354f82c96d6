"""Challenges in memory."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from medianest.ports.surroundings import Clock


class Open(NamedTuple):
    kind: str
    payload: bytes
    subject: UUID | None
    expires_at: datetime


class FakeChallenges:
    """Implements `Challenges`. `open_ones` by token; the tokens count upwards."""

    def __init__(self, clock: Clock) -> None:
        self.open_ones: dict[str, Open] = {}
        self._clock = clock
        self._made = 0

    async def open(self, kind: str, payload: bytes, *, lifetime: timedelta, subject: UUID | None = None) -> str:
        self._made += 1
        token = f"challenge-{self._made}".rjust(43, "x")
        self.open_ones[token] = Open(kind, payload, subject, self._clock.now() + lifetime)
        return token

    async def look(self, kind: str, token: str) -> bytes | None:
        found = self.open_ones.get(token)
        if found is None or found.kind != kind or found.expires_at <= self._clock.now():
            return None
        return found.payload

    async def spend(self, kind: str, token: str) -> bytes | None:
        payload = await self.look(kind, token)
        if payload is not None:
            del self.open_ones[token]
        return payload

    async def drop(self, kind: str | None, subject: UUID) -> None:
        self._keep(lambda it: it.subject != subject or kind not in (None, it.kind))

    async def sweep(self, now: datetime) -> int:
        return self._keep(lambda it: it.expires_at > now)

    def _keep(self, is_kept: Callable[[Open], bool]) -> int:
        before = len(self.open_ones)
        self.open_ones = {token: it for token, it in self.open_ones.items() if is_kept(it)}
        return before - len(self.open_ones)
