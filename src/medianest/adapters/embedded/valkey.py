"""A private Valkey, reached by a Unix socket: caches, limits and live fan-out, nothing that may not be lost."""

import signal
import socket
from collections.abc import Mapping
from pathlib import Path
from threading import Event
from urllib.parse import quote

from medianest.adapters.embedded.account import (
    ServersUnavailable,
    account_for,
    leave_socket_directory,
    make_directory,
    require_passage,
    socket_directory,
)
from medianest.adapters.embedded.binaries import valkey_program
from medianest.adapters.embedded.daemon import Daemon, Report, wait_for

SOCKET = "valkey.sock"
SETTINGS: Mapping[str, str] = {
    "appendonly": "no",
    "save": "",
    "maxmemory": "64mb",
    "maxmemory-policy": "allkeys-lru",
    "loglevel": "notice",
}


class EmbeddedValkey:
    """A Valkey server below `root`. `settings` are server settings over ours; `start` is also the restart."""

    def __init__(self, root: Path, settings: Mapping[str, str] | None = None, cancelled: Event | None = None) -> None:
        self._root = root.resolve()
        self._settings = {**SETTINGS, **(settings or {})}
        self._sockets: Path | None = None
        self._daemon = Daemon("Valkey", self._root / "valkey.log", cancelled or Event())

    @property
    def alive(self) -> bool:
        return self._daemon.alive

    @property
    def pid(self) -> int | None:
        return self._daemon.pid

    def start(self, timeout: float | None = 30.0, report: Report = lambda _: None) -> str:
        """Start the server and return its URL, `unix:///path/of/socket`. Raises ServersUnavailable."""
        make_directory(self._root)
        account = account_for(self._root / "run")
        require_passage(self._root, account)
        program = valkey_program(self._root, account)
        self._sockets = sockets = socket_directory(self._root, SOCKET, account)
        _end_at(sockets / SOCKET)
        options = {
            **self._settings,
            "port": "0",
            "unixsocket": str(sockets / SOCKET),
            "unixsocketperm": "700",
            "dir": str(sockets),
            "logfile": "",
            "daemonize": "no",
        }
        command = [str(program), *(word for name, value in options.items() for word in (f"--{name}", value))]
        self._daemon.spawn(command, account)
        try:
            self._daemon.wait_until_ready(lambda: _ask(sockets / SOCKET, b"PING") == b"+PONG", timeout, report)
        except BaseException:
            self.stop()
            raise
        return f"unix://{quote(str(sockets / SOCKET))}"

    def stop(self, timeout: float = 5.0) -> None:
        """Shut down; after `timeout` seconds by SIGKILL: there is nothing to lose."""
        self._daemon.stop(signal.SIGTERM, timeout, signal.SIGKILL)
        if self._sockets is not None:
            leave_socket_directory(self._sockets)

    def kill(self) -> None:
        self._daemon.stop(signal.SIGKILL, 1.0, signal.SIGKILL)


def end_orphan(root: Path, timeout: float = 5.0) -> None:
    """Stop a Valkey that serves the directory `root` without its owner. Raises ServersUnavailable if it runs on."""
    path = root.resolve()
    if path.exists():
        sockets = socket_directory(path, SOCKET, account_for(path / "run"))
        _end_at(sockets / SOCKET, timeout)
        leave_socket_directory(sockets)


def _end_at(path: Path, timeout: float = 5.0) -> None:
    if _ask(path, b"PING") is None:
        return
    _ask(path, b"SHUTDOWN NOSAVE NOW")
    if not wait_for(lambda: _ask(path, b"PING") is None, timeout):
        raise ServersUnavailable(f"An earlier Valkey still answers at {path}: end it by hand.")


def _ask(path: Path, command: bytes) -> bytes | None:
    """The first line of the answer, empty when the server hangs up; None when nobody listens."""
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(1.0)
        try:
            link.connect(str(path))
            link.sendall(command + b"\r\n")
            return link.recv(512).split(b"\r\n", 1)[0]
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        except OSError:
            return b""
