"""`python -m benchmarks`: measures everything on servers of its own, and says so in tables."""

import argparse
import asyncio
import tempfile
from pathlib import Path

from rich.console import Console

from benchmarks import answers, appends, views
from benchmarks.household import Household
from benchmarks.report import Table, written
from medianest.adapters.embedded.servers import Servers
from medianest.adapters.postgres.migrations import migrate

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
COMMAND = "python -m benchmarks --write"


async def measured(directory: Path, urls: tuple[str, str], requests: int, console: Console) -> list[Table]:
    console.print("Appending ...")
    tables = [await appends.measure(urls[0])]
    async with Household(directory, *urls) as household:
        console.print(f"Asking for {requests:,} titles ...")
        await household.fill(requests)
        console.print("Reading and writing over HTTP ...")
        tables.append(await answers.measure(household))
        console.print("Waiting for the views ...")
        tables.append(await views.measure(household))
    return tables


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write the tables to {PAGE.relative_to(Path.cwd())}")
    parser.add_argument("--requests", type=int, default=10_000, help="requests in the database while HTTP is measured")
    wanted = parser.parse_args()
    console = Console(width=110)
    with tempfile.TemporaryDirectory(prefix="medianest-bench-") as name:
        directory = Path(name)
        directory.chmod(0o711)  # as root, the servers run as another account
        servers = Servers(directory / "data")
        endpoints = servers.start()
        try:
            migrate(endpoints.database_url)
            urls = (endpoints.database_url, endpoints.redis_url)
            tables = asyncio.run(measured(directory, urls, wanted.requests, console))
        finally:
            servers.stop()
    for table in tables:
        table.show(console)
    if wanted.write:
        PAGE.write_text(written(tables, COMMAND), "utf-8")


if __name__ == "__main__":
    main()
