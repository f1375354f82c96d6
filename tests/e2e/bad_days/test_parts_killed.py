"""One part after the other killed, under a parent that lives: service comes back by itself."""

import os
import signal

import pytest

from tests.e2e.bad_days.people import Outside, Person
from tests.e2e.bad_days.running import Running, hurry
from tests.processes import eventually, lives


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
