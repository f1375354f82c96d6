"""The parent process, its children and the private servers, with real signals."""

import asyncio
import errno
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import psycopg
import pytest
from tests.processes import eventually, lives, open_directory, program

from medianest.adapters.embedded.servers import Endpoints, Servers, ServersUnavailable
from medianest.application.tasks import end
from medianest.main.children import Backoff, Child
from medianest.main.parent import run_parent


@pytest.fixture
def directory() -> Iterator[Path]:
    with open_directory() as path:
        yield path


@contextmanager
def parent(directory: Path, kind: str, *children: str) -> Iterator[subprocess.Popen[str]]:
    with program("parent", directory, kind, *children) as process:
        try:
            yield process
        finally:
            process.kill()
            for pid in reports(directory):  # the stubborn ones give up after 3 s: no need to wait for them
                if lives(pid):
                    os.kill(pid, signal.SIGKILL)
            eventually(lambda: not servers_run(directory))


def reports(directory: Path, name: str = "*") -> list[int]:
    """The pids of all children that have reported so far, the oldest first."""
    found = [path for path in directory.glob(f"{name}.*") if path.suffix[1:].isdigit()]
    return [int(path.suffix[1:]) for path in sorted(found, key=lambda path: path.stat().st_mtime_ns)]


def servers_run(directory: Path) -> bool:
    return any(str(directory / "servers").encode() in line for line in command_lines())


def command_lines() -> list[bytes]:
    return subprocess.run(["ps", "-ww", "-eo", "command"], capture_output=True, check=True).stdout.split(b"\n")


def environment_of(directory: Path, name: str, pid: int) -> dict[str, str]:
    found: dict[str, str] = json.loads((directory / f"{name}.{pid}").read_text())
    return found


def test_a_killed_child_is_started_again_and_the_other_goes_on(directory: Path) -> None:
    with parent(directory, "none", "serve=polite", "work=polite"):
        eventually(lambda: len(reports(directory)) == 2)
        (serve,), (work,) = reports(directory, "serve"), reports(directory, "work")
        os.kill(serve, signal.SIGKILL)
        eventually(lambda: len(reports(directory, "serve")) == 2)
        assert lives(work)
        assert reports(directory, "work") == [work]


def test_ctrl_c_stops_the_children_while_the_database_still_answers_and_then_the_servers(directory: Path) -> None:
    with parent(directory, "servers", "serve=polite") as process:
        (pid,) = eventually(lambda: reports(directory, "serve"), within=30)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=10)
        assert time.monotonic() - began < 5
        assert process.returncode == 0, output
        assert (directory / f"serve.{pid}.ended").read_text() == "database answers (1,)"
        assert not servers_run(directory)
        assert "database system is shut down" in (directory / "servers/postgres/postgres.log").read_text()


def test_killed_servers_come_back_at_the_same_address_and_the_child_lives_on(directory: Path) -> None:
    with parent(directory, "servers", "serve=polite"):
        (child,) = eventually(lambda: reports(directory, "serve"), within=30)
        url = environment_of(directory, "serve", child)["MEDIANEST_DATABASE_URL"]
        postmaster = int((directory / "servers/postgres/data/postmaster.pid").read_text().split("\n")[0])
        os.kill(postmaster, signal.SIGKILL)

        def answers() -> bool:
            try:
                with psycopg.connect(url) as link:
                    return link.execute("SELECT 1").fetchone() == (1,)
            except psycopg.OperationalError:
                return False

        eventually(lambda: not lives(postmaster) and answers())
        assert lives(child)


def test_children_and_servers_end_when_the_parent_is_killed(directory: Path) -> None:
    with parent(directory, "servers", "serve=polite", "work=polite") as process:
        eventually(lambda: len(reports(directory)) == 2, within=30)
        pids = reports(directory)
        process.kill()
        eventually(lambda: not any(lives(pid) for pid in pids) and not servers_run(directory), within=5)
        assert len(list(directory.glob("*.ended"))) == 2


