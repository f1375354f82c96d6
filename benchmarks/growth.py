"""Whether memory grows: a steady load of everything that people do, for as long as wanted, and a look every minute."""

import random
from collections.abc import Iterator
from typing import Final
from uuid import UUID

from rich.console import Console

from benchmarks.footprint import PARTS, megabytes
from benchmarks.household import Household, wish_for
from benchmarks.memory import MEGABYTE, Memory, growth, memory_of_parts
from benchmarks.pace import Order, paced, request
from benchmarks.report import GOAL_COLUMNS, Goal, Table, judged, milliseconds

RATE: Final = 150.0
CONNECTIONS: Final = 16
WARMING_UP: Final = 1 / 6
"""Of all the time: until caches are full and pools have their size, memory has to grow."""
AN_HOUR: Final = Goal(10.0, is_limit=True)
"""Megabytes."""
WISHES: Final = 0.1
SHARES: Final = {"list": 0.3, "details": 0.4, "counts": 0.15, "news": 0.05, "wish": WISHES}


async def measure(house: Household, *, minutes: int, minute: float, console: Console) -> Table:
    """At least four `minutes` of `minute` seconds each, in a house that is filled and has nobody else in it."""
    title, columns = "Memory under load", ("processes", "first", "last", "most", "growth an hour", *GOAL_COLUMNS)
    await house.administrator()
    parts = house.running.parts()
    if not all(name in parts for name in PARTS):
        return Table(title, "Not measured: this system does not say (there is no /proc).", columns, [])
    held: list[Memory] = []
    late: list[float] = []
    answered: list[float] = []
    each: dict[str, list[Memory]] = {name: [] for name in PARTS}
    clicks = _clicks(house)
    for number in range(minutes):
        house.renew()
        messages = [next(clicks) for _ in range(round(RATE * minute))]
        order = Order(port=house.port, messages=messages, rate=RATE, connections=CONNECTIONS)
        kept = await paced(order)
        late.append(kept.within(0.99))
        answered.append(kept.rate)
        if house.running.parts() != parts:
            raise RuntimeError("a process ended under the load")
        for name, memory in memory_of_parts({name: parts[name] for name in PARTS}).items():
            each[name].append(memory)
        held.append(sum((each[name][-1] for name in PARTS), Memory()))
        amount = megabytes(held[-1].proportional / MEGABYTE)
        console.print(f"minute {number + 1} of {minutes}: {amount}, p99 {milliseconds(late[-1])}")
    rows = [_row(f"`{name}`", each[name], minute) for name in PARTS]
    rows.append(_row("together", held, minute, AN_HOUR))
    note = (
        f"{RATE:.0f} requests a second due for {minutes * minute / 60:,.0f} minutes, and in no minute fewer than "
        f"{min(answered):.0f} answered; {WISHES:.0%} of them for a film that nobody asked for before, the rest reads. "
        f"p99 of the first minute {milliseconds(late[0])}, of the last {milliseconds(late[-1])}. PSS, once a minute; "
        "growth is the straight line through what was seen after the first sixth, with its standard error."
    )
    return Table(title, note, columns, rows)


def _clicks(house: Household) -> Iterator[bytes]:
    """What people do, without end. Tokens are those of the moment."""
    chance = random.Random(1)
    requests = "/api/v1/media/requests"
    while True:
        token = next(house.callers)
        match chance.choices([*SHARES], [*SHARES.values()])[0]:
            case "list":
                yield request("GET", f"{requests}?limit=20", token)
            case "details":
                known: UUID = chance.choice(house.request_ids)
                yield request("GET", f"{requests}/{known}", token)
            case "counts":
                yield request("GET", f"{requests}/counts", token)
            case "news":
                yield request("GET", "/api/v1/notifications", token)
            case _:
                yield request("POST", "/api/v1/media/request", token, wish_for(house.new_title()))


def _row(what: str, seen: list[Memory], minute: float, goal: Goal | None = None) -> list[str]:
    amounts = [each.proportional / MEGABYTE for each in seen]
    begin = int(WARMING_UP * len(amounts))
    hours = [(number * minute / 3600, amount) for number, amount in enumerate(amounts)][begin:]
    slope, error = growth(hours)
    ends = [megabytes(amount) for amount in (amounts[0], amounts[-1], max(amounts))]
    return [what, *ends, f"{slope:+.1f} ± {error:.1f} MB", *judged(max(slope, 0.0), goal, megabytes)]
