"""`python -m benchmarks`: measures everything on servers of its own, and says so in tables."""

import argparse
import asyncio
import signal
import tempfile
from contextlib import ExitStack
from pathlib import Path

import msgspec
from rich.console import Console

from benchmarks import appends, asking, asking_then, library, reading, rebuilding, sealing, serving, signing_in, warming
from benchmarks.databases import database_beside, filled
from benchmarks.enlarge import enlarge
from benchmarks.report import PAGE, Table, written
from medianest.adapters.embedded.servers import Servers
from medianest.adapters.postgres.migrations import migrate
from medianest.main.cli.seam import finish

COMMAND = "python -m benchmarks --write"
KEY = bytes(32)


PARTS = ("appends", "reading", "rebuilding", "sealing", "asking", "http", "library", "signing", "warming", "then")
GROWTH = "growth"
"""The part that takes an hour: only when it is named, or all of them in a soak."""
LARGEST = (
    "The longest log holds every append of the one before it ten times, each time of other people with other ids, and "
    "its indexes were built when all of it was there."
)
OF_A_LOG = {"reading": reading, "rebuilding": rebuilding, "sealing": sealing}


async def measured(directory: Path, urls: tuple[str, str], wanted: argparse.Namespace, console: Console) -> list[Table]:
    tables: list[Table] = []
    if "appends" in wanted.parts:
        console.print("Appending ...")
        with database_beside(urls[0], "appends") as url:
            tables.append(await appends.measure(url, directory, **({"seconds": 0.2} if wanted.quick else {})))
    tables += await _of_long_logs(urls[0], wanted, console)
    if "http" in wanted.parts:
        tables += await serving.measure(directory, urls, _extent(wanted), console)
    if "library" in wanted.parts:
        tables += await library.measure(directory, urls, _extent(wanted), console)
    if GROWTH in wanted.parts:
        tables.append(await serving.soak(directory, urls, _extent(wanted), wanted.minutes, console))
    if "signing" in wanted.parts:
        console.print("Signing in ...")
        tables.append(await signing_in.measure(directory, urls))
    if "warming" in wanted.parts:
        console.print("Keeping warm ...")
        tables.append(await warming.measure())
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
            if events > wanted.events:
                await asyncio.to_thread(enlarge, logs[wanted.events], logs[events], events // wanted.events)
            else:
                await filled(logs[events], KEY, events)
        for name in parts:
            console.print(f"{name.capitalize()} ...")
            tables.append(await OF_A_LOG[name].measure(logs[wanted.events], KEY))
        if "asking" in wanted.parts:
            console.print("Asking who did what ...")
            tables.append(await asking.measure(logs, LARGEST if wanted.soak else ""))
    return tables


def _extent(wanted: argparse.Namespace) -> serving.Extent:
    if wanted.quick:
        return serving.Extent(
            requests=min(wanted.requests, 300),
            reads=1.0,
            steady=3.0,
            flat_out=1.0,
            minute=2.0,
            streams=100,
            films=1_000,
            series=100,
            titles=2.0,
            searches=100,
            rounds=1,
        )
    return serving.Extent(requests=wanted.requests)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", choices=[*PARTS, GROWTH, []], help=f"only these (of {', '.join(PARTS)}, {GROWTH})"
    )
    parser.add_argument("--write", action="store_true", help=f"write the tables to {PAGE.relative_to(Path.cwd())}")
    parser.add_argument("--requests", type=int, default=10_000, help="requests in the database while HTTP is measured")
    parser.add_argument("--events", type=int, default=1_000_000, help="events in the log that is read as a whole")
    parser.add_argument("--soak", action="store_true", help=f"ask of ten times as many events, too, and {GROWTH}")
    parser.add_argument("--minutes", type=int, default=60, help=f"how long {GROWTH} takes; at least 4")
    parser.add_argument("--quick", action="store_true", help="a moment of appends and of serving, to see that they run")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="write the tables to this file, as JSON, instead")
    wanted = parser.parse_args()
    if wanted.parts and wanted.write:
        parser.error("the page is written as a whole: leave out the parts")
    if wanted.minutes < 4:
        parser.error("--minutes: a line through fewer than 4 says nothing")
    wanted.parts = wanted.parts or (*PARTS, *([GROWTH] if wanted.soak else []))
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # or what was started would outlive us
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
    if wanted.keep:
        wanted.keep.write_bytes(msgspec.json.encode(tables))
    else:
        for table in tables:
            table.show(console)
    if wanted.write:
        PAGE.write_text(written(tables, COMMAND), "utf-8")


if __name__ == "__main__":
    main()
