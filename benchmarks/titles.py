"""How soon titles are there: pages that are kept already, and many people who search for the same at once."""

import asyncio
import time
from collections.abc import Sequence
from statistics import median
from typing import Final

import httpx
import msgspec

from benchmarks.answers import ROWS
from benchmarks.household import Household
from benchmarks.pace import Kept, Order, answer_of, paced, request
from benchmarks.report import GOAL_COLUMNS, Goal, Table, judged, milliseconds
from medianest.adapters.standin.titles import FIRST_ID

RATE: Final = 50.0
CONNECTIONS: Final = 4
TITLES: Final = range(FIRST_ID + 100, FIRST_ID + 300)
"""Films that the library holds, in the large one: each page says so."""
PAGE: Final = Goal(0.005, is_limit=True)
WORDS: Final = "e"
"""As good as every name has it: a page of it is full."""
FULL_PAGE: Final = 20

TAKES: Final = 0.5
"""Seconds that TMDB's stand-in takes for the answer of a search at once: nobody has it before all have asked."""
SEARCH: Final = "GET /3/search/multi"
ONE: Final = Goal(1, is_limit=True)


async def measure_pages(house: Household, reference: str, *, seconds: float) -> Table:
    """At a pace that leaves the server idle in between. `reference` is the address of `answers.bound`."""
    film = [f"/api/v1/media/movie/{number}" for number in TITLES]
    search = [f"/api/v1/media/search?query={WORDS}"]
    house.renew()
    await paced(_order(house, film, len(film) / RATE))
    await _ensure_full(house, search[0])
    rows_port = int(reference.rpartition(":")[2])
    messages = [request("GET", f"/rows/{1 + number % ROWS}") for number in range(round(RATE * seconds))]
    least = await paced(Order(port=rows_port, messages=messages, rate=RATE, connections=CONNECTIONS))
    titles, found = [await paced(_order(house, paths, seconds)) for paths in (film, search)]
    note = (
        f"{RATE:.0f} requests a second fall due for {seconds:.0f} s over {CONNECTIONS} connections, one after the "
        f"other at the server; {len(TITLES)} films in turn, and one page of {FULL_PAGE} found titles. They say whether "
        "they are in the library and what was asked for: one query each. TMDB's answers are kept already. Measured at "
        "the client, in a process beside it: what the server takes is less by what the reference takes, which is one "
        "row by its key."
    )
    rows = [
        _row("reference: one row by its key", least, None),
        _row("GET /media/movie/{id}", titles, PAGE),
        _row("GET /media/search, 20 titles", found, None),
    ]
    return Table("Titles, kept already", note, ("request", "p50", "p95", "p99", *GOAL_COLUMNS), rows)


async def measure_at_once(house: Household, *, callers: int, rounds: int) -> Table:
    """So many people at two processes search for the same, in each round for something else."""
    took, calls = [], []
    with house.another() as second:
        await asyncio.to_thread(second.ready)
        ports = [house.port, int(second.url.rpartition(":")[2])]
        house.renew()
        async with httpx.AsyncClient(base_url=house.outside["tmdb_url"], trust_env=False) as tmdb:
            for number in range(rounds):
                await _slow(tmdb, times=1_000)
                before = await _asked(tmdb)
                path = f"/api/v1/media/search?query=the+{'abcdefghij'[number % 10]}{number // 10 or ''}"
                message = [request("GET", path, next(house.callers)) for _ in range(callers)]
                took.append(await at_once(ports, message))
                calls.append(await _asked(tmdb) - before)
                await _slow(tmdb, times=0)
    note = (
        f"{callers:,} people, half of them at each of two `serve`, search at the same moment for what nobody searched "
        f"for before; TMDB's stand-in takes {TAKES * 1000:.0f} ms for it and counts. {rounds} rounds, the worst and "
        "the median. One call is for all processes together; where Valkey does not answer in time, each asks by itself."
    )
    rows = [
        ["searches answered with 200", f"{callers:,}", "", "", ""],
        ["calls at TMDB for them", f"{max(calls)}", *judged(max(calls), ONE, lambda figure: f"{figure:.0f}")],
        ["until the last one is answered", milliseconds(median(took)), "", "", ""],
    ]
    return Table("Searching for the same at once", note, ("what", "figure", *GOAL_COLUMNS), rows)


def _order(house: Household, paths: Sequence[str], seconds: float) -> Order:
    messages = [
        request("GET", paths[number % len(paths)], next(house.callers)) for number in range(round(RATE * seconds))
    ]
    return Order(port=house.port, messages=messages, rate=RATE, connections=CONNECTIONS)


def _row(what: str, kept: Kept, goal: Goal | None) -> list[str]:
    times = [kept.within(share) for share in (0.5, 0.95, 0.99)]
    return [what, *map(milliseconds, times), *judged(times[1], goal, milliseconds)]


async def _ensure_full(house: Household, path: str) -> None:
    headers = {"Authorization": f"Bearer {next(house.callers)}"}
    async with httpx.AsyncClient(base_url=house.url, headers=headers, trust_env=False) as client:
        found = (await client.get(path)).raise_for_status().json()["items"]
    if len(found) != FULL_PAGE:
        raise RuntimeError(f"{len(found)} titles on a page that should be full")


async def _slow(tmdb: httpx.AsyncClient, *, times: int) -> None:
    fault = msgspec.json.encode({"kind": "slow", "times": times, "seconds": TAKES})
    (await tmdb.post("/__standin/fault", content=fault)).raise_for_status()


async def _asked(tmdb: httpx.AsyncClient) -> int:
    counts = (await tmdb.get("/__standin/received")).raise_for_status().json()
    return int(counts.get(SEARCH, 0))


async def at_once(ports: Sequence[int], messages: Sequence[bytes]) -> float:
    """Seconds from the first message to the last answer, over a connection each; to the ports in turn. Raises
    RuntimeError for an answer that is no 200."""
    lines = [await asyncio.open_connection("127.0.0.1", ports[number % len(ports)]) for number in range(len(messages))]
    try:
        began = time.perf_counter()
        for (_, writer), message in zip(lines, messages, strict=True):
            writer.write(message)
        told = await asyncio.gather(*(answer_of(reader) for reader, _ in lines))
        took = time.perf_counter() - began
    finally:
        for _, writer in lines:
            writer.close()
    if refused := [head + body for head, body in told if not head.startswith(b"HTTP/1.1 200")]:
        raise RuntimeError(f"{len(refused)} refused: {refused[0].decode(errors='replace')}")
    return took
