"""How long a scan of large libraries takes and what it holds in memory; beside the same pages read and thrown away."""

import asyncio
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Any, Final

import httpx

from benchmarks.footprint import megabytes, seconds
from benchmarks.household import Household
from benchmarks.memory import MEGABYTE, memory_of
from benchmarks.report import GOAL_COLUMNS, Goal, Table, judged, rate
from medianest.application.library.orders import scan_job
from medianest.application.library.reading import PAGE

SCANS: Final = 4
FULL: Final = Goal(60.0, is_limit=True)
"""Seconds for `GOAL_ITEMS`."""
GOAL_ITEMS: Final = 50_000
GROWTH: Final = Goal(5.0, is_limit=True)
"""Megabytes between the second scan and the last: by then the allocator has all that a scan needs, and another one
takes no more."""
LOOK: Final = 0.2
PATIENCE: Final = 600.0
KINDS: Final[Mapping[str, Sequence[int]]] = {"movie": (1,), "show": (2, 3)}
"""Plex's numbers of what is scanned in a library of that type: films; series and seasons."""


@dataclass
class Held:
    """Megabytes (PSS) of the worker before a scan, at most meanwhile, and after it."""

    before: float = 0.0
    most: float = 0.0
    after: float = 0.0


@dataclass
class Times:
    """Seconds, scan by scan."""

    bare: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)


async def fill(house: Household, *, films: int, series: int) -> None:
    """Put so many films and series, with two seasons and a half each, into the libraries of the media server."""
    async with httpx.AsyncClient(base_url=house.outside["plex_url"], trust_env=False, timeout=PATIENCE) as switches:
        for library, titles in (("1", films), ("2", series)):
            answer = await switches.post("/__standin/generate", json={"library": library, "titles": titles})
            answer.raise_for_status()


async def measure(house: Household) -> Table:
    """What the media server of `house` holds."""
    times = Times()
    workers = house.running.parts().get("work", ())
    counted = scanned = 0
    for _ in range(SCANS):
        began = time.perf_counter()
        counted, scanned = await bare(house.outside)
        times.bare.append(time.perf_counter() - began)
        with _watched(workers, times):
            began = time.perf_counter()
            seen = await _scan(house)
            times.ours.append(time.perf_counter() - began)
        if seen != scanned:
            raise RuntimeError(f"the scan saw {seen} films and seasons of {scanned}")
        await house.settled()
    note = (
        f"{counted:,} films, series and seasons in the libraries of the stand-in for Plex, in pages of {PAGE}, from "
        "the moment at which the scan is asked for until it is in the list of libraries; one worker, which goes on "
        f"with everything else. The second line is the median of {SCANS - 1} scans that find nothing changed. Beside "
        "it the same pages, read one after the other by bare httpx and json.loads, and thrown away: what any scan "
        "costs with this server. Memory is the worker's PSS; in the second line before the second scan, "
        "and in and after the last."
    )
    columns = ("what", "figure", "items/s", "of the bare time", "before", "most", "after", *GOAL_COLUMNS)
    return Table(f"Scanning {counted:,} items", note, columns, _rows(times, counted))


def _rows(times: Times, counted: int) -> list[list[str]]:
    bare, again = median(times.bare), median(times.ours[1:])
    first, second, last = times.held[0], times.held[1], times.held[-1]
    goal = FULL if counted >= GOAL_ITEMS else None

    def row(what: str, took: float, held: Held | None, of_goal: Goal | None) -> list[str]:
        memory = [megabytes(each) for each in (held.before, held.most, held.after)] if held else ["", "", ""]
        return [
            what,
            seconds(took),
            rate(counted / took),
            f"{took / bare:.2f}",
            *memory,
            *judged(took, of_goal, seconds),
        ]

    grown = max(0.0, last.after - second.after)
    growth = judged(grown, GROWTH, megabytes)
    return [
        row("bare: the pages, read and decoded", bare, None, None),
        row("the first scan: all of it is new", times.ours[0], first, goal),
        row("a scan of what is known already", again, Held(second.before, last.most, last.after), goal),
        ["the worker's growth, from after the second scan to after the last", megabytes(grown), *[""] * 5, *growth],
    ]


async def _scan(house: Household) -> int:
    """How many films and seasons it saw. Raises RuntimeError where a library was in trouble."""
    asked = house.container.clock().now()
    await house.container.jobs().defer([scan_job(None, None)])
    until = time.perf_counter() + PATIENCE
    while time.perf_counter() < until:
        listed = await house.container.library_index().libraries()
        if len(listed) >= LIBRARIES and all(_is_since(each.scanned_at, asked) for each in listed):
            if troubled := [(each.title, each.trouble) for each in listed if each.trouble]:
                raise RuntimeError(f"not healthy: {troubled}")
            return sum(each.items for each in listed)
        await asyncio.sleep(LOOK / 2)
    raise TimeoutError("the scan does not end")


LIBRARIES: Final = 3
"""Of films and of series, at the stand-in."""


def _is_since(moment: datetime | None, asked: datetime) -> bool:
    return moment is not None and moment >= asked


async def bare(outside: Mapping[str, str]) -> tuple[int, int]:
    """Read all pages of the media server. How many items there are; and how many of them are films or seasons."""
    headers = {"X-Plex-Token": outside["plex_token"], "Accept": "application/json"}
    items = watchable = 0
    async with httpx.AsyncClient(base_url=outside["plex_url"], headers=headers, trust_env=False, timeout=60) as client:

        async def container(path: str, **query: int | str) -> dict[str, Any]:
            answer = await client.get(path, params=query)
            answer.raise_for_status()
            found: dict[str, Any] = json.loads(answer.content)["MediaContainer"]
            return found

        for library in (await container("/library/sections"))["Directory"]:
            for kind in KINDS.get(library["type"], ()):
                start, total = 0, 1
                while start < total:
                    place = {"X-Plex-Container-Start": start, "X-Plex-Container-Size": PAGE}
                    path = f"/library/sections/{library['key']}/all"
                    page = await container(path, type=kind, includeGuids=1, sort="addedAt:asc", **place)
                    start, total = start + page["size"], page["totalSize"]
                items += total
                watchable += total if kind != KINDS["show"][0] else 0
    return items, watchable


@contextmanager
def _watched(pids: Sequence[int], times: Times) -> Iterator[None]:
    """Look at the memory of these processes five times a second; nothing where the system does not say."""
    held = Held()

    def look() -> float:
        return memory_of(pids).proportional / MEGABYTE

    async def watch() -> None:
        while True:
            held.most = max(held.most, look())
            await asyncio.sleep(LOOK)

    held.before = held.most = look()
    watching = asyncio.ensure_future(watch())
    try:
        yield
    finally:
        watching.cancel()
        held.after = look()
        held.most = max(held.most, held.after)
        times.held.append(held)
