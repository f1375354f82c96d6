"""Every process exchanged for a new one while people read and write: nobody notices."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest

from tests import trials
from tests.e2e.bad_days.balancing import PACE, BalancedPerson, Readers, balancing
from tests.e2e.bad_days.people import Listener, Outside, Person, first_administrator, member, ok
from tests.e2e.bad_days.running import WIRE, Running
from tests.e2e.bad_days.site import Site, opened_site
from tests.e2e.bad_days.writers import Writers, check_kept
from tests.pgbouncer import PROGRAM, pooled
from tests.processes import eventually

ROUNDS = trials.of(1, 10)
DRAIN, SHORT_DRAIN = "600", "3"
"""Seconds: longer than the balancer takes to notice, however busy the machine is, and ended by a second signal; and as
long as it takes, and no longer, after which a server goes by itself."""


@pytest.fixture
def site(directory: Path, database_url: str, redis_url: str, world: Outside) -> Iterator[Site]:
    """Through a pooler where there is one, which has to forget those who go and to know those who come."""
    with ExitStack() as stack:
        url = stack.enter_context(pooled(database_url)) if PROGRAM else database_url
        drains = (SHORT_DRAIN, DRAIN)
        yield stack.enter_context(
            opened_site(directory, url, database_url, redis_url, world, workers=trials.of(1, 2), drains=drains)
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
                slow = SlowComment(first.elsewhere(old.url), writers.written.acknowledged[-1][1])
                old.process.terminate()
                eventually(lambda old=old: balancer.is_done_with(old.url), within=30)
                if old.settings["drain_seconds"] == DRAIN:
                    assert asks_to_hang_up(old)
                    assert not listener.ended.is_set()
                    old.process.terminate()
                eventually(lambda old=old: not takes_connections(old), within=10)
                slow.finish(ada)
                assert old.process.wait(10) == 0
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
    through = "through a pooler" if PROGRAM else "without a pooler, which is not installed"
    tell(
        f"{ROUNDS} x every process exchanged ({through}): {done}, none failed, also none that was still being sent "
        f"when its server went, by itself after {SHORT_DRAIN} s or by a second signal"
    )


def asks_to_hang_up(server: Running) -> bool:
    """It says that it is not ready, answers all the same, and asks for the connection to be closed."""
    ready, live = (WIRE.get(f"{server.url}/health/{what}") for what in ("ready", "live"))
    statuses = (ready.status_code, live.status_code, live.headers.get("connection"))
    return statuses == (503, 200, "close") and ready.json()["checks"][0]["name"] == "process"


def takes_connections(server: Running) -> bool:
    try:
        socket.create_connection(("127.0.0.1", int(server.port)), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True


class SlowComment:
    """The first half of it is sent, and the other one when it is to be finished."""

    def __init__(self, person: Person, request_id: str) -> None:
        self._text = f"slow, at {person.base_url}, {uuid4()}"
        self._request_id = request_id
        self._is_begun, self._rest = threading.Event(), threading.Event()
        body = json.dumps({"text": self._text}).encode()
        # A length is known: it is no stream to the server, but a client on a bad line.
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        path, content = f"/media/requests/{request_id}/comment", self._halves(body)
        self._answer = ThreadPoolExecutor(1).submit(person.post, path, content=content, headers=headers)
        assert self._is_begun.wait(10)

    def finish(self, ada: Person) -> None:
        self._rest.set()
        ok(self._answer.result(10), 200)
        assert [each["body"].get("text") for each in ada.events(self._request_id)].count(self._text) == 1

    def _halves(self, body: bytes) -> Iterator[bytes]:
        yield body[:10]
        self._is_begun.set()
        assert self._rest.wait(60)
        yield body[10:]


def told_to_come_back(listener: Listener) -> bool:
    """Its stream ended with a word about when to try again, and was not broken off."""
    assert listener.ended.wait(10)
    return [line for line in listener.heard if line][-1].startswith("retry: ") and listener.heard[-1] == ""
