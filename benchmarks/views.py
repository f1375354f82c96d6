"""How long after a commit the views show it."""

import time

from benchmarks.household import Household
from benchmarks.report import Table, milliseconds, quantile

SAMPLES = 200
VIEWS = ("request_board", "dashboard")


async def measure(household: Household) -> Table:
    progress = household.container.progress()
    commits: list[float] = []
    lags: list[float] = []
    for number in range(SAMPLES):
        person = household.people[number % len(household.people)]
        began = time.perf_counter()
        position = await household.ask(person, household.new_title())
        committed = time.perf_counter()
        if not await progress.wait(VIEWS, position=position, timeout=5.0):
            raise TimeoutError("the views did not keep up")
        commits.append(committed - began)
        lags.append(time.perf_counter() - committed)
    rows = [
        [what, milliseconds(quantile(times, 0.5)), milliseconds(quantile(times, 0.99))]
        for what, times in (("a command, from call to commit", commits), ("from commit to both views", lags))
    ]
    note = (
        f"{SAMPLES} requests one after the other, recorded in one process, folded into the views by another and seen "
        "by the first."
    )
    return Table("From commit to view", note, ("what", "p50", "p99"), rows)
