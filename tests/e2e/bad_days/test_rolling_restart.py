"""Every process exchanged for a new one while people read and write: nobody notices."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import trials
from tests.e2e.bad_days.balancing import PACE, BalancedPerson, Readers, balancing
from tests.e2e.bad_days.people import Listener, Outside, first_administrator, member
from tests.e2e.bad_days.running import WIRE, Running
from tests.e2e.bad_days.site import Site, opened_site
from tests.e2e.bad_days.writers import Writers, check_kept
from tests.pgbouncer import PROGRAM, pooled
from tests.processes import eventually

ROUNDS = trials.of(1, 10)
DRAIN = "600"
"""Seconds: longer than the balancer takes to notice, however busy the machine is. A second signal ends them."""


@pytest.fixture
def site(directory: Path, database_url: str, redis_url: str, world: Outside) -> Iterator[Site]:
    """Through a pooler where there is one, which has to forget those who go and to know those who come."""
    with ExitStack() as stack:
        url = stack.enter_context(pooled(database_url)) if PROGRAM else database_url
        settings = {"drain_seconds": DRAIN}
        yield stack.enter_context(
            opened_site(directory, url, database_url, redis_url, world, workers=trials.of(1, 2), **settings)
        )


@pytest.mark.soak
def test_a_rolling_restart_under_load_fails_no_request(site: Site, world: Outside, tell: Callable[[str], None]) -> None:
    first = first_administrator(site.serving[0])
    people = [member(first, name) for name in ("ben", "cleo")]
    with balancing([each.url for each in site.serving]) as balancer:
        ada = BalancedPerson(first, balancer)
        balanced = [BalancedPerson(person, balancer) for person in people]
        writers, readers = Writers(balanced, world, pace=PACE), Readers([ada, balanced[0]])
        for _ in range(ROUNDS):
            for old in list(site.serving):
                writers.go_on(10)
                listener = Listener(people[0].elsewhere(old.url))
                old.process.terminate()
                eventually(lambda old=old: balancer.is_done_with(old.url), within=30)
                assert asks_to_hang_up(old)
                assert not listener.ended.is_set()
                new = site.replace(old)
                assert told_to_come_back(listener)
                eventually(lambda new=new: balancer.sends_to(new.url), within=30)
            worker = site.replace(site.working[0])
            site.working.append(site.working.pop(0))
            if len(site.working) == 1:
                eventually(lambda worker=worker: worker.events("projector_leads"), within=30)
        writers.go_on(10)
        readers.stop()
        written = writers.stop()
        assert readers.failures == []
        assert (written.unanswered, written.refused) == ([], [])
        check_kept(ada, site.direct_url, written)
    done = f"{readers.answers} reads and {len(written.acknowledged)} writes"
    tell(f"{ROUNDS} x every process exchanged: {done}, none failed")


def asks_to_hang_up(server: Running) -> bool:
    """It says that it is not ready, answers all the same, and asks for the connection to be closed."""
    ready, live = (WIRE.get(f"{server.url}/health/{what}") for what in ("ready", "live"))
    statuses = (ready.status_code, live.status_code, live.headers.get("connection"))
    return statuses == (503, 200, "close") and ready.json()["checks"][0]["name"] == "process"


def told_to_come_back(listener: Listener) -> bool:
    """Its stream ended with a word about when to try again, and was not broken off."""
    assert listener.ended.wait(10)
    return [line for line in listener.heard if line][-1].startswith("retry: ") and listener.heard[-1] == ""
