"""How quick reads are over HTTP, with many requests in the database; beside one row and nothing else."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from benchmarks.household import Household
from benchmarks.report import GOAL_COLUMNS, Goal, Table, judged, milliseconds, rate
from benchmarks.running import module
from benchmarks.wrk import MISSING, Load, has_wrk, load

CONNECTIONS: Final = 32
ROUNDS: Final = 5
WARMING: Final = 1.0
"""Seconds of each, before the first round."""
ROWS: Final = 10_000
LIST: Final = "GET /media/requests"
DETAILS: Final = "GET /media/requests/{id}"
COUNTS: Final = "GET /media/requests/counts"
SORTED: Final = "GET /media/requests?status=pending&sort=title"
GOALS: Final = {LIST: Goal(900), DETAILS: Goal(2000), COUNTS: Goal(2000)}
AT_SIZE: Final = (LIST, COUNTS)
"""What is asked again with ten times as many requests, and how much slower it may be."""
SLOWER: Final = 0.9
BOUND: Final = "reference: one row by its key"


@dataclass(frozen=True)
class Target:
    """`paths` of `url`, asked for by the people of `tokens` in turn."""

    url: str
    paths: Sequence[str]
    tokens: Sequence[str] = ()
    loads: list[Load] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return median(each.rate for each in self.loads)


@asynccontextmanager
async def bound(url: str) -> AsyncIterator[str]:
    """The address of the server that does the least, on the database at `url`."""
    with module("benchmarks.bound", url, str(ROWS)) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"


async def measure(house: Household, reference: str, *, seconds: float) -> tuple[Table, Mapping[str, float]]:
    """With what `house` holds; the rates by request. `reference` is the address of `bound`."""
    targets = _targets(house, reference, (LIST, SORTED, DETAILS, COUNTS))
    await _rounds(targets, seconds)
    rates = {what: target.rate for what, target in targets.items()}
    return _table(f"HTTP, {len(house.request_ids):,} requests", targets, GOALS, seconds), rates


async def measure_at_size(house: Household, reference: str, before: Mapping[str, float], *, seconds: float) -> Table:
    """The same in a larger house, beside the rates of the smaller one."""
    targets = _targets(house, reference, AT_SIZE)
    await _rounds(targets, seconds)
    goals = {what: Goal(SLOWER * before[what]) for what in AT_SIZE}
    title = f"HTTP, {len(house.request_ids):,} requests"
    return _table(title, targets, goals, seconds, f"The goal is {SLOWER} of what the smaller house reached.")


def left_out() -> Table | None:
    """What stands in place of these tables where wrk is missing."""
    if has_wrk():
        return None
    return Table("HTTP", f"Not measured: {MISSING}.", ("request", "per second"), [])


def _targets(house: Household, reference: str, wanted: Sequence[str]) -> Mapping[str, Target]:
    requests = "/api/v1/media/requests"
    paths = {
        LIST: [f"{requests}?limit=20"],
        SORTED: [f"{requests}?status=pending&sort=title&limit=20"],
        DETAILS: [f"{requests}/{request_id}" for request_id in house.request_ids],
        COUNTS: [f"{requests}/counts"],
    }
    rows = Target(reference, [f"/rows/{number}" for number in range(1, ROWS + 1)])
    return {BOUND: rows, **{what: Target(house.url, paths[what], house.tokens) for what in wanted}}


async def _rounds(targets: Mapping[str, Target], seconds: float) -> None:
    """In turn, so that a busy moment of the machine meets everybody."""
    for duration in (WARMING, *[seconds] * ROUNDS):
        for target in targets.values():
            measured = await load(
                target.url, target.paths, tokens=target.tokens, connections=CONNECTIONS, seconds=duration
            )
            target.loads.append(measured)
    for target in targets.values():
        del target.loads[0]


def _table(
    title: str, targets: Mapping[str, Target], goals: Mapping[str, Goal], seconds: float, said: str = ""
) -> Table:
    rows = []
    most = targets[BOUND].rate
    for what, target in targets.items():
        times = [milliseconds(median(getattr(each, name) for each in target.loads)) for name in ("p50", "p99")]
        rows.append(
            [what, rate(target.rate), *times, f"{target.rate / most:.2f}", *judged(target.rate, goals.get(what), rate)]
        )
    note = (
        f"wrk, {CONNECTIONS} connections, {ROUNDS} rounds in turn of {seconds:.0f} s, medians; `medianest up` with one "
        "`serve` and one `work`. Ids at random. The reference is one Litestar handler and one psycopg statement for "
        "one row, in one process on the same server, without anything of ours. " + said
    )
    return Table(title, note.strip(), ("request", "per second", "p50", "p99", "of the reference", *GOAL_COLUMNS), rows)
