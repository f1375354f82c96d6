"""One server process: started, waited for, stopped; and what the process table says about somebody else's."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event

from medianest.adapters.embedded.account import Account, ServersUnavailable

# Nothing of our own environment reaches a server: it may hold secrets, and PGPORT or PGDATA would change what it does.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
LARGEST_LOG = 10 * 1024 * 1024  # bytes
PAUSE = 0.01  # seconds between two looks at a condition
WORD_EVERY = 5.0  # seconds between two reports of a long start

Report = Callable[[str], None]


class Daemon:
    """A server process that writes to `log`. `cancelled` ends every wait of a start from another thread."""

    def __init__(self, name: str, log: Path, cancelled: Event) -> None:
        self.name = name
        self._log = log
        self._cancelled = cancelled
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def spawn(self, command: Sequence[str], account: Account) -> None:
        """Start the process in a session of its own, so that the terminal's Ctrl-C does not reach it before we do."""
        if self._log.exists() and self._log.stat().st_size > LARGEST_LOG:
            self._log.replace(self._log.with_suffix(".log.1"))
        descriptor = os.open(self._log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            self._log_start = os.fstat(descriptor).st_size
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=descriptor,
                stderr=descriptor,
                cwd="/",
                env=ENVIRONMENT,
                start_new_session=True,
                umask=0o077,
                **account.process_options(),
            )
        finally:
            os.close(descriptor)

    def wait_until_ready(self, is_ready: Callable[[], bool], timeout: float | None, report: Report) -> None:
        """Wait for `is_ready`; without a `timeout` (seconds) as long as the process lives, with a word every 5 s.

        Raises ServersUnavailable when the process ends, the time is over or the start is cancelled.
        """
        began = time.monotonic()
        next_word = began + WORD_EVERY
        while not is_ready():
            now = time.monotonic()
            if self._cancelled.is_set():
                raise ServersUnavailable(f"{self.name} was stopped while it started.")
            if not self.alive:
                raise ServersUnavailable(self._failure("ended while it started"))
            if timeout is not None and now - began > timeout:
                raise ServersUnavailable(self._failure(f"was not ready within {timeout:.0f} s"))
            if now >= next_word:
                next_word = now + WORD_EVERY
                report(f"{self.name} is still starting after {now - began:.0f} s (see {self._log})")
            time.sleep(PAUSE)

    def stop(self, gently: signal.Signals, timeout: float, at_last: signal.Signals) -> None:
        """Ask by `gently`; after `timeout` seconds insist by `at_last`, and after as many again by SIGKILL."""
        if self._process is None:
            return
        for step in (gently, at_last, signal.SIGKILL):
            if not self.alive:
                return
            self._process.send_signal(step)
            try:
                self._process.wait(timeout)
            except subprocess.TimeoutExpired:
                continue
        self._process.wait()

    def last_words(self, size: int = 1500) -> str:
        """What the process has written since it was last started: at most the last `size` bytes."""
        try:
            with self._log.open("rb") as log:
                end = log.seek(0, os.SEEK_END)
                log.seek(max(self._log_start, end - size))
                return log.read().decode(errors="replace").strip()
        except OSError:
            return ""

    def _failure(self, what: str) -> str:
        said = self.last_words()
        return f"The private {self.name} {what}; see {self._log}." + (f" Its last words:\n{said}" if said else "")


def command_line(pid: int) -> str:
    """The command line of process `pid`, its words joined by blanks; empty when it has ended (a zombie has none)."""
    table = Path("/proc/self/cmdline")
    if table.exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="surrogateescape")
        except OSError:
            return ""
    asked = subprocess.run(["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, check=False)
    return asked.stdout.decode(errors="surrogateescape")


def wait_for(condition: Callable[[], bool], timeout: float) -> bool:
    """Whether `condition` came true within `timeout` seconds."""
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(PAUSE)
    return True
