"""What commands print: answers on stdout, everything else on stderr."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, Final, TextIO

import typer

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]

UNFOLDED: Final = 400


def say(line: str) -> None:
    """One line of an answer, exactly as it is."""
    typer.echo(line)


def note(line: str) -> None:
    """One line for the person at the terminal, on stderr: a script that reads the answer does not see it."""
    typer.echo(line, err=True)


def harmless(text: str) -> str:
    """What somebody wrote, without the characters that a terminal would obey."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "\ufffd" for sign in text)


@contextmanager
def while_read() -> Iterator[None]:
    """Ends quietly where whoever reads the answer has had enough of it, as `head` does."""
    try:
        yield
    except BrokenPipeError:
        # Whatever is still to be flushed must go somewhere, or Python complains at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def show_json(answer: Any, file: TextIO | None = None) -> None:
    """An answer as indented JSON. Times are RFC 3339 in UTC, as over HTTP."""
    json.dump(answer, file or sys.stdout, indent=2, ensure_ascii=False)
    print(file=file or sys.stdout)


def written(moment: datetime) -> str:
    """A time of ours, aware and UTC, as answers have it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def show_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table for people: numbers-like columns to the right, columns as wide as they need."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for index, head in enumerate(heads):
        is_number = bool(rows) and all(row[index].isdigit() for row in rows)
        table.add_column(head, justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(harmless(cell)) for cell in row))
    show(table)


def show(drawing: Any) -> None:
    """A table or a tree: as wide as the terminal; into a pipe or a file, so wide that nothing is folded."""
    from rich.console import Console

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else UNFOLDED
    Console(width=width).print(drawing)
