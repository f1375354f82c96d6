"""Two processes that serve and two that work, on servers of one's own: nobody can tell which of them answered."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.bad_days.people import Listener, Outside, Person, first_administrator, member, ok
from tests.e2e.bad_days.running import Running, end
from tests.processes import eventually

KEY = "the one key that all processes of this MediaNest share"


@pytest.fixture
def site(
    directory: Path, database_url: str, redis_url: str, world: Outside
) -> Iterator[tuple[list[Running], list[Running]]]:
    """Those that serve, and those that work, the one that keeps the views first."""
    settings = {"database_url": database_url, "redis_url": redis_url, "secret_key": KEY, **world.settings}
    with ExitStack() as stack:

        def begin(name: str, command: str) -> Running:
            medianest = Running(directory / name, command, **settings)
            stack.callback(end, medianest)
            return medianest

        serving = [begin("one", "serve"), begin("two", "serve")]
        working = [begin("three", "work"), begin("four", "work")]
        for each in serving:
            each.started()
        eventually(lambda: any(each.events("projector_leads") for each in working))
        working.sort(key=lambda each: not each.events("projector_leads"))
        yield serving, working
        assert not (directory / "one").exists() or not any((directory / "one").iterdir())  # nothing is embedded


def test_what_is_said_to_one_holds_at_the_other(site: tuple[list[Running], list[Running]], world: Outside) -> None:
    (here, there), (leader, standby) = site
    ada = first_administrator(here)
    ben = member(ada, "ben")
    ben_there = ben.elsewhere(there.url)
    ok(ben_there.get("/auth/me"))
    listeners = [Listener(ada), Listener(ada.elsewhere(there.url))]
    request_id = ok(ben_there.ask(world.film()), 201)["id"]
    for listener in listeners:
        listener.hears_of(request_id)

    ok(ada.patch(f"/admin/users/{ben.id}", json={"suspended": True}))
    eventually(lambda: ben_there.get("/auth/me").status_code == 401, within=1)
    assert ben.get("/auth/me").status_code == 401

    leader.kill()
    killed = time.monotonic()
    film = world.film()
    later = ada.asked(film)
    Person.sees(ada.elsewhere(there.url), later, "handed_on", within=5)
    assert time.monotonic() - killed < 5
    assert standby.events("projector_leads")
    assert len(world.at_gateway(film)) == 1
    for listener in listeners:
        listener.hears_of(later)
    os.kill(here.process.pid, signal.SIGKILL)
    assert ok(ada.elsewhere(there.url).get(f"/media/requests/{later}"))["status"] == "handed_on"
    assert not listeners[1].ended.is_set()
    for each in (there, standby):
        assert each.stop() < 5
        assert each.process.returncode == 0
    assert listeners[1].ended.wait(5)
