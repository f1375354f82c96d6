"""Leases and generations in dictionaries, and `KeptReads` over fakes."""

import asyncio
from collections.abc import Mapping
from itertools import count

from medianest.application.kept_reads import KeptReads, Prefetching
from medianest.ports.cache import TwoTiers
from medianest.ports.surroundings import Clock
from tests.fakes.cache import FakeCache
from tests.fakes.clock import FakeClock


class FakeLeases:
    """Implements `Leases`. Time to live is recorded, not enforced."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}
        self.ttls: dict[str, float] = {}
        self.is_away = False
        self._numbers = count(1)

    async def take(self, name: str, *, ttl: float) -> bytes | None:
        if self.is_away:
            return b""
        if name in self.held:
            return None
        self.ttls[name] = ttl
        return self.held.setdefault(name, str(next(self._numbers)).encode())

    async def give_back(self, name: str, token: bytes) -> None:
        if not self.is_away and self.held.get(name) == token:
            del self.held[name]


class FakeGenerations:
    """Implements `Generations`. While `gate` is closed, the answers of looks lie on their way."""

    def __init__(self) -> None:
        self.marks: dict[str, str] = {}
        self.is_away = False
        self.looks = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def all(self) -> Mapping[str, str] | None:
        self.looks += 1
        found = None if self.is_away else dict(self.marks)
        await self.gate.wait()
        return found

    async def renew(self, name: str, mark: str) -> bool:
        if not self.is_away:
            self.marks[name] = mark
        return not self.is_away


def kept_reads(
    cache: TwoTiers | None = None, clock: Clock | None = None, *, prefetching: Prefetching | None = None
) -> KeptReads:
    """All by itself, with nobody to share with."""
    return KeptReads(
        FakeCache() if cache is None else cache,
        FakeLeases(),
        FakeGenerations(),
        clock or FakeClock(),
        prefetching=prefetching,
    )
