"""`python -m benchmarks`: measures everything on servers of its own, and says so in tables."""

import argparse
import tempfile
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from benchmarks import answers, appends, asking, asking_then, reading, rebuilding, sealing, views
from benchmarks.databases import database_beside
from benchmarks.fill import fill
from benchmarks.household import Household
from benchmarks.report import Table, written
from medianest.adapters.embedded.servers import Servers
from medianest.adapters.postgres.migrations import migrate
from medianest.main.cli.seam import finish

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
COMMAND = "python -m benchmarks --write"
KEY = bytes(32)


PARTS = ("appends", "reading", "rebuilding", "sealing", "asking", "http", "then")
OF_A_LOG = {"reading": reading, "rebuilding": rebuilding, "sealing": sealing}


async def measured(directory: Path, urls: tuple[str, str], wanted: argparse.Namespace, console: Console) -> list[Table]:
    tables: list[Table] = []
    if "appends" in wanted.parts:
        console.print("Appending ...")
        tables.append(await appends.measure(urls[0]))
    tables += await _of_long_logs(urls[0], wanted, console)
    if "http" in wanted.parts:
        async with Household(directory, *urls) as household:
            console.print(f"Asking for {wanted.requests:,} titles ...")
            await household.fill(wanted.requests)
            console.print("Reading and writing over HTTP ...")
            tables.append(await answers.measure(household))
            console.print("Waiting for the views ...")
            tables.append(await views.measure(household))
    if "then" in wanted.parts:
        console.print("Asking what was ...")
        tables.append(await asking_then.measure(urls[0]))  # last: nobody works on the many events that it adds
    return tables


async def _of_long_logs(url: str, wanted: argparse.Namespace, console: Console) -> list[Table]:
    parts = [name for name in OF_A_LOG if name in wanted.parts]
    lengths = [wanted.events] if parts else []
    if "asking" in wanted.parts:
        lengths = [wanted.events // 10, wanted.events, *([wanted.events * 10] if wanted.soak else [])]
    tables: list[Table] = []
    with ExitStack() as stack:
        logs: dict[int, str] = {}
        for events in lengths:
            console.print(f"Filling a log with {events:,} events ...")
            logs[events] = stack.enter_context(database_beside(url, f"of_{events}"))
            await fill(logs[events], KEY, events)
        for name in parts:
            console.print(f"{name.capitalize()} ...")
            tables.append(await OF_A_LOG[name].measure(logs[wanted.events], KEY))
        if "asking" in wanted.parts:
            console.print("Asking who did what ...")
            tables.append(await asking.measure(logs))
    return tables


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help=f"only these (of {', '.join(PARTS)})")
    parser.add_argument("--write", action="store_true", help=f"write the tables to {PAGE.relative_to(Path.cwd())}")
    parser.add_argument("--requests", type=int, default=10_000, help="requests in the database while HTTP is measured")
    parser.add_argument("--events", type=int, default=1_000_000, help="events in the log that is read as a whole")
    parser.add_argument("--soak", action="store_true", help="ask of ten times as many events, too")
    wanted = parser.parse_args()
    if wanted.parts and wanted.write:
        parser.error("the page is written as a whole: leave out the parts")
    wanted.parts = wanted.parts or PARTS
    console = Console(width=110)
    with tempfile.TemporaryDirectory(prefix="medianest-bench-") as name:
        directory = Path(name)
        directory.chmod(0o711)  # as root, the servers run as another account
        servers = Servers(directory / "data")
        endpoints = servers.start()
        try:
            migrate(endpoints.database_url)
            urls = (endpoints.database_url, endpoints.redis_url)
            tables = finish(measured(directory, urls, wanted, console))
        finally:
            servers.stop()
    for table in tables:
        table.show(console)
    if wanted.write:
        PAGE.write_text(written(tables, COMMAND), "utf-8")


if __name__ == "__main__":
    main()
