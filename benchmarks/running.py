"""Processes that are measured: MediaNest itself, as `medianest up` starts it, and what it talks to."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

PATIENCE = 60.0
"""Seconds for something to start, or to end."""
PAUSE = 0.01
EXPORT = re.compile(r"export (\w+)='(.*)'")
EXPORTS = 8
"""Lines of them that the stand-ins say."""


@dataclass(frozen=True, slots=True)
class Running:
    """`medianest up`, or a part of it, at `url`; `began` is when its process was asked for, on the clock of
    `time.perf_counter`."""

    process: "subprocess.Popen[bytes]"
    url: str
    began: float

    def ready(self) -> float:
        """Seconds from the beginning until `/health/ready` says 200. Raises TimeoutError, and RuntimeError where the
        process has ended."""
        with httpx.Client(trust_env=False, timeout=10) as client:
            while True:
                try:
                    if client.get(f"{self.url}/health/ready").status_code == 200:
                        return time.perf_counter() - self.began
                except httpx.TransportError:
                    pass
                if self.process.poll() is not None:
                    raise RuntimeError(f"medianest ended with status {self.process.returncode}")
                if time.perf_counter() - self.began > PATIENCE:
                    raise TimeoutError("medianest does not become ready")
                time.sleep(PAUSE)

    def parts(self) -> Mapping[str, Sequence[int]]:
        """The processes of each part: the parent `up`, `serve` and `work`, however many there are of each. Empty where
        the system does not say (no /proc)."""
        found: dict[str, list[int]] = {}
        tasks = Path(f"/proc/{self.process.pid}/task")
        if not tasks.exists():
            return found
        found["up"] = [self.process.pid]
        for task in tasks.iterdir():
            for child in map(int, (task / "children").read_text().split()):
                words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
                if b"medianest" in words:  # and not what a part has started
                    found.setdefault(words[words.index(b"medianest") + 1].decode(), []).append(child)
        return found


@contextmanager
def running(data_dir: Path, settings: Mapping[str, str], command: str = "up") -> Iterator[Running]:
    """`medianest up`, or `serve`, on `data_dir`, with these settings (`tmdb_url`) and none of whoever measures."""
    port = free_port()
    ours = {"data_dir": str(data_dir), "port": str(port), "rate_limits": "off", "log_level": "warning", **settings}
    # Without kept bytecode every start compiles all modules anew, and holds some 20 MB more for it.
    others = {name: value for name, value in os.environ.items() if not name.startswith(("MEDIANEST_", "PYTHONDONT"))}
    environment = others | {f"MEDIANEST_{name.upper()}": value for name, value in ours.items()}
    began = time.perf_counter()
    with _ended(
        subprocess.Popen([sys.executable, "-m", "medianest", command], env=environment, stdout=subprocess.DEVNULL)
    ) as process:
        yield Running(process, f"http://127.0.0.1:{port}", began)


@contextmanager
def standins() -> Iterator[Mapping[str, str]]:
    """The stand-ins for the outside in a process of their own; what MediaNest has to be told of them."""
    line = [sys.executable, "-m", "medianest.adapters.standin"]
    line += [word for name in ("tmdb", "overseerr", "plex-tv", "plex") for word in (f"--{name}-port", "0")]
    with _ended(subprocess.Popen(line, stdout=subprocess.PIPE)) as process:
        assert process.stdout is not None
        told = [EXPORT.match(process.stdout.readline().decode()) for _ in range(EXPORTS)]
        if None in told:
            raise RuntimeError("the stand-ins did not start")
        yield {match[1].removeprefix("MEDIANEST_").lower(): match[2] for match in told if match}


@contextmanager
def module(name: str, *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    """`python -m NAME`, ended afterwards."""
    with _ended(subprocess.Popen([sys.executable, "-m", name, *arguments], stdout=subprocess.PIPE)) as process:
        yield process


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _ended(process: "subprocess.Popen[bytes]") -> Iterator["subprocess.Popen[bytes]"]:
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
