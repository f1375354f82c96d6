"""Figures as tables: for the terminal, and for the page about performance.

`python -m benchmarks.report` puts what is kept beside the tables of a run into the page, where one was changed.
"""

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich import table as rich_table
from rich.console import Console

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
FINDINGS = Path(__file__).with_name("findings.md")
"""What the page says beyond the figures: what bounds them, and why some fall short."""
SOAK = Path(__file__).with_name("soak.md")
"""What the last whole soak found."""
LONG_TRIALS = "## Long trials"
"""With which what is kept begins."""
GOAL_COLUMNS = ("goal", "of the goal", "")
SHORT = "**short**"


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure has to reach, or, as a limit, not to pass."""

    value: float
    is_limit: bool = False

    def share(self, figure: float) -> float:
        """1 and more where it is kept, for limits as well."""
        over, under = (self.value, figure) if self.is_limit else (figure, self.value)
        return over / under if under > 0 else float("inf")


def judged(figure: float, goal: Goal | None, shown: Callable[[float], str]) -> list[str]:
    """The cells of `GOAL_COLUMNS`; empty where nothing was promised."""
    if goal is None:
        return ["", "", ""]
    share = goal.share(figure)
    told = f"{share if share >= 1 else min(share, 0.99):.2f}" if share < 100 else "> 100"  # short of it is not 1.00
    return [shown(goal.value), told, SHORT if share < 1 else ""]


def rate(per_second: float) -> str:
    return f"{per_second:,.0f}"


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
            shown.add_row(*(cell.replace(SHORT, "short") for cell in row), style="yellow" if SHORT in row else None)
        console.print(shown)

    def markdown(self, heading: str = "##") -> str:
        lines = [
            f"{heading} {self.title}",
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
        "MediaNest share that machine, so compare the ratios; absolute figures are this machine's. Where something is "
        "promised, the share of the goal is given: at 1.00 and above it is kept, for limits as well; what falls short "
        "is marked.\n"
    )
    return "\n".join([head, *(f"{table.markdown()}\n" for table in tables), behind()])


def behind() -> str:
    """What stands behind the tables of a run."""
    return "\n".join(page.read_text("utf-8") for page in (SOAK, FINDINGS))


def renew() -> None:
    """Put it into the page anew, and leave the tables of the run as they are."""
    tables, mark, _ = PAGE.read_text("utf-8").partition(LONG_TRIALS)
    if not mark:
        raise ValueError(f"{PAGE.name} has no {LONG_TRIALS!r}: write it whole with python -m benchmarks --write")
    PAGE.write_text(tables + behind(), "utf-8")


def kept(tables: Sequence[Table]) -> str:
    """A soak's part of the page."""
    head = (
        f"{LONG_TRIALS}\n\n"
        f"What `make soak` found on {datetime.now(UTC):%Y-%m-%d}, on {machine()}: laws, trials and the load beside one "
        "another, and the audit at size by itself.\n"
    )
    return "\n".join([head, *(f"{table.markdown('###')}\n" for table in tables)])


def machine() -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores ({_processor()}), {platform.system()}, Python {platform.python_version()}"


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of `values` does not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < float("inf") else "never"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.machine()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    renew()
