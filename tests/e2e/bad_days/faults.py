"""What can go wrong with a MediaNest that has everything embedded: each fault is done and undone here, by its name."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import get_args

import psycopg
import redis

from medianest.adapters.standin import FaultKind
from tests.e2e.bad_days.disk import SmallDisk
from tests.e2e.bad_days.people import Outside
from tests.e2e.bad_days.running import Running
from tests.processes import children_of, eventually


@dataclass(frozen=True)
class Scene:
    """Where it happens."""

    medianest: Running
    world: Outside
    disk: SmallDisk
    chance: random.Random

    def last(self) -> None:
        """As long as an outage takes: half a second to three."""
        time.sleep(self.chance.uniform(0.5, 3.0))

    @property
    def kind(self) -> FaultKind:
        chosen: FaultKind = self.chance.choice(get_args(FaultKind))
        return chosen


def _kill_child(name: str, scene: Scene) -> None:
    killed = scene.medianest.child(name)
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: scene.medianest.child(name) != killed, within=30)


def _kill_server(name: str, scene: Scene) -> None:
    killed = scene.medianest.server(name)
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: scene.medianest.server(name) != killed, within=60)


def kill_whole(postgres: int) -> None:
    """The server of this process id and each process of its own: none of them tidies up."""
    os.kill(postgres, signal.SIGSTOP)  # or it would start some of them anew in between
    for pid in [*children_of(postgres), postgres]:
        os.kill(pid, signal.SIGKILL)


def _kill_postgres_whole(scene: Scene) -> None:
    killed = scene.medianest.server("postgres")
    kill_whole(killed)
    eventually(lambda: scene.medianest.server("postgres") != killed, within=60)


def _end_one_backend(scene: Scene) -> None:
    """One process of Postgres killed: it ends all the others and recovers, and its own parent lives."""
    with psycopg.connect(scene.medianest.database_url) as link:
        query = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        pids = [pid for (pid,) in link.execute(query)]
    if pids:
        os.kill(scene.chance.choice(pids), signal.SIGKILL)


def _cut_connections(scene: Scene) -> None:
    with psycopg.connect(scene.medianest.database_url, autocommit=True) as link:
        link.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")


def _wipe_cache(scene: Scene) -> None:
    with redis.Redis.from_url(scene.medianest.redis_url) as client:
        client.flushall()
        client.script_flush()


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """Not dead, but it does not move."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def _stop_child(name: str, scene: Scene) -> None:
    with stopped(scene.medianest.child(name)):
        scene.last()


def _stop_cache(scene: Scene) -> None:
    with stopped(scene.medianest.server("valkey")):
        scene.last()


def _fill_disk(scene: Scene) -> None:
    if scene.disk.is_real:
        scene.disk.fill()
        try:
            scene.last()
        finally:
            scene.disk.make_room()


def _spoil_gateway(scene: Scene) -> None:
    scene.world.overseerr.fail(scene.kind, times=20, seconds=3)
    scene.last()
    scene.world.overseerr.behave()


def _spoil_metadata(scene: Scene) -> None:
    scene.world.tmdb.fail(scene.kind, times=20, seconds=3)
    scene.last()
    scene.world.tmdb.behave()


def _close_gateway(scene: Scene) -> None:
    scene.world.close(scene.world.overseerr)
    try:
        scene.last()
    finally:
        scene.world.open(scene.world.overseerr)


def _start_again(end: Callable[[Running], object], scene: Scene) -> None:
    """All of it ended in this way, and at once started anew."""
    end(scene.medianest)
    scene.medianest.start_again()
    scene.medianest.started()


FAULTS: Mapping[str, Callable[[Scene], None]] = {
    "serve killed": partial(_kill_child, "serve"),
    "work killed": partial(_kill_child, "work"),
    "serve stands still": partial(_stop_child, "serve"),
    "work stands still": partial(_stop_child, "work"),
    "Postgres killed": partial(_kill_server, "postgres"),
    "Postgres killed with its processes": _kill_postgres_whole,
    "a process of Postgres killed": _end_one_backend,
    "every connection cut": _cut_connections,
    "Valkey killed": partial(_kill_server, "valkey"),
    "Valkey stands still": _stop_cache,
    "Valkey wiped": _wipe_cache,
    "warden killed": partial(_kill_server, "warden"),
    "disk full": _fill_disk,
    "gateway ill": _spoil_gateway,
    "gateway away": _close_gateway,
    "metadata ill": _spoil_metadata,
    "everything killed": partial(_start_again, Running.kill),
    "everything stopped": partial(_start_again, Running.stop),
}
