"""Who owns the private servers of a data directory: a lock says that somebody does, a file beside it where they are."""

import fcntl
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event

from medianest.adapters.embedded.account import ServersUnavailable, make_directory

PAUSE = 0.05  # seconds between two attempts
WARDEN_PATIENCE = 45.0  # seconds; the warden of a killed owner is done long before


class AlreadyOwned(ServersUnavailable):
    """Another live process owns the servers of the directory."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the servers are: a libpq URL and a Redis URL, both over Unix sockets and without any secret."""

    database_url: str
    redis_url: str


class Ownership:
    """The lock and the published addresses of `data_dir`."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._lock = data_dir / "servers.lock"
        self._addresses = data_dir / "servers.json"
        self._descriptor: int | None = None

    @property
    def descriptor(self) -> int | None:
        """The lock's descriptor while it is ours. It is freed when all who inherited it have closed it."""
        return self._descriptor

    def take(self, patience: float, cancelled: Event) -> int:
        """Take the lock, make the directory if need be, and return the lock's descriptor.

        Raises AlreadyOwned after `patience` seconds beside a live owner, and ServersUnavailable.
        """
        make_directory(self._data_dir)
        began = time.monotonic()
        while True:
            descriptor = self._try()
            if descriptor is not None:
                break
            waited = time.monotonic() - began
            owner = self._owner()
            if owner is not None and waited >= patience:
                raise AlreadyOwned(
                    f"MediaNest already runs on {self._data_dir} (process {owner}): stop it first, or set "
                    "MEDIANEST_DATA_DIR to another directory."
                )
            if waited >= WARDEN_PATIENCE:
                raise ServersUnavailable(
                    f"{self._lock} is held by a process that cannot be seen from here, such as one in another "
                    "container: stop it first, or set MEDIANEST_DATA_DIR to another directory."
                )
            if cancelled.wait(PAUSE):
                raise ServersUnavailable("The start of the private servers was called off.")
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        self.withdraw()  # what a killed owner published
        self._descriptor = descriptor
        return descriptor

    def release(self) -> None:
        """Give the lock back, if it is ours: what another owner has published stays."""
        if self._descriptor is not None:
            self.withdraw()
            os.close(self._descriptor)
            self._descriptor = None

    def publish(self, endpoints: Endpoints) -> None:
        """Tell other processes of the same user where the servers are."""
        fresh = self._addresses.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with open(descriptor, "w") as file:
            json.dump(asdict(endpoints), file)
        fresh.rename(self._addresses)

    def withdraw(self) -> None:
        self._addresses.unlink(missing_ok=True)

    def published(self) -> Endpoints | None:
        """The addresses of a live owner; None when there is none, or it is not ready. Raises ServersUnavailable."""
        if not self._data_dir.is_dir():
            return None
        descriptor = self._try()
        if descriptor is not None:
            os.close(descriptor)
            return None
        try:
            return Endpoints(**json.loads(self._addresses.read_text())) if self._owner() is not None else None
        except FileNotFoundError:
            return None

    def _try(self) -> int | None:
        try:
            descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise ServersUnavailable(
                f"{self._lock} cannot be opened ({error.strerror}): start MediaNest as the user who owns "
                f"{self._data_dir}, or set MEDIANEST_DATA_DIR to another directory."
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return descriptor

    def _owner(self) -> int | None:
        """The process that took the lock, if it lives. None: it is dead, and its warden holds on a moment longer."""
        try:
            pid = int(self._lock.read_text())
            os.kill(pid, 0)
        except PermissionError:
            return pid  # alive, as another user
        except (OSError, ValueError):
            return None
        return pid
