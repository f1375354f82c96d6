"""`python -m benchmarks.soak`: every long trial whole, as one command that takes little more than its hour of load.

The load is a steady pace and asks about memory, so the laws and the trials go on beside it. What is timed, the audit at
size, waits until they have ended.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import Final, NamedTuple

import msgspec
from rich.console import Console

from benchmarks.long_trials import lasting, law_rows, trial_rows
from benchmarks.report import SHORT, SOAK, Table, kept, machine, renew

AN_HOUR: Final = 60
"""Minutes."""
NOTHING_CHOSEN: Final = 5
"""What pytest ends with where no test fits what was asked for."""
PATIENCE: Final = 60.0
"""Seconds for a part to clear up after itself."""
PYTEST: Final = (sys.executable, "-m", "pytest")
BENCHMARKS: Final = (sys.executable, "-m", "benchmarks")


class Part(NamedTuple):
    """`found` is where it leaves what it has found."""

    name: str
    command: Sequence[str]
    found: Path
    settings: Mapping[str, str] = {}
    ends_well: Collection[int] = (0,)


class Ended(NamedTuple):
    part: Part
    seconds: float
    is_well: bool


class Parts:
    """Runs them, each in a process group of its own, and says every line with the name of its part."""

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[str]] = []
        self._stopping = threading.Event()
        self._starting = threading.Lock()

    def run(self, parts: Sequence[Part]) -> list[Ended]:
        """One after the other; what has failed does not keep the next one from being tried."""
        return [self._run(part) for part in parts if not self._stopping.is_set()]

    def stop(self) -> None:
        """As Ctrl-C would, once; whoever does not end is killed."""
        with self._starting:
            self._stopping.set()
        for process in self._running:
            self._signal(process, signal.SIGINT)
        for process in self._running:
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._signal(process, signal.SIGKILL)

    def _run(self, part: Part) -> Ended:
        began = time.monotonic()
        with self._starting:
            if self._stopping.is_set():
                return Ended(part, 0.0, is_well=False)
            process = subprocess.Popen(
                part.command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **part.settings},
                text=True,
                errors="replace",
                process_group=0,
            )
            self._running.append(process)
        assert process.stdout is not None
        for line in process.stdout:
            sys.stdout.write(f"{part.name:6} | {line}")
            sys.stdout.flush()
        is_well = process.wait() in part.ends_well
        return Ended(part, time.monotonic() - began, is_well)

    def _signal(self, process: "subprocess.Popen[str]", number: signal.Signals) -> None:
        if process.poll() is None:
            os.killpg(process.pid, number)


def planned(directory: Path, minutes: int, chosen: Sequence[str]) -> tuple[Part, Part, Part, Part]:
    """Laws, trials, load and audit; of the tests those that pytest's arguments `chosen` leave."""
    laws, trials = directory / "laws.xml", directory / "trials.xml"
    load, audit = directory / "load.json", directory / "audit.json"
    steps = ("nice", "-n", "10", *PYTEST, "-o", "timeout=3600", "-n", "auto", "--maxprocesses", "4", "tests/unit")
    ends = (0, NOTHING_CHOSEN) if chosen else (0,)
    whole = {"MEDIANEST_TEST_SOAK": "1"}
    marked = ("-m", "soak", "-o", "junit_family=xunit1")  # the form that has room for what a trial tells
    return (
        Part("laws", (*steps, f"--junit-xml={laws}", *chosen), laws, {"HYPOTHESIS_PROFILE": "soak"}, ends),
        Part("trials", (*PYTEST, *marked, f"--junit-xml={trials}", *chosen), trials, whole, ends),
        Part("load", (*BENCHMARKS, "growth", "--minutes", str(minutes), "--keep", str(load)), load),
        Part("audit", (*BENCHMARKS, "asking", "--soak", "--keep", str(audit)), audit),
    )


def tables(ended: Sequence[Ended]) -> list[Table]:
    """What the parts have found, as far as they came."""
    found = {each.part.name: each.part.found for each in ended if each.part.found.exists()}
    shown: list[Table] = []
    if "laws" in found:
        note = "Properties that hold for whatever may be made up: 3,000 examples of each law."
        shown.append(Table("Laws", note, ("tests", "lasted"), law_rows(found["laws"])))
    if "trials" in found:
        note = "They are about being right, and not about time: the load was there besides."
        shown.append(Table("Trials", note, ("trial", "lasted"), trial_rows(found["trials"])))
    for name in ("audit", "load"):
        if name in found:
            shown += msgspec.json.decode(found[name].read_bytes(), type=list[Table])
    return shown


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("chosen", nargs="*", help="arguments for pytest, behind --")
    parser.add_argument("--minutes", type=int, default=AN_HOUR, help="how long the load is kept up; at least 4")
    parser.add_argument("--write", action="store_true", help="keep the tables, in docs/performance.md as well")
    wanted = parser.parse_args()
    if wanted.minutes < 4:
        parser.error("--minutes: a line through fewer than 4 says nothing")
    if wanted.write and (wanted.chosen or wanted.minutes < AN_HOUR):
        parser.error("what is kept is whole: leave out the choice of tests, and the minutes")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # also where we were begun with them ignored
        signal.signal(number, _interrupt)
    parts = Parts()
    with tempfile.TemporaryDirectory(prefix="medianest-soak-") as name, ThreadPoolExecutor(2) as threads:
        laws, trials, load, audit = planned(Path(name), wanted.minutes, wanted.chosen)
        try:
            beside = threads.submit(parts.run, [load])
            ended = [*threads.submit(parts.run, [laws, trials]).result(), *beside.result()]
            ended += threads.submit(parts.run, [audit]).result()
        except BaseException as broken_off:
            parts.stop()
            if isinstance(broken_off, KeyboardInterrupt):
                raise SystemExit(130) from None
            raise
        shown = tables(ended)
    console = Console(width=110)
    for table in shown:
        table.show(console)
    lines = [[each.part.name, lasting(each.seconds), "well" if each.is_well else SHORT] for each in ended]
    Table("Soak", f"On {machine()}.", ("part", "lasted", "ended"), lines).show(console)
    if failed := [each.part.name for each in ended if not each.is_well]:
        raise SystemExit(f"failed: {', '.join(failed)}")
    if wanted.write:
        SOAK.write_text(kept(shown), "utf-8")
        renew()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
