"""Figures as tables: for the terminal, and for the page about performance."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich import table as rich_table
from rich.console import Console


@dataclass(frozen=True, slots=True)
class Table:
    """`note` says how it was measured."""

    title: str
    note: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def show(self, console: Console) -> None:
        shown = rich_table.Table(title=self.title, caption=self.note)
        for number, column in enumerate(self.columns):
            shown.add_column(column, justify="left" if number == 0 else "right")
        for row in self.rows:
            shown.add_row(*row)
        console.print(shown)

    def markdown(self) -> str:
        lines = [
            f"## {self.title}",
            "",
            self.note,
            "",
            _line(self.columns),
            _line(["---", *["---:"] * (len(self.columns) - 1)]),
            *(_line(row) for row in self.rows),
        ]
        return "\n".join(lines)


def written(tables: Sequence[Table], command: str) -> str:
    """The page, with the machine, the command and the day."""
    head = (
        "# Performance\n\n"
        f"Measured on {datetime.now(UTC):%Y-%m-%d} with `{command}`, on {machine()}. The load, the servers and "
        "MediaNest share that machine, so compare the ratios; absolute figures are this machine's.\n"
    )
    return "\n".join([head, *(f"{table.markdown()}\n" for table in tables)])


def machine() -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores ({_processor()}), {platform.system()}, Python {platform.python_version()}"


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of `values` does not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.machine()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
