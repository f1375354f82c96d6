"""Whether memory grows: a steady load of everything that people do, for as long as wanted, and a look every minute."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID

from rich.console import Console

from benchmarks.crowd import Crowd
from benchmarks.footprint import PARTS, megabytes
from benchmarks.household import OWNER_SIGNS_IN, Household, wish_for
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
"""Of all that is asked: for a film that nobody asked for before."""
APPROVED: Final = 0.005
"""The same, by the administrator: approved at once, and handed on."""
SHARES: Final = {
    "list": 0.3,
    "details": 0.35,
    "counts": 0.15,
    "search": 0.044,
    "news": 0.05,
    "sign in": 0.001,
    "wish": WISHES,
    "approved wish": APPROVED,
}
WORDS: Final = "abcdefghiklmnoprstuvwxyz"
STREAMS: Final = 50
"""Live streams that are open, others in each minute."""


async def measure(house: Household, *, minutes: int, minute: float, console: Console) -> Table:
    """At least four `minutes` of `minute` seconds each, in a house that is filled and has nobody else in it."""
    title, columns = "Memory under load", ("processes", "first", "last", "most", "growth an hour", *GOAL_COLUMNS)
    owner = await house.administrator()
    parts = house.running.parts()
    if not all(name in parts for name in PARTS):
        return Table(title, "Not measured: this system does not say (there is no /proc).", columns, [])
    held: list[Memory] = []
    late: list[float] = []
    answered: list[float] = []
    refused = 0
    each: dict[str, list[Memory]] = {name: [] for name in PARTS}
    chance = random.Random(1)
    for number in range(minutes):
        house.renew()
        token = await house.token_of(owner)
        messages = [_click(house, chance, token) for _ in range(round(RATE * minute))]
        order = Order(port=house.port, messages=messages, rate=RATE, connections=CONNECTIONS)
        async with _listening(house):
            kept = await paced(order, may_refuse=True)  # in an hour, a disk may stand still for longer than people wait
        refused += kept.refused
        late.append(kept.within(0.99))
        answered.append(kept.rate)
        if house.running.parts() != parts:
            raise RuntimeError("a process ended under the load")
        for name, memory in memory_of_parts({name: parts[name] for name in PARTS}).items():
            each[name].append(memory)
        held.append(sum((each[name][-1] for name in PARTS), Memory()))
        amount = megabytes(held[-1].own / MEGABYTE)
        console.print(f"minute {number + 1} of {minutes}: {amount}, p99 {milliseconds(late[-1])}", *kept.refusals)
    rows = [_row(f"`{name}`", each[name], minute) for name in PARTS]
    rows.append(_row("together", held, minute, AN_HOUR))
    note = (
        f"{RATE:.0f} requests a second due for {minutes * minute / 60:,.0f} minutes, and in no minute fewer than "
        f"{min(answered):.0f} answered; {refused:,} were refused. {WISHES:.0%} are for a film that nobody asked for "
        f"before, {APPROVED:.1%} for one that is then handed on to Overseerr (a stand-in), one in a thousand is a "
        f"sign-in, and the rest are reads and searches; {STREAMS} live streams are open, others in each minute. p99 of "
        f"the first minute {milliseconds(late[0])}, of the last {milliseconds(late[-1])}. Memory "
        "of their own, once a minute: PSS without files, whose part changes with whoever else has them open. Growth is "
        "the straight line through what was seen after the first sixth, with its standard error."
    )
    return Table(title, note, columns, rows)


def _click(house: Household, chance: random.Random, owner: str) -> bytes:
    """What somebody does; tokens, that of the `owner` too, are those of the moment."""
    token, requests = next(house.callers), "/api/v1/media/requests"
    match chance.choices([*SHARES], [*SHARES.values()])[0]:
        case "list":
            return request("GET", f"{requests}?limit=20", token)
        case "details":
            known: UUID = chance.choice(house.request_ids)
            return request("GET", f"{requests}/{known}", token)
        case "counts":
            return request("GET", f"{requests}/counts", token)
        case "search":
            return request("GET", f"/api/v1/media/search?query={''.join(chance.choices(WORDS, k=2))}", token)
        case "news":
            return request("GET", "/api/v1/notifications", token)
        case "sign in":
            return request("POST", "/api/v1/auth/login", body=OWNER_SIGNS_IN)
        case wish:
            who = owner if wish == "approved wish" else token
            return request("POST", "/api/v1/media/request", who, wish_for(house.new_title()))


@asynccontextmanager
async def _listening(house: Household) -> AsyncIterator[None]:
    crowd = Crowd(house.port)
    try:
        await crowd.join_all(house.tokens[:STREAMS], 1)
        yield
    finally:
        crowd.leave()


def _row(what: str, seen: list[Memory], minute: float, goal: Goal | None = None) -> list[str]:
    amounts = [each.own / MEGABYTE for each in seen]
    begin = int(WARMING_UP * len(amounts))
    hours = [(number * minute / 3600, amount) for number, amount in enumerate(amounts)][begin:]
    slope, error = growth(hours)
    ends = [megabytes(amount) for amount in (amounts[0], amounts[-1], max(amounts))]
    return [what, *ends, f"{slope:+.1f} ± {error:.1f} MB", *judged(max(slope, 0.0), goal, megabytes)]
