"""The Postgres and the Valkey of one test run, started by whoever needs them first and shared by all its processes.

A host process owns them (`python -m tests.servers DIRECTORY`). Everybody who uses them holds a shared lock on one
file; the host waits for the exclusive lock, and so ends when the last of them has ended, killed or not. Should the host
itself be killed, the servers' own warden stops them.
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from uuid import uuid4

import psycopg

from medianest.adapters.embedded.servers import Endpoints, Servers
from tests.places import scratch

ROOT = Path(__file__).parent.parent
TEMPLATE = "medianest_template"
START_DEADLINE = 90.0  # seconds
# Nothing here outlives the run, so nothing is forced to the disk.
POSTGRES = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "300"}
VALKEY = {"databases": "64"}


class RunServers:
    """The servers as a test process sees them."""

    def __init__(self, directory: Path, endpoints: Endpoints) -> None:
        self._directory = directory
        self._endpoints = endpoints
        self._admin = psycopg.connect(self.url_of("postgres"), autocommit=True)

    def url_of(self, database: str) -> str:
        return self._endpoints.database_url.replace("/medianest?", f"/{database}?", 1)

    def redis_url(self, number: int) -> str:
        """The URL of one of 64 logical databases."""
        return f"{self._endpoints.redis_url}?db={number % 64}"

    @contextmanager
    def database(self, *, migrated: bool) -> Iterator[str]:
        """The URL of a fresh database, which is dropped afterwards, whoever is still connected to it."""
        name = f"test_{uuid4().hex}"
        if migrated:
            self._make_template()
        self._create(name, TEMPLATE if migrated else "template0")
        try:
            yield self.url_of(name)
        finally:
            self._admin.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        self._admin.close()

    def _make_template(self) -> None:
        with _exclusive(self._directory / "template.lock"):
            if self._admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (TEMPLATE,)).fetchone():
                return
            from medianest.adapters.postgres.migrations import migrate  # slow to import, and most tests need none

            with self.database(migrated=False) as url:
                migrate(url)
                unfinished = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
                self._create(TEMPLATE, unfinished)

    def _create(self, name: str, template: str) -> None:
        # Files copied whole take a fifth of the time of the usual copying through the WAL: nothing is forced to disk.
        self._admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")


@contextmanager
def run_servers() -> Iterator[RunServers]:
    """Use the servers of this run, started if they do not run yet."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    directory = scratch() / f"medianest-tests-{os.geteuid()}-{run}"
    users = None
    while users is None:
        users = _join(directory)
    try:
        endpoints = Endpoints(**json.loads((directory / "addresses.json").read_text()))
        servers = RunServers(directory, endpoints)
        try:
            yield servers
        finally:
            servers.close()
    finally:
        os.close(users)


def _join(directory: Path) -> int | None:
    """Hold the shared lock, with the servers running; None when a host is just ending and all must be tried again."""
    directory.mkdir(exist_ok=True)
    directory.chmod(0o711)  # as root, the servers run as another account
    with _exclusive(directory / "start.lock"):
        try:
            users = os.open(directory / "users", os.O_RDWR | os.O_CREAT)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(users, fcntl.LOCK_SH | fcntl.LOCK_NB)
            if os.fstat(users).st_ino != (directory / "users").stat().st_ino:
                raise FileNotFoundError(directory)  # the file of a host that has gone
        except (BlockingIOError, FileNotFoundError):
            os.close(users)
            time.sleep(0.02)
            return None
        if not (directory / "addresses.json").exists():
            _start_host(directory)
        return users


def _start_host(directory: Path) -> None:
    log = directory / "host.log"
    with log.open("wb") as written:
        host = subprocess.Popen(
            [sys.executable, "-m", "tests.servers", str(directory)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
            start_new_session=True,  # Ctrl-C is for the tests; the host follows them
        )
    end = time.monotonic() + START_DEADLINE
    while not (directory / "addresses.json").exists():
        if host.poll() is not None or time.monotonic() > end:
            host.kill()
            raise RuntimeError(f"The servers of the tests did not start:\n{log.read_text()}")
        time.sleep(0.01)
    host.returncode = 0  # it outlives this process on purpose: no warning that nobody waited for it


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _host(directory: Path) -> None:
    servers = Servers(directory / "servers", postgres_settings=POSTGRES, valkey_settings=VALKEY)
    try:
        fresh = directory / "addresses.new"
        fresh.write_text(json.dumps(asdict(servers.start(START_DEADLINE))))
        fresh.rename(directory / "addresses.json")
        users = os.open(directory / "users", os.O_RDWR)
        fcntl.flock(users, fcntl.LOCK_EX)  # until every user has gone
    finally:
        servers.stop()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    _host(Path(sys.argv[1]))
