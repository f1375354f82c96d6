"""A private Postgres: one cluster in a directory of ours, reached by a Unix socket that only its account may open."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event
from urllib.parse import quote

from medianest.adapters.embedded.account import (
    Account,
    ServersUnavailable,
    account_for,
    leave_socket_directory,
    make_directory,
    make_private,
    require_passage,
    socket_directory,
)
from medianest.adapters.embedded.binaries import postgres_programs
from medianest.adapters.embedded.daemon import ENVIRONMENT, PAUSE, Daemon, Report, command_line, wait_for

PORT = 5432  # names the socket file; nothing listens on the network
DATABASE = "medianest"
OLD_BACKENDS = "pre-existing shared memory block"
OLD_BACKENDS_PATIENCE = 30.0  # seconds

# A home server: little memory, few connections, nothing lost. `terse` and `panic` keep rows and statements, and so
# people's names and tokens, out of the log.
SETTINGS: Mapping[str, str] = {
    "shared_buffers": "128MB",
    "effective_cache_size": "512MB",
    "max_connections": "100",
    "max_wal_size": "512MB",
    "wal_compression": "on",
    "checkpoint_timeout": "10min",
    "random_page_cost": "1.5",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
}


class EmbeddedPostgres:
    """A Postgres server below `root`. `settings` are server settings over ours.

    `start` is also the restart: the address never changes. Not safe for two threads, apart from `cancelled`, an event
    that ends a start; and for two processes only under `Servers`, which holds a lock.
    """

    def __init__(self, root: Path, settings: Mapping[str, str] | None = None, cancelled: Event | None = None) -> None:
        self._root = root.resolve()
        self._cluster = self._root / "data"
        self._settings = {**SETTINGS, **(settings or {})}
        self._cancelled = cancelled or Event()
        self._sockets: Path | None = None
        self._daemon = Daemon("Postgres", self._root / "postgres.log", self._cancelled)

    @property
    def alive(self) -> bool:
        return self._daemon.alive

    @property
    def pid(self) -> int | None:
        return self._daemon.pid

    def start(self, timeout: float | None = None, report: Report = lambda _: None) -> str:
        """Start the server, on the first occasion with a new cluster, and return its URL.

        Without a `timeout` (seconds) a long recovery is waited for, with a word to `report` every 5 s.
        Raises ServersUnavailable.
        """
        make_directory(self._root)
        account = account_for(self._cluster)
        require_passage(self._root, account)
        programs = postgres_programs(self._root, account)
        if not (self._cluster / "PG_VERSION").exists():
            self._make_cluster(programs, account, report)
        end_orphan(self._root)
        self._sockets = sockets = socket_directory(self._root, f".s.PGSQL.{PORT}", account)
        _clear_reused_pid(sockets / f".s.PGSQL.{PORT}.lock", lambda _: False)
        self._launch(programs, account, sockets, timeout, report)
        try:
            self._make_database(sockets)
        except BaseException:
            self.stop()
            raise
        return f"postgresql://postgres@/{DATABASE}?host={quote(str(sockets), safe='')}&port={PORT}"

    def stop(self, timeout: float = 10.0) -> None:
        """Fast shutdown; after `timeout` seconds an immediate one: nothing is lost, but the next start recovers."""
        self._daemon.stop(signal.SIGINT, timeout, signal.SIGQUIT)
        if self._sockets is not None:
            leave_socket_directory(self._sockets)

    def kill(self) -> None:
        """Immediate shutdown: SIGKILL would leave the server's own children behind."""
        self._daemon.stop(signal.SIGQUIT, 1.0, signal.SIGKILL)

    def _make_cluster(self, programs: Path, account: Account, report: Report) -> None:
        report("Making the database (once)")
        for unfinished in self._root.glob("new-*"):
            shutil.rmtree(unfinished, ignore_errors=True)
        fresh = Path(tempfile.mkdtemp(prefix="new-", dir=self._root))
        make_private(fresh, account)
        # The builtin locale depends on nothing that the machine may lack or change under our indexes.
        command = [str(programs / "initdb"), "-D", str(fresh), "-U", "postgres", "--auth=trust", "--encoding=UTF8"]
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if self._settings.get("fsync") == "off":
            command.append("--no-sync")
        made: subprocess.Popen[bytes] = subprocess.Popen(
            command,
            cwd="/",
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
            **account.process_options(),
        )
        said = _until_done(made, self._cancelled)
        if made.returncode != 0:
            raise ServersUnavailable(
                f"The database could not be made in {self._root}; make room or set MEDIANEST_DATA_DIR to another "
                f"directory. Postgres says:\n{said.decode(errors='replace').strip()[-1500:]}"
            )
        shutil.rmtree(self._cluster, ignore_errors=True)  # without PG_VERSION: remains of an interrupted start
        fresh.rename(self._cluster)
        directory = os.open(self._root, os.O_RDONLY)
        os.fsync(directory)  # or a power cut could take the new name away, and the cluster with it
        os.close(directory)

    def _launch(self, programs: Path, account: Account, sockets: Path, timeout: float | None, report: Report) -> None:
        options = {
            **self._settings,
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": _quoted(sockets),
            "unix_socket_permissions": "0700",
        }
        command = [str(programs / "postgres"), "-D", str(self._cluster)]
        command += [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        give_up = time.monotonic() + OLD_BACKENDS_PATIENCE
        while True:
            self._daemon.spawn(command, account)
            try:
                self._daemon.wait_until_ready(self._is_ready, timeout, report)
            except BaseException as error:
                self.stop()
                # After a SIGKILL of the server its own children need a moment to notice; starting beside them would
                # ruin the cluster, and Postgres refuses.
                if OLD_BACKENDS not in str(error) or time.monotonic() > give_up or self._cancelled.is_set():
                    raise
                time.sleep(PAUSE * 10)
            else:
                return

    def _is_ready(self) -> bool:
        lines = _pid_file(self._root)
        return len(lines) > 7 and lines[0] == str(self.pid) and lines[7].strip() == "ready"

    @staticmethod
    def _make_database(sockets: Path) -> None:
        import psycopg  # late: the warden starts with every owner, and has no use for it

        try:
            with psycopg.connect(
                host=str(sockets), port=PORT, user="postgres", dbname="postgres", autocommit=True
            ) as link:
                if link.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone() is None:
                    link.execute(f"CREATE DATABASE {DATABASE}")
        except psycopg.Error as error:
            raise ServersUnavailable(f"Postgres has started, and does not answer: {error}") from error


def end_orphan(root: Path, timeout: float = 30.0) -> None:
    """Stop a Postgres that runs on the cluster below `root` without its owner; clear the trace of one that is gone.

    Fast shutdown, after `timeout` seconds an immediate one. Raises ServersUnavailable when it runs on all the same.
    """
    cluster = root.resolve() / "data"

    def is_ours(pid: int) -> bool:
        line = command_line(pid)
        return "postgres" in line and f"-D {cluster} " in line

    pid = _clear_reused_pid(cluster / "postmaster.pid", is_ours)
    if pid is None:
        return
    for step, patience in ((signal.SIGINT, timeout), (signal.SIGQUIT, 5.0)):
        try:
            os.kill(pid, step)
        except ProcessLookupError:
            return
        if wait_for(lambda: not is_ours(pid), patience):
            return
    raise ServersUnavailable(f"An earlier Postgres (process {pid}) on {cluster} does not stop: end it by hand.")


def _until_done(process: subprocess.Popen[bytes], cancelled: Event) -> bytes:
    """What the process wrote as errors; it is killed when `cancelled` is set."""
    while True:
        try:
            return process.communicate(timeout=0.1)[1]
        except subprocess.TimeoutExpired:
            if cancelled.is_set():
                process.kill()


def _clear_reused_pid(file: Path, is_ours: Callable[[int], bool]) -> int | None:
    """The pid of our server named in the lock file, if it lives. A file that names a stranger's process is removed.

    Postgres itself clears the lock file of a dead process, but believes in any live one with the number, which after a
    restart of the machine or of a container is often somebody else's.
    """
    try:
        pid = int(file.read_text().split("\n", 1)[0])
        if pid <= 0:
            return None
        os.kill(pid, 0)
    except (OSError, ValueError):
        return None
    if is_ours(pid):
        return pid
    file.unlink(missing_ok=True)
    return None


def _pid_file(root: Path) -> list[str]:
    try:
        return (root / "data" / "postmaster.pid").read_text().split("\n")
    except OSError:
        return []


def _quoted(directory: Path) -> str:
    doubled = str(directory).replace('"', '""')
    return f'"{doubled}"'
