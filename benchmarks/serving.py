"""Everything about a MediaNest that serves people, in one house and then in one ten times as large."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import msgspec
from rich.console import Console

from benchmarks import answers, footprint, growth, streams, views, wishes
from benchmarks.databases import database_beside
from benchmarks.household import Household
from benchmarks.report import Table

LARGER: Final = 10


class Extent(msgspec.Struct, frozen=True, kw_only=True):
    """`requests` in the base and open live `streams`; the seconds of a round of reads, of the steady pace, of asking
    flat out, and of a `minute` of the soak, which is shorter where it is only tried. Of the library: its `films` and
    `series`, the seconds of looking at `titles`, and how many `searches` there are at once in how many `rounds`."""

    requests: int = 10_000
    reads: float = 3.0
    steady: float = 60.0
    flat_out: float = 6.0
    minute: float = 60.0
    streams: int = streams.STREAMS
    films: int = 40_000
    series: int = 2_880
    titles: float = 20.0
    searches: int = 1_000
    rounds: int = 5


async def measure(directory: Path, urls: tuple[str, str], extent: Extent, console: Console) -> list[Table]:
    """`urls` of the database, beside which others are made, and of Valkey."""
    tables: list[Table] = []
    before: Mapping[str, float] = {}
    async with answers.bound(urls[0]) as reference:
        console.print(f"Serving a house with {extent.requests:,} requests ...")
        async with _house(directory, urls, extent.requests) as house:
            if (without_wrk := answers.left_out()) is None:
                reads, before = await answers.measure(house, reference, seconds=extent.reads)
                tables.append(reads)
            else:
                tables.append(without_wrk)
            console.print("Waiting for the views ...")
            seen = await views.measure(house)
            console.print(f"Asking for {wishes.RATE:.0f} titles a second ...")
            asked = await wishes.measure(house, reference, seconds=extent.steady, flat_out=extent.flat_out)
            console.print("Listening to live streams ...")
            live = await streams.measure(house, streams=extent.streams)
            tables += [asked, seen, live, footprint.memory(house)]
            console.print("Starting ...")
            tables.append(await footprint.starting(house, directory))
        if before:
            console.print(f"Serving a house with {LARGER * extent.requests:,} requests ...")
            async with _house(directory, urls, LARGER * extent.requests) as house:
                at_size = await answers.measure_at_size(house, reference, before, seconds=extent.reads)
            tables.insert(1, at_size)
    return tables


async def soak(directory: Path, urls: tuple[str, str], extent: Extent, minutes: int, console: Console) -> Table:
    console.print(f"A steady load for {minutes} minutes ...")
    async with _house(directory, urls, extent.requests) as house:
        return await growth.measure(house, minutes=minutes, minute=extent.minute, console=console)


@asynccontextmanager
async def _house(directory: Path, urls: tuple[str, str], requests: int) -> AsyncIterator[Household]:
    """In a database of its own, which is dropped afterwards."""
    name = f"house_of_{requests}"
    with database_beside(urls[0], name) as url:
        async with Household(directory / name, url, urls[1], requests) as house:
            yield house
