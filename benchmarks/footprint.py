"""What MediaNest takes when it runs: the seconds until it is ready, and the memory that it holds."""

import asyncio
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.household import Household
from benchmarks.memory import MEGABYTE, Memory, memory_of_parts
from benchmarks.report import GOAL_COLUMNS, Goal, Table, judged
from benchmarks.running import running

ROUNDS: Final = 3
READY: Final = Goal(3.0, is_limit=True)
TOGETHER: Final = Goal(250.0, is_limit=True)
PARTS: Final = ("serve", "work")


def memory(house: Household) -> Table:
    """Of the processes of `house` as they are now, after what was done with them."""
    title, columns = "Memory", ("processes", "PSS", "RSS", *GOAL_COLUMNS)
    parts = house.running.parts()
    if not all(name in parts for name in PARTS):
        return Table(title, "Not measured: this system does not say (there is no /proc).", columns, [])
    held = memory_of_parts(parts)
    together = sum((held[name] for name in PARTS), Memory())
    rows = [
        *(_row(f"`{name}`", held[name]) for name in PARTS),
        _row("`serve` and `work` together", together, TOGETHER),
        _row("their parent `up`", held["up"]),
    ]
    note = (
        "After the runs above, without Postgres and Valkey. PSS divides what processes share between them, RSS counts "
        "it for each; the goal is about PSS."
    )
    return Table(title, note, columns, rows)


async def starting(house: Household, directory: Path) -> Table:
    """`house` is started anew; then a MediaNest with private servers below `directory`."""
    own = [(await house.start(), await house.first_request()) for _ in range(ROUNDS)]
    first, *others = [await asyncio.to_thread(_start, directory / "private") for _ in range(1 + ROUNDS)]
    rows = [
        _timed("servers that run already: ready", median(ready for ready, _ in own), READY),
        _timed("servers that run already: a first request is in the views", median(done for _, done in own)),
        _timed("private servers, as the last time: ready", median(others), READY),
        _timed("private servers, for the first time: ready", first),
    ]
    note = (
        "From the moment at which `medianest up` is called until `/health/ready` says 200, medians of "
        f"{ROUNDS}; {len(house.request_ids):,} requests in the base where the servers run already, none in the private "
        "ones."
    )
    return Table("Starting", note, ("what", "time", *GOAL_COLUMNS), rows)


def megabytes(amount: float) -> str:
    return f"{amount:,.0f} MB"


def seconds(amount: float) -> str:
    return f"{amount:.2f} s"


def _start(data_dir: Path) -> float:
    with running(data_dir, {}) as medianest:
        return medianest.ready()


def _row(what: str, held: Memory, goal: Goal | None = None) -> list[str]:
    amounts = [amount / MEGABYTE for amount in (held.proportional, held.resident)]
    return [what, *map(megabytes, amounts), *judged(amounts[0], goal, megabytes)]


def _timed(what: str, took: float, goal: Goal | None = None) -> list[str]:
    return [what, seconds(took), *judged(took, goal, seconds)]
