"""Processes and conditions, for tests that kill things."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from medianest.adapters.embedded.daemon import command_line
from tests.places import scratch

ROOT = Path(__file__).parent.parent
T = TypeVar("T")


@contextmanager
def open_directory() -> Iterator[Path]:
    """A directory that other accounts may pass through, unlike pytest's own: as root the servers run as another."""
    path = Path(tempfile.mkdtemp(prefix="medianest-", dir=scratch()))
    path.chmod(0o711)
    try:
        yield path.resolve()
    finally:
        shutil.rmtree(path)


@contextmanager
def program(module: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """A program of `tests.programs`, killed at the end if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"tests.programs.{module}", *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def lives(pid: int) -> bool:
    """Whether the process runs: a zombie, which has no command line, does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return command_line(pid) != ""


def children_of(pid: int) -> Sequence[int]:
    """The processes that `pid` has started and that have not ended (Linux)."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def eventually(look: Callable[[], T], within: float = 10.0) -> T:
    """The first true answer of `look`; fails when there is none `within` so many seconds."""
    end = time.monotonic() + within
    while not (seen := look()):
        assert time.monotonic() < end, f"not within {within} s: {look}"
        time.sleep(0.02)
    return seen
