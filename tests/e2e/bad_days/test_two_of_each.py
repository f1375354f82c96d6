"""Two processes that serve and two that work, on servers of one's own: nobody can tell which of them answered."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from tests import trials
from tests.e2e.bad_days.people import Listener, Outside, Person, first_administrator, member, ok
from tests.e2e.bad_days.site import Site, opened_site
from tests.pgbouncer import pooled
from tests.processes import eventually


@pytest.fixture(params=trials.of(["straight"], ["straight", "pooled"]))
def site(
    request: pytest.FixtureRequest, directory: Path, database_url: str, redis_url: str, world: Outside
) -> Iterator[Site]:
    """Directly at the Postgres, and through a pgbouncer in transaction mode."""
    with ExitStack() as stack:
        url = stack.enter_context(pooled(database_url)) if request.param == "pooled" else database_url
        yield stack.enter_context(opened_site(directory, url, database_url, redis_url, world))


@pytest.mark.soak
def test_what_is_said_to_one_holds_at_the_other(site: Site, world: Outside) -> None:
    (here, there), (leader, standby) = site.serving, site.working
    ada = first_administrator(here)
    ada_there = ada.elsewhere(there.url)
    ben = member(ada, "ben")
    ben_there = ben.elsewhere(there.url)
    ok(ben_there.get("/auth/me"))
    listeners = [Listener(ada), Listener(ada_there)]
    request_id = ok(ben_there.ask(world.film()), 201)["id"]
    for listener in listeners:
        listener.hears_of(request_id)

    # What one process has remembered is not believed where another one has changed it.
    ok(ada.act(request_id, "reject", reason="Not this one"))
    assert ada_there.act(request_id, "approve").status_code == 409
    ok(ada.patch(f"/admin/users/{ben.id}", json={"name": "Benedict", "permissions": ["request", "auto_approve"]}))
    eventually(lambda: ok(ben_there.get("/auth/me"))["name"] == "Benedict", within=1)
    assert ok(ben_there.ask(world.film()), 201)["status"] == "approved"

    share_the_jobs(site, ada, world)

    ok(ada.patch(f"/admin/users/{ben.id}", json={"suspended": True}))
    eventually(lambda: ben_there.get("/auth/me").status_code == 401, within=1)
    assert ben.get("/auth/me").status_code == 401

    leader.kill()
    killed = time.monotonic()
    film = world.film()
    later = ada.asked(film)
    Person.sees(ada_there, later, "handed_on", within=5)
    assert time.monotonic() - killed < 5
    assert standby.events("projector_leads")
    assert len(world.at_gateway(film)) == 1
    for listener in listeners:
        listener.hears_of(later)
    assert site.differences() == ""
    os.kill(here.process.pid, signal.SIGKILL)
    assert ok(ada_there.get(f"/media/requests/{later}"))["status"] == "handed_on"
    assert not listeners[1].ended.is_set()
    for each in (there, standby):
        assert each.stop() < 5
        assert each.process.returncode == 0
    assert listeners[1].ended.wait(5)


def share_the_jobs(site: Site, ada: Person, world: Outside) -> None:
    """More jobs at a time than one worker takes: the other has some of them."""
    films = [world.film() for _ in range(6)]
    world.overseerr.fail("slow", method="POST", times=len(films), seconds=1)
    requests = [ada.asked(film) for film in films]
    with psycopg.connect(site.direct_url, autocommit=True) as link:

        def busy() -> bool:
            counted = "SELECT count(DISTINCT worker_id) FROM procrastinate_jobs WHERE status = 'doing'"
            return link.execute(counted).fetchone() == (2,)

        eventually(busy)
    for request_id, film in zip(requests, films, strict=True):
        ada.sees(request_id, "handed_on")
        assert len(world.at_gateway(film)) == 1
