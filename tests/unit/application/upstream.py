"""An upstream that answers when it is let, and what is read from it."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

import msgspec

from medianest.application.kept_reads import Kept, KeptReads, Lifetimes, Prefetching, Read
from medianest.ports.failures import MetadataUnavailable
from tests.fakes.cache import FakeCache
from tests.fakes.clock import FakeClock
from tests.fakes.kept_reads import FakeGenerations, FakeLeases

LIFETIMES = Lifetimes(fresh=100, stale=1000, kept=10_000, missing=50)


class Answer(msgspec.Struct, frozen=True):
    text: str


@dataclass
class Upstream:
    """`answers` by name; what is not among them is not there. While `gate` is closed, calls wait."""

    answers: dict[str, str] = field(default_factory=lambda: {"a": "one", "b": "two"})
    calls: Counter[str] = field(default_factory=Counter)
    is_away: bool = False
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    def read(self, name: str = "a", *, subject: str = "", lifetimes: Lifetimes = LIFETIMES) -> Read[Answer]:
        async def fetch() -> Answer | None:
            self.calls[name] += 1
            await self.gate.wait()
            if self.is_away:
                raise MetadataUnavailable
            return Answer(self.answers[name]) if name in self.answers else None

        return Read(
            upstream="up", kind="word", name=name, subject=subject, shape=Answer, lifetimes=lifetimes, fetch=fetch
        )


@dataclass
class World:
    """What several processes share, and the processes themselves."""

    upstream: Upstream = field(default_factory=Upstream)
    cache: FakeCache = field(default_factory=FakeCache)
    leases: FakeLeases = field(default_factory=FakeLeases)
    generations: FakeGenerations = field(default_factory=FakeGenerations)
    clock: FakeClock = field(default_factory=FakeClock)

    def process(self, *, prefetching: Prefetching | None = None) -> KeptReads:
        return KeptReads(self.cache, self.leases, self.generations, self.clock, prefetching=prefetching)


def text(kept: Kept[Answer] | None) -> tuple[str, bool] | None:
    return kept and (kept.value.text, kept.is_stale)


def counted(reads: KeptReads) -> dict[str, int]:
    return {outcome: number for (_, _, outcome), number in reads.counts.all().items()}
