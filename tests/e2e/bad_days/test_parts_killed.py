"""One part after the other killed, under a parent that lives: service comes back by itself."""

import os
import random
import signal
from collections.abc import Callable, Mapping

import pytest
import redis

from tests import trials
from tests.e2e.bad_days.faults import stopped
from tests.e2e.bad_days.people import Outside, Person, member
from tests.e2e.bad_days.readers import Readers
from tests.e2e.bad_days.running import WIRE, Running, hurry
from tests.e2e.bad_days.writers import Writers, check_kept
from tests.processes import eventually, lives

KILLINGS = trials.of(1, 25)
WIPINGS = trials.of(1, 8)


@pytest.mark.parametrize("name", ["serve", "work"])
def test_a_killed_child_is_replaced_and_what_is_asked_for_is_handed_on(
    name: str, medianest: Running, ada: Person, world: Outside
) -> None:
    killed = medianest.child(name)
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: medianest.child(name) != killed and medianest.is_ready(), within=20)
    assert not lives(killed)
    film = world.film()
    request_id = ada.asked(film)
    ada.sees(request_id, "handed_on")
    assert len(world.at_gateway(film)) == 1


@pytest.mark.parametrize("name", ["postgres", "valkey", "warden"])
def test_a_killed_server_is_replaced_and_nothing_that_was_acknowledged_is_missing(
    name: str, medianest: Running, ada: Person, world: Outside
) -> None:
    before = ada.asked(world.film())
    children = [medianest.child("serve"), medianest.child("work")]
    killed = medianest.server(name)
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: medianest.server(name) != killed and medianest.is_ready(), within=20)
    film = world.film()
    after = ada.asked(film)
    for request_id in (before, after):
        ada.sees(request_id, "handed_on")
        assert ada.actions(request_id).count("media_request.submitted") == 1
    assert len(world.at_gateway(film)) == 1
    assert [medianest.child("serve"), medianest.child("work")] == children


def test_a_worker_killed_between_the_gateway_and_the_log_leaves_one_request_at_the_gateway(
    medianest: Running, ada: Person, world: Outside
) -> None:
    film = world.film()
    world.overseerr.fail("slow", method="POST", times=1, seconds=60)
    request_id = ada.asked(film)
    eventually(lambda: world.at_gateway(film), within=10)
    killed = medianest.child("work")
    assert ada.status(request_id) == "approved"  # made there, and not yet recorded here
    os.kill(killed, signal.SIGKILL)
    hurry(medianest)
    ada.sees(request_id, "handed_on", within=20)
    assert medianest.child("work") != killed
    [there] = world.at_gateway(film)
    handed_on = [e for e in ada.events(request_id) if e["action"] == "media_request.handed_on"]
    assert [e["body"]["gateway_id"] for e in handed_on] == [str(there["id"])]


@pytest.mark.soak
def test_workers_killed_at_any_moment_of_handing_on_ask_the_gateway_once_for_each_request(
    medianest: Running,
    ada: Person,
    world: Outside,
    tell: Callable[[str], None],
    progress: Callable[[str], None],
) -> None:
    chance = random.Random()
    asked = {}
    orders = 0
    for number in range(KILLINGS):
        films = [world.film() for _ in range(6)]
        world.overseerr.fail("slow", method="POST", times=len(films), seconds=0.1)  # done, but said late
        now = {film: ada.asked(film) for film in films}
        asked |= now
        # Anywhere between the first order and the last record; which is which is up to chance.
        reached = chance.randint(1, 2 * len(films))
        eventually(lambda now=now, reached=reached: _steps(ada, world, now) >= reached, within=30)
        killed = medianest.child("work")
        os.kill(killed, signal.SIGKILL)
        eventually(lambda killed=killed: medianest.child("work") != killed, within=20)
        hurry(medianest)
        for request_id in now.values():
            ada.sees(request_id, "handed_on", within=40)
        progress(f"worker killed {number + 1} of {KILLINGS} at step {reached} of {2 * len(films)}")
    for film, request_id in asked.items():
        [there] = world.at_gateway(film)
        handed_on = [e for e in ada.events(request_id) if e["action"] == "media_request.handed_on"]
        assert [e["body"]["gateway_id"] for e in handed_on] == [str(there["id"])]
        orders += world.orders(film)
    tell(
        f"{KILLINGS} workers killed while handing on {len(asked)} requests: each once at the gateway, which was asked "
        f"{orders} times"
    )


def _steps(ada: Person, world: Outside, asked: Mapping[int, str]) -> int:
    """How many of the films the gateway has, and how many are recorded as handed on."""
    there = sum(bool(world.at_gateway(film)) for film in asked)
    return there + sum(ada.status(request_id) == "handed_on" for request_id in asked.values())


@pytest.mark.soak
def test_no_request_fails_while_valkey_is_killed_hangs_and_is_wiped(
    medianest: Running, ada: Person, world: Outside, tell: Callable[[str], None], progress: Callable[[str], None]
) -> None:
    people = [member(ada, f"under-load-{number}") for number in range(3)]
    known = world.film()
    writers = Writers(people, world, "valkey")
    readers = Readers(
        [each.elsewhere(medianest.url) for each in people],
        [f"/media/movie/{known}", f"/media/search?query=The Umbrella Thief {known}", "/media/requests", "/auth/me"],
    )
    for number in range(WIPINGS):
        writers.go_on(10)
        with redis.Redis.from_url(medianest.redis_url) as client:
            client.flushall()
            client.script_flush()
        writers.go_on(10)
        with stopped(medianest.server("valkey")):
            writers.go_on(10)
        writers.go_on(10)
        killed = medianest.server("valkey")
        os.kill(killed, signal.SIGKILL)
        writers.go_on(10)
        eventually(lambda killed=killed: medianest.server("valkey") != killed, within=20)
        progress(f"Valkey wiped, stopped and killed {number + 1} of {WIPINGS}")
    writers.go_on(10)
    written, seen = writers.stop(), readers.stop()
    assert not written.unanswered
    assert not written.refused
    assert not seen.failed
    assert seen.answered
    check_kept(ada, medianest.database_url, written)
    eventually(lambda: WIRE.get(f"{medianest.url}/health/ready").json()["status"] == "ok", within=20)
    tell(
        f"Valkey wiped, hung and killed {WIPINGS} times each: {len(written.acknowledged):,} writes and "
        f"{seen.answered:,} reads, none failed; the slowest read took {seen.slowest:.2f} s"
    )
