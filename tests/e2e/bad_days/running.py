"""MediaNest as a process: started from its command line, watched through its log and the process table."""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
from typer.testing import CliRunner

from tests.processes import ROOT, eventually

START_WITHIN = 60.0  # seconds, with a new database, beside other tests
STOPS_WITHIN = 10.0  # seconds: half of it is promised, on a machine that has nothing else to do
STUCK = """
SELECT id, task_name, status, attempts FROM procrastinate_jobs
WHERE status IN ('doing', 'failed') OR status = 'todo' AND task_name IN ('hand_on', 'look_again', 'withdraw')"""
BEHIND = """
SELECT name, position FROM reaction_checkpoints
WHERE name <> '' AND position < (SELECT max(position) FROM events)"""
WIRE = httpx.Client(trust_env=False, verify=False, timeout=10)
"""For strangers. One for all: making a client reads every certificate of the machine."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def surroundings(home: Path, **settings: str) -> Mapping[str, str]:
    """The environment of a MediaNest on the data directory `home`, without the settings of whoever runs the tests."""
    everybody_has_one_address = {"sign_in_attempts_per_address": "1000000"}
    ours = {"data_dir": str(home), "log": "json", "rate_limits": "off", **everybody_has_one_address, **settings}
    others = {name: value for name, value in os.environ.items() if not name.startswith("MEDIANEST_")}
    return others | {f"MEDIANEST_{name.upper()}": value for name, value in ours.items()}


def command(home: Path, *words: str, said: str = "", **settings: str) -> "subprocess.CompletedProcess[str]":
    """`medianest WORDS` on the data directory `home`, with `said` on its standard input."""
    line = [sys.executable, "-m", "medianest", *words]
    return subprocess.run(
        line, cwd=ROOT, env=surroundings(home, **settings), input=said, capture_output=True, text=True, check=False
    )


def command_here(home: Path, *words: str, said: str = "", **settings: str) -> "subprocess.CompletedProcess[str]":
    """The same in this very process: Python takes longer to start than most commands to run."""
    from medianest.main.cli import app

    wanted = surroundings(home, **settings)
    others = {name: None for name in os.environ if name.startswith("MEDIANEST_") and name not in wanted}
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level  # a command sets up the log of its process
    try:
        done = CliRunner().invoke(app, words, input=said, env={**wanted, **others}, prog_name="medianest")
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)


class Running:
    """`medianest COMMAND` on a data directory and a port; its log is one JSON object a line."""

    def __init__(self, home: Path, command: str = "up", *, port: int | str | None = None, **settings: str) -> None:
        self.data_dir = home
        self.settings = settings
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_file = home.with_name(f"{home.name}.{command}.{self.port}.log")
        self._line = [sys.executable, "-m", "medianest", *command.split()]
        self._surroundings = surroundings(home, port=str(self.port), **settings)
        self.start_again()

    def start_again(self) -> None:
        """As at first; the one that was started before has ended."""
        self._start = self.log_file.stat().st_size if self.log_file.exists() else 0
        with self.log_file.open("ab") as written:
            self.process = subprocess.Popen(
                self._line,
                cwd=ROOT,
                env=self._surroundings,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=written,
            )

    def lines(self) -> Sequence[str]:
        """What this process and its children have said since it was started, for people and as log."""
        with self.log_file.open("rb") as log:
            log.seek(self._start)
            return log.read().decode().splitlines()

    def events(self, event: str) -> Sequence[Mapping[str, Any]]:
        found = []
        for line in self.lines():
            if line.startswith("{") and line.endswith("}") and f'"{event}"' in line:
                entry = json.loads(line)
                if entry.get("event") == event:
                    found.append(entry)
        return found

    def mistakes(self) -> Sequence[str]:
        """What any process of ours has logged with a stack trace, whichever start it was: no outage is worth one."""
        # A line that was written to a full disk may be cut off.
        lines = self.log_file.read_text(errors="replace").splitlines()
        return [line for line in lines if '"exception"' in line and '"logger":"medianest' in line]

    def started(self) -> "Running":
        """Itself, once it answers and somebody keeps the views."""
        eventually(self._is_up, within=START_WITHIN)
        return self

    @property
    def setup_token(self) -> str:
        """It is said a moment after the server answers."""
        said = eventually(lambda: [line for line in self.lines() if line.startswith("setup token: ")])
        return said[-1].removeprefix("setup token: ")

    def child(self, name: str) -> int:
        """The process of `serve` or `work` at this moment."""
        return int(next(e["pid"] for e in reversed(self.events("child started")) if e["child"] == name))

    def server(self, name: str) -> int:
        """The process of the private `postgres`, `valkey` or `warden` at this moment."""
        told = [*self.events("private servers started"), *self.events("private server started again")]
        return int(max(told, key=lambda entry: str(entry["timestamp"]))[name])

    @property
    def database_url(self) -> str:
        """Of the private Postgres."""
        return str(json.loads((self.data_dir / "servers.json").read_text())["database_url"])

    @property
    def redis_url(self) -> str:
        """Of the private Valkey."""
        return str(json.loads((self.data_dir / "servers.json").read_text())["redis_url"])

    def is_ready(self) -> bool:
        try:
            return WIRE.get(f"{self.url}/health/ready").status_code == 200
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> float:
        """The seconds that it took to end."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(20)
        return time.monotonic() - began

    def _is_up(self) -> bool:
        assert self.process.poll() is None, "\n".join(self.lines())
        return any(line.startswith("MediaNest is at ") for line in self.lines()) and self.is_ready()


