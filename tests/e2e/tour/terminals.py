"""The terminals that the reader of the tour has open."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.processes import ROOT

DEADLINE = 60.0  # seconds for one block
END = "--- end of block ---"
# As wide as the page, and with this very Python first: a version switch in front of it would cost more than the rest.
SCREEN = {"COLUMNS": "120", "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


class Shell:
    """The third terminal: its variables and functions last from block to block."""

    def __init__(self, directory: Path) -> None:
        self._process = subprocess.Popen(
            ["bash"],
            cwd=directory,
            env=os.environ | SCREEN,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, script: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{script}\necho; echo '{END}'\n")
        self._process.stdin.flush()
        printed = ""
        while not printed.endswith(f"\n{END}\n"):
            line = self._process.stdout.readline()
            assert line, f"the shell ended:\n{printed}"
            printed += line
        return printed.removesuffix(f"\n{END}\n")

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


class Terminal:
    """Something that runs until the end of the tour. What it prints goes to a file."""

    def __init__(self, script: str, output: Path) -> None:
        self._output = output
        with output.open("wb") as written:
            self._process = subprocess.Popen(
                ["bash", "-c", f"{script.rstrip()}"], cwd=ROOT, stdout=written, stderr=subprocess.STDOUT
            )

    def prints(self, wanted: Sequence[str]) -> str:
        """The lines that say what is wanted, once they are all there. Fails when the program ends before."""
        end = time.monotonic() + DEADLINE
        while True:
            printed = self._output.read_text()
            found = [next((line for line in printed.splitlines() if line.startswith(w)), None) for w in wanted]
            if None not in found:
                return "".join(f"{line}\n" for line in found)
            assert self._process.poll() is None, f"it ended:\n{printed}"
            assert time.monotonic() < end, f"{wanted} not in:\n{printed}"
            time.sleep(0.05)

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
