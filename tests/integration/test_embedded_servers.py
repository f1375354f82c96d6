"""The private servers of one owner: started, killed, refused, started again."""

import os
import signal
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from tests.processes import eventually, lives, open_directory

from medianest.adapters.embedded.account import LONGEST_SOCKET_PATH
from medianest.adapters.embedded.postgres import EmbeddedPostgres
from medianest.adapters.embedded.servers import Servers, ServersUnavailable

QUICK = {"fsync": "off"}


@pytest.fixture
def directory() -> Iterator[Path]:
    with open_directory() as path:
        yield path


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A data directory with a cluster in it: making one takes longer than any test."""
    with open_directory() as path:
        made = Servers(path / "home", postgres_settings=QUICK)
        made.start(60)
        made.stop()
        yield path / "home"


@pytest.fixture
def servers(home: Path) -> Iterator[Servers]:
    servers = Servers(home, postgres_settings=QUICK)
    yield servers
    servers.stop()


@pytest.fixture
def fresh_servers(directory: Path) -> Iterator[Servers]:
    servers = Servers(directory / "home", postgres_settings=QUICK)
    yield servers
    servers.stop()


def keep(url: str, number: int) -> None:
    with psycopg.connect(url) as link:
        link.execute("DROP TABLE IF EXISTS kept")
        link.execute("CREATE TABLE kept (number int)")
        link.execute("INSERT INTO kept VALUES (%s)", (number,))


def kept(url: str) -> list[int]:
    with psycopg.connect(url) as link:
        return [number for (number,) in link.execute("SELECT number FROM kept ORDER BY number")]


def test_a_second_start_finds_the_rows_of_the_first_at_the_same_address(servers: Servers) -> None:
    first = servers.start(60)
    keep(first.database_url, 1)
    with redis.Redis.from_url(first.redis_url) as client:
        assert client.config_get("maxmemory*") == {
            **client.config_get("maxmemory-*"),
            "maxmemory": str(64 * 1024 * 1024),
            "maxmemory-policy": "allkeys-lru",
        }
    servers.stop()
    assert servers.start(60) == first
    assert kept(first.database_url) == [1]


def test_nobody_else_may_open_the_sockets_and_files_of_the_servers(servers: Servers, home: Path) -> None:
    with psycopg.connect(servers.start(60).database_url) as link:
        assert link.execute("SHOW listen_addresses").fetchone() == ("",)
        assert link.execute("SHOW data_checksums").fetchone() == ("on",)
    for name in (
        "postgres/data",
        "postgres/run",
        "postgres/postgres.log",
        "valkey/run",
        "servers.json",
        "servers.lock",
    ):
        assert stat.S_IMODE((home / name).stat().st_mode) & 0o077 == 0, name
    assert (home / "postgres/data").stat().st_uid != 0


def test_whatever_is_killed_is_named_and_revived_at_the_same_address(servers: Servers) -> None:
    endpoints = servers.start(60)
    keep(endpoints.database_url, 1)
    assert servers.dead() == []
    before = dict(servers.pids)
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: servers.dead() == ["postgres", "valkey", "warden"])
    servers.revive()
    assert servers.dead() == []
    assert not set(before.values()) & set(servers.pids.values())
    assert kept(endpoints.database_url) == [1]
    with redis.Redis.from_url(endpoints.redis_url) as client:
        assert client.ping()


def test_the_remains_of_an_interrupted_first_start_are_replaced(fresh_servers: Servers, directory: Path) -> None:
    unfinished = directory / "home/postgres/data/base"
    unfinished.mkdir(parents=True)
    for path in (directory / "home", directory / "home/postgres"):
        path.chmod(0o711)
    keep(fresh_servers.start(60).database_url, 1)
    assert not list((directory / "home/postgres").glob("new-*"))


@pytest.mark.parametrize("lock", ["data/postmaster.pid", "run/.s.PGSQL.5432.lock"])
def test_a_lock_file_that_names_a_strangers_process_does_not_prevent_a_start(
    servers: Servers, home: Path, lock: str
) -> None:
    url = servers.start(60).database_url
    cluster = home / "postgres"
    left = (cluster / lock).read_text().split("\n")
    servers.stop()
    file = cluster / lock
    file.write_text("\n".join([str(os.getpid()), *left[1:]]))
    owner = (cluster / "data").stat()
    os.chown(file, owner.st_uid, owner.st_gid)
    assert servers.start(60).database_url == url


def test_a_data_directory_too_long_for_a_socket_gets_one_elsewhere(directory: Path) -> None:
    deep = directory / ("long" * 30)
    assert len(str(deep)) > LONGEST_SOCKET_PATH
    servers = Servers(deep, postgres_settings=QUICK)
    endpoints = servers.start(60)
    try:
        keep(endpoints.database_url, 1)
        socket = Path(endpoints.redis_url.removeprefix("unix://"))
        assert len(str(socket)) < LONGEST_SOCKET_PATH
        assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    finally:
        servers.stop()


def test_a_second_owner_is_refused_with_the_process_to_stop(servers: Servers, home: Path) -> None:
    endpoints = servers.start(60)
    second = Servers(home)
    with pytest.raises(ServersUnavailable, match=rf"already runs on .*\(process {os.getpid()}\): stop it"):
        second.start(60, patience=0)
    second.stop()
    with Servers(home).attach_or_start() as attached:
        assert attached == endpoints, "the refused one has taken nothing with it"


def test_a_command_uses_the_running_servers_and_leaves_them_running(servers: Servers, home: Path) -> None:
    endpoints = servers.start(60)
    with Servers(home).attach_or_start() as attached:
        assert attached == endpoints
    keep(endpoints.database_url, 1)


def test_a_command_without_running_servers_starts_them_for_its_duration(servers: Servers) -> None:
    with servers.attach_or_start(60) as endpoints:
        keep(endpoints.database_url, 1)
        pids = dict(servers.pids)
        assert all(lives(pid) for pid in pids.values())
    assert not any(lives(pid) for pid in pids.values())


def test_a_command_waits_for_an_owner_that_is_starting(servers: Servers, home: Path) -> None:
    starting = threading.Thread(target=servers.start, args=(60,))
    starting.start()
    eventually((home / "servers.lock").exists)
    with Servers(home).attach_or_start(60) as attached:
        keep(attached.database_url, 1)
    starting.join()


def test_a_start_can_be_called_off_from_another_thread(fresh_servers: Servers) -> None:
    failures: list[BaseException] = []

    def start() -> None:
        try:
            fresh_servers.start(60)
        except ServersUnavailable as error:
            failures.append(error)

    starting = threading.Thread(target=start)
    starting.start()
    eventually(lambda: "valkey" in fresh_servers.pids)
    fresh_servers.stop()
    starting.join(5)
    assert len(failures) == 1
    assert not any(lives(pid) for pid in fresh_servers.pids.values())


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    servers = Servers(home, postgres_settings={**QUICK, "shared_buffers": "much"})
    with pytest.raises(ServersUnavailable, match=r'(?s)postgres\.log.*invalid value for parameter "shared_buffers"'):
        servers.start(60)
    assert not any(lives(pid) for pid in servers.pids.values())


def test_a_postgres_that_ends_as_soon_as_it_has_started_is_one_that_did_not_start(directory: Path) -> None:
    with pytest.raises(ServersUnavailable, match="does not answer"):
        EmbeddedPostgres._make_database(directory)  # nobody listens there any more