def test_a_child_that_does_not_end_with_its_killed_parent_is_ended_hard(directory: Path) -> None:
    with parent(directory, "none", "serve=stubborn") as process:
        (pid,) = eventually(lambda: reports(directory, "serve"))
        process.kill()
        eventually(lambda: not lives(pid), within=4)


def test_a_child_that_ignores_the_stop_is_killed_within_five_seconds(directory: Path) -> None:
    with parent(directory, "none", "serve=stubborn", "work=polite") as process:
        eventually(lambda: len(reports(directory)) == 2)
        (stubborn,) = reports(directory, "serve")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=5)
        assert process.returncode == 0
        assert not lives(stubborn)
        assert len(list(directory.glob("work.*.ended"))) == 1


def test_while_one_child_drains_the_others_go_on(directory: Path) -> None:
    with parent(directory, "none", "serve=draining", "work=polite") as process:
        eventually(lambda: len(reports(directory)) == 2)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)
        assert process.returncode == 0
        (asked,) = directory.glob("serve.*.draining")
        for name in ("serve", "work"):
            (ended,) = directory.glob(f"{name}.*.ended")
            assert ended.stat().st_mtime - asked.stat().st_mtime >= 0.4


def test_a_second_ctrl_c_ends_everything_at_once(directory: Path) -> None:
    with parent(directory, "none", "serve=stubborn") as process:
        (pid,) = eventually(lambda: reports(directory, "serve"))
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        while "stopping" not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=2)
        assert process.returncode == 130
        assert not lives(pid)


def test_a_child_that_refuses_its_settings_stops_everything_with_its_status(directory: Path) -> None:
    with parent(directory, "none", "serve=misconfigured", "work=polite") as process:
        output, _ = process.communicate(timeout=5)
        assert process.returncode == 78
        assert output.count("child started") == 2


async def test_servers_that_cannot_start_end_the_parent_with_its_own_status(directory: Path) -> None:
    (directory / "home").write_text("a file")
    assert await run_parent([], Servers(directory / "home")) == 69


class Mortal:
    """As much of `Servers` as a parent asks. They die once, and each of `failures` is one attempt to revive them."""

    pids: Mapping[str, int] = {}

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.are_back = threading.Event()

    def start(self) -> Endpoints:
        return Endpoints("postgresql:///nowhere", "redis://nowhere")

    def dead(self) -> list[str]:
        return [] if self.are_back.is_set() else ["postgres"]

    def revive(self) -> None:
        if self.failures:
            raise self.failures.pop()
        self.are_back.set()

    def stop(self, _timeout: float) -> None: ...


async def test_a_machine_without_room_for_a_process_only_delays_that_servers_come_back(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("medianest.main.parent.LOOK_EVERY", 0.005)
    monkeypatch.setattr(Backoff, "FIRST", 0.005)
    failures = [BlockingIOError(errno.EAGAIN, "no process left"), ServersUnavailable("It ended.")]
    servers = Mortal(*failures)
    child = Child(name="serve", command=["sh", "-c", f"touch {directory}/started; exec sleep 60"])
    parent = asyncio.create_task(run_parent([child], cast("Servers", servers)))
    try:
        back = await asyncio.to_thread(servers.are_back.wait, 10)
        assert back, "the parent tries again"
        assert not parent.done()
    finally:
        await end(parent)


async def test_what_the_preparation_raises_is_raised_before_any_child_starts(directory: Path) -> None:
    def migrate(endpoints: Endpoints | None) -> None:
        assert endpoints is None
        raise LookupError("no such migration")

    child = Child(name="serve", command=["touch", str(directory / "started")])
    with pytest.raises(LookupError, match="no such migration"):
        await run_parent([child], None, prepare=migrate)
    assert not (directory / "started").exists()


def test_a_stop_while_the_servers_start_leaves_nothing_behind(directory: Path) -> None:
    with parent(directory, "servers", "serve=polite") as process:
        eventually((directory / "servers" / "servers.lock").exists)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=5)
        assert process.returncode == 0
        assert not servers_run(directory)
        assert reports(directory) == []
