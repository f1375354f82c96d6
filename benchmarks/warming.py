"""Whether it is worth while to keep warm what people look at most: days of looks at titles, in simulated time.

`python -m benchmarks.warming` alone; it takes no servers.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Final

import msgspec
from rich.console import Console

from benchmarks.report import Table
from medianest.application.kept_reads import DETAILS, KeptReads, Lifetimes, Read

TITLES: Final = 10_000
HOUSES: Final = {"a household": 100, "a club": 1_000, "a town": 10_000}
"""Looks at a title a day."""
DAYS: Final = 5
"""Of which the last is counted: before it, nobody knows what people look at."""
HOT: Final = 200
"""Titles that the refresher keeps fresh: those that were looked at most in the day before."""
ROUND: Final = 600
"""Seconds between two rounds of it."""
EVENING: Final = (1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 6, 9, 12, 12, 9, 5, 2)
"""How many looks fall into each hour."""

PLAIN: Final = Lifetimes(fresh=DETAILS.fresh, stale=DETAILS.fresh)
EARLY: Final = Lifetimes(fresh=DETAILS.fresh - ROUND, stale=DETAILS.stale)
"""What is fresh now and will not be at the next round."""


class Answer(msgspec.Struct, frozen=True):
    number: int


@dataclass
class Simulated:
    """A clock, a cache that holds everything, and leases and marks that nobody else wants."""

    seconds: float = 0.0
    entries: dict[str, bytes] = field(default_factory=dict)
    calls: int = 0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def steady(self) -> float:
        return self.seconds

    async def get(self, key: str) -> bytes | None:
        return self.entries.get(key)

    async def look_again(self, key: str) -> bytes | None:
        return self.entries.get(key)

    async def put(self, key: str, value: bytes, *, ttl: float) -> None:  # noqa: ARG002 - no entry lives that long here
        self.entries[key] = value

    async def ping(self) -> bool:
        return True

    async def take(self, name: str, *, ttl: float) -> bytes | None:  # noqa: ARG002
        return b""

    async def give_back(self, name: str, token: bytes) -> None: ...

    async def all(self) -> Mapping[str, str]:
        return {}

    async def renew(self, name: str, mark: str) -> bool:  # noqa: ARG002 - nobody else is there
        return True

    def read(self, number: int, lifetimes: Lifetimes) -> Read[Answer]:
        async def fetch() -> Answer:
            self.calls += 1
            return Answer(number)

        return Read(
            upstream="simulated", kind="details", name=str(number), shape=Answer, lifetimes=lifetimes, fetch=fetch
        )


@dataclass(frozen=True, slots=True)
class Day:
    looks: int
    waits: int
    stale: int
    calls: int


def looks(a_day: int, chance: random.Random) -> Iterator[tuple[float, int]]:
    """When, and at which title: the n-th most popular one is looked at 1/n as often as the first."""
    weights = list(accumulate(1 / rank for rank in range(1, TITLES + 1)))
    for day in range(DAYS):
        hours = chance.choices(range(24), EVENING, k=a_day)
        times = sorted(day * 86_400 + (hour + chance.random()) * 3600 for hour in hours)
        yield from zip(times, chance.choices(range(TITLES), cum_weights=weights, k=a_day), strict=True)


async def lived(a_day: int, lifetimes: Lifetimes, *, hot: int) -> Day:
    """The last of the days. The same looks for everybody."""
    world = Simulated()
    reads = KeptReads(world, world, world, world)
    recent: Counter[int] = Counter()
    before: Counter[int] = Counter()
    next_round = float(ROUND)
    day = 0
    started: tuple[int, int, int] = (0, 0, 0)

    def figures() -> tuple[int, int, int]:
        return reads.counts.of("simulated", "miss"), reads.counts.of("simulated", "stale"), world.calls

    refreshed = 0
    for at, number in looks(a_day, random.Random(a_day)):
        while hot and next_round <= at:
            world.seconds = next_round
            for popular, _ in (before + recent).most_common(hot):
                early = await reads.get(world.read(popular, EARLY))
                refreshed += early is not None and early.is_stale
                await reads.settle()
            next_round += ROUND
        if int(at // 86_400) != day:
            day = int(at // 86_400)
            before, recent = recent, Counter()
            if day == DAYS - 1:
                started = (figures()[0], figures()[1] - refreshed, figures()[2])
        world.seconds = at
        recent[number] += 1
        await reads.get(world.read(number, lifetimes))
        await reads.settle()
    waits, stale, calls = figures()
    return Day(looks=a_day, waits=waits - started[0], stale=stale - refreshed - started[1], calls=calls - started[2])


async def measure() -> Table:
    ways = [
        ("asked for again once it is not fresh", PLAIN, 0),
        ("given while it is asked for anew (ours)", DETAILS, 0),
        (f"the same, and the {HOT} most wanted kept fresh", DETAILS, HOT),
    ]
    rows: list[list[str]] = []
    for house, a_day in HOUSES.items():
        for way, lifetimes, hot in ways:
            day = await lived(a_day, lifetimes, hot=hot)
            rows.append(
                [
                    f"{house}: {way}",
                    f"{day.looks:,}",
                    f"{day.waits:,}",
                    f"{day.waits / day.looks:.1%}",
                    f"{day.stale / day.looks:.1%}",
                    f"{day.calls:,}",
                ]
            )
    return Table(
        title="Keeping warm what is looked at most",
        note=(
            f"Simulated: the last of {DAYS} days of looks at {TITLES:,} titles, the n-th of them looked at 1/n as "
            "often as the first, most of it in the evening; details are fresh for "
            f"{DETAILS.fresh / 3600:.0f} hours. A refresher would ask anew every {ROUND // 60} minutes for whatever of "
            f"the {HOT} most wanted is about to be stale. Whoever waits, waits for the upstream; stale answers come at "
            "once. A refresher spares nobody a wait, asks more, and makes fewer answers stale: it is left out."
        ),
        columns=["what", "looks a day", "of them wait", "share", "given stale", "calls upstream"],
        rows=rows,
    )


if __name__ == "__main__":
    Console(width=130).print(asyncio.run(measure()).markdown())
