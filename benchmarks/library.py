"""Everything about titles and the library, in a house whose media server holds a great deal."""

from pathlib import Path

from rich.console import Console

from benchmarks import answers, scanning, titles
from benchmarks.databases import database_beside
from benchmarks.household import Household
from benchmarks.report import Table
from benchmarks.serving import Extent

REQUESTS = 2_400
"""In the base: enough that the request board has something to say."""


async def measure(directory: Path, urls: tuple[str, str], extent: Extent, console: Console) -> list[Table]:
    """`urls` of the database, beside which another is made, and of Valkey."""
    with database_beside(urls[0], "library") as url:
        requests = min(REQUESTS, extent.requests)
        async with answers.bound(url) as reference, Household(directory / "library", url, urls[1], requests) as house:
            console.print(f"Scanning {extent.films:,} films and {extent.series:,} series ...")
            await scanning.fill(house, films=extent.films, series=extent.series)
            scanned = await scanning.measure(house)
            console.print("Looking at titles ...")
            pages = await titles.measure_pages(house, reference, seconds=extent.titles)
            console.print(f"{extent.searches:,} searches at once ...")
            at_once = await titles.measure_at_once(house, callers=extent.searches, rounds=extent.rounds)
    return [scanned, pages, at_once]