@contextmanager
def running(data_dir: Path, command: str = "up", **settings: Any) -> Iterator[Running]:
    """Started and waited for; stopped at the end, however the test ends."""
    medianest = Running(data_dir, command, **settings)
    try:
        yield medianest.started()
    finally:
        end(medianest)


def end(medianest: Running) -> None:
    if medianest.process.poll() is None:
        try:
            medianest.stop()
        except subprocess.TimeoutExpired:
            medianest.kill()


def hurry(medianest: Running) -> None:
    """Its worker is new, or there is but one."""
    hurry_jobs(medianest.database_url)


def hurry_jobs(database_url: str, silent: str = "0 seconds") -> None:
    """Bring forward what waits for its time: next attempts, and the moment at which a worker that has been `silent` for
    so long counts as dead. One that lives may be counted as dead as well, and then shares no jobs for some seconds,
    unless that is longer than it takes to say again that it lives (10 s)."""
    with psycopg.connect(database_url) as link:
        link.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 minute' "
            "WHERE last_heartbeat < now() - %s::interval",
            (silent,),
        )
        link.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")


def settle(database_url: str, url: str, *, silent: str, within: float = 60.0) -> None:
    """Once no job is left over, no reaction, no view and no seal is behind, and no event parked."""
    left: list[Any] = []

    def is_done() -> bool:
        hurry_jobs(database_url, silent)
        with psycopg.connect(database_url) as link:
            left[:] = [*link.execute(STUCK).fetchall(), *link.execute(BEHIND).fetchall()]
        ready = WIRE.get(f"{url}/health/ready").json()
        left.extend([] if ready["status"] == "ok" else ready["checks"])
        return not left

    try:
        eventually(is_done, within=within)
    except AssertionError as failure:
        failure.add_note(f"left: {left}")
        raise


def processes_of(directory: Path) -> Mapping[int, str]:
    """Every process that has to do with `directory`, by its environment, its command line or where it works."""
    mark = os.fsencode(directory)
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            line = (entry / "cmdline").read_bytes()
            place = os.fsencode(os.readlink(entry / "cwd"))
            if line and (mark in line or mark in (entry / "environ").read_bytes() or place.startswith(mark)):
                found[int(entry.name)] = line.replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
    return found
