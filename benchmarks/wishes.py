"""Asking for titles at a steady pace: how soon the answers come, and how far behind all that follows is."""

from collections.abc import Sequence
from typing import Final

from benchmarks.answers import CONNECTIONS
from benchmarks.household import Household, wish_for
from benchmarks.lag import Lag, Watch, caught_up, lag
from benchmarks.pace import Kept, Order, paced, request
from benchmarks.report import GOAL_COLUMNS, Goal, Table, judged, milliseconds, rate
from benchmarks.wrk import has_wrk, load

PATH: Final = "/api/v1/media/request"
RATE: Final = 250.0
P99: Final = Goal(0.150, is_limit=True)
BEHIND: Final = Goal(1.0, is_limit=True)
WARMING: Final = 3.0
"""Seconds of the same pace before."""
AHEAD: Final = 1000
"""Titles a second of which there are enough for whatever is reached when nothing holds the callers back."""
PATIENCE: Final = 120.0


async def measure(house: Household, reference: str, *, seconds: float, flat_out: float) -> Table:
    """`seconds` of the steady pace, and then `flat_out` seconds of as much as goes, where wrk is there. The people of
    `house` have no administrator before. `reference` is the address of `answers.bound`."""
    administrator = await house.administrator()
    database, inbox = house.container.database(), house.container.inbox()
    await _keep(house, WARMING)
    await house.settled()
    told = await inbox.unread_count(administrator)
    # The reference at the same pace, for as long as it takes to have its percentiles.
    least = await paced(_order_of_rows(reference, min(seconds, 5.0)))
    order = await _order(house, seconds)
    ages: list[Lag] = []
    waits: list[float] = []

    async def look() -> None:
        head = await house.container.log().head()
        ages.append(await lag(database))
        try:
            waits.append(await caught_up(database, target=head, within=PATIENCE))
        except TimeoutError:
            waits.append(float("inf"))

    async with Watch(database) as watch:
        kept = await paced(order, look)
    await house.settled()
    news = await inbox.unread_count(administrator) - told
    if news != len(kept.times):
        raise RuntimeError(f"{len(kept.times)} requests, but {news} notifications")
    rows = _rows(kept, least, ages[0], waits[0], watch.worst)
    if has_wrk():
        rows += await _flat_out(house, reference, flat_out)
        await house.settled()
    note = (
        f"{RATE:,.0f} requests a second fall due for {seconds:.0f} s, over {CONNECTIONS} connections, each for another "
        "film, from members whose requests wait for a decision; TMDB's answers are in the cache. An asyncio client in "
        "a process of its own keeps the pace, since wrk has none; what falls due while all connections wait is "
        "measured from when it was due. One administrator is told of every request, and was told of "
        f"{news:,}. Behind is the age of the first event that is not handled yet. The reference is one committed "
        "insert a request, at the same pace."
    )
    columns = ("what", "figure", "reference", *GOAL_COLUMNS)
    return Table("Asking for titles", note, columns, rows)


def _rows(kept: Kept, least: Kept, end: Lag, wait: float, worst: Lag) -> list[list[str]]:
    def row(what: str, figure: float, goal: Goal | None, beside: float | None = None) -> list[str]:
        reference = "" if beside is None else milliseconds(beside)
        return [what, milliseconds(figure), reference, *judged(figure, goal, milliseconds)]

    held = [f"{RATE:,.0f} a second due, answered a second", f"{kept.rate:,.1f}", f"{least.rate:,.1f}"]
    return [
        [*held, *judged(kept.rate, Goal(RATE), rate)],
        row("p50", kept.within(0.5), None, least.within(0.5)),
        row("p99", kept.within(0.99), P99, least.within(0.99)),
        row("views behind at the end", end.views, BEHIND),
        row("reactions behind at the end", end.reactions, BEHIND),
        row("from the end until all of it is handled", wait, BEHIND),
        row("views behind, the most in all the time", worst.views, None),
        row("reactions behind, the most in all the time", worst.reactions, None),
    ]


async def _keep(house: Household, seconds: float) -> None:
    await paced(await _order(house, seconds))


async def _order(house: Household, seconds: float) -> Order:
    titles = await _new_titles(house, round(RATE * seconds))
    messages = [request("POST", PATH, next(house.callers), wish_for(title)) for title in titles]
    return Order(port=house.port, messages=messages, rate=RATE, connections=CONNECTIONS)


def _order_of_rows(reference: str, seconds: float) -> Order:
    message = request("POST", "/rows", body=b'{"title":"Film"}')
    port = int(reference.rpartition(":")[2])
    return Order(port=port, messages=[message] * round(RATE * seconds), rate=RATE, connections=CONNECTIONS)


async def _new_titles(house: Household, count: int) -> Sequence[int]:
    titles = [house.new_title() for _ in range(count)]
    await house.warm(titles)
    return titles


async def _flat_out(house: Household, reference: str, seconds: float) -> list[list[str]]:
    least = await load(reference, ['/rows\t{"title":"Film"}'], method="POST", connections=CONNECTIONS, seconds=seconds)
    titles = await _new_titles(house, round(AHEAD * seconds))
    targets = [f"{PATH}\t{wish_for(title).decode()}" for title in titles]
    ours = await load(
        house.url,
        targets,
        tokens=house.tokens,
        method="POST",
        in_order=True,
        connections=CONNECTIONS,
        seconds=seconds,
    )
    if ours.requests > len(titles):
        raise RuntimeError("more requests than titles: some only followed what was there")
    what = f"as many as {CONNECTIONS} connections ask, answered a second"
    return [
        [what, rate(ours.rate), rate(least.rate), "", "", ""],
        ["their p99", milliseconds(ours.p99), milliseconds(least.p99), "", "", ""],
    ]
