"""The two private servers of a data directory as one thing: start, watch, revive, stop, or use what already runs."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Lock

from medianest.adapters.embedded.account import ServersUnavailable
from medianest.adapters.embedded.daemon import Report
from medianest.adapters.embedded.ownership import PAUSE, AlreadyOwned, Endpoints, Ownership
from medianest.adapters.embedded.postgres import EmbeddedPostgres
from medianest.adapters.embedded.valkey import EmbeddedValkey

DISMISSED = b"."  # what a warden is told at an orderly end

__all__ = ["Endpoints", "Servers", "ServersUnavailable"]


class Servers:
    """Postgres and Valkey below `data_dir`. `report` is told, in a sentence, about what takes long.

    If the owning process dies, however it dies, a warden stops both (about a second). Safe for threads: `stop` and
    `kill` end a `start` or a `revive` that another thread is in.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        report: Report = lambda _: None,
        postgres_settings: Mapping[str, str] | None = None,
        valkey_settings: Mapping[str, str] | None = None,
    ) -> None:
        self._data_dir = data_dir.resolve()
        self._report = report
        self._cancelled = Event()
        self._turn = Lock()
        self._ownership = Ownership(self._data_dir)
        self._postgres = EmbeddedPostgres(self._data_dir / "postgres", postgres_settings, self._cancelled)
        self._valkey = EmbeddedValkey(self._data_dir / "valkey", valkey_settings, self._cancelled)
        self._warden: subprocess.Popen[bytes] | None = None

    @property
    def pids(self) -> Mapping[str, int]:
        """The process of each part that was started, by name."""
        warden = self._warden.pid if self._warden else None
        named = {"postgres": self._postgres.pid, "valkey": self._valkey.pid, "warden": warden}
        return {name: pid for name, pid in named.items() if pid is not None}

    def start(self, timeout: float | None = None, patience: float = 3.0) -> Endpoints:
        """Become the owner and start both servers; `timeout` (seconds) as for Postgres.

        Raises ServersUnavailable, also when another live process is still the owner after `patience` seconds.
        """
        with self._turn:
            self._cancelled.clear()
            descriptor = self._ownership.take(patience, self._cancelled)
            try:
                self._start_warden(descriptor)
                redis_url = self._valkey.start(report=self._report)
                endpoints = Endpoints(self._postgres.start(timeout, self._report), redis_url)
                self._ownership.publish(endpoints)
            except BaseException:
                self._end(10.0)
                raise
        return endpoints

    def dead(self) -> list[str]:
        """Names of the parts that have ended though nobody stopped them; empty while a start or a stop is going on."""
        if self._ownership.descriptor is None or self._turn.locked():
            return []
        alive = {"postgres": self._postgres.alive, "valkey": self._valkey.alive, "warden": self._warden_lives()}
        return [name for name, lives in alive.items() if not lives]

    def revive(self) -> None:
        """Start again what is dead, at the same addresses. Raises ServersUnavailable, and OSError where the machine has
        no room for another process."""
        with self._turn:
            descriptor = self._ownership.descriptor
            if descriptor is None:
                return
            if not self._warden_lives():
                self._start_warden(descriptor)
            if not self._valkey.alive:
                self._valkey.start(report=self._report)
            if not self._postgres.alive:
                self._postgres.start(report=self._report)

    def stop(self, timeout: float = 10.0) -> None:
        """Stop Valkey, then Postgres (which gets `timeout` seconds to do it tidily), and give the ownership up."""
        self._cancelled.set()
        with self._turn:
            self._end(timeout)

    def kill(self) -> None:
        """End both at once, without losing what was committed; a `stop` that is under way returns early."""
        self._cancelled.set()
        self._valkey.kill()
        self._postgres.kill()

    @contextmanager
    def attach_or_start(self, timeout: float | None = None) -> Iterator[Endpoints]:
        """For a command: the live owner's servers, or servers of its own for as long as the block runs.

        Waits while an owner is starting. Raises ServersUnavailable.
        """
        while (endpoints := self._ownership.published()) is None:
            try:
                endpoints = self.start(timeout, patience=0.0)
            except AlreadyOwned:
                time.sleep(PAUSE)
                continue
            try:
                yield endpoints
            finally:
                self.stop()
            return
        yield endpoints

    def _start_warden(self, lock: int) -> None:
        if self._warden is not None and self._warden.stdin is not None:
            self._warden.stdin.close()
        # -P: the working directory is no place to import from.
        self._warden = subprocess.Popen(
            [sys.executable, "-P", "-m", "medianest.adapters.embedded.warden", str(self._data_dir)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(lock,),
            start_new_session=True,
        )

    def _warden_lives(self) -> bool:
        return self._warden is not None and self._warden.poll() is None

    def _end(self, timeout: float) -> None:
        self._valkey.stop()
        self._postgres.stop(timeout)
        if self._warden is not None:
            with suppress(subprocess.TimeoutExpired):
                self._warden.communicate(DISMISSED, timeout=5.0)
            self._warden.kill()
            self._warden.wait()
            self._warden = None
        self._ownership.release()
