"""A load balancer as its clients know it: it asks who is ready, sends to those, and repeats nothing."""

import itertools
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx

from tests.e2e.bad_days.people import Person
from tests.processes import eventually

PROBE = 0.1
"""Seconds between two looks at each server."""
MISSES = 3
"""Looks in a row after which a server that is not ready gets nothing more: one may have been lost on the way."""


PACE = 0.1
"""Seconds between an answer and the same person's next request: a steady load, under which a server still starts in
good time."""


class Balancer:
    def __init__(self, urls: Sequence[str]) -> None:
        self._misses = dict.fromkeys(urls, MISSES)
        self._under_way = Counter[str]()
        self._lock = threading.Lock()
        self._turns = itertools.count()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._watch, args=(url,), daemon=True) for url in urls]
        for thread in self._threads:
            thread.start()

    @contextmanager
    def chosen(self) -> Iterator[str]:
        """For one request: each in turn of those that are ready."""
        with self._lock:
            ready = [url for url, misses in self._misses.items() if misses < MISSES]
            url = ready[next(self._turns) % len(ready)]
            self._under_way[url] += 1
        try:
            yield url
        finally:
            with self._lock:
                self._under_way[url] -= 1

    def sends_to(self, url: str) -> bool:
        return self._misses[url] < MISSES

    def is_done_with(self, url: str) -> bool:
        """Nothing is sent there any more, and all that was sent is answered."""
        with self._lock:
            return not self.sends_to(url) and self._under_way[url] == 0

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(5)

    def _watch(self, url: str) -> None:
        # A connection of its own each time, as balancers do it: what they ask is also whether one can be had.
        with httpx.Client(trust_env=False, verify=False, timeout=2, headers={"Connection": "close"}) as client:
            while not self._stopping.wait(PROBE):
                try:
                    is_ready = client.get(f"{url}/health/ready").status_code == 200
                except httpx.HTTPError:
                    is_ready = False
                with self._lock:
                    self._misses[url] = 0 if is_ready else self._misses[url] + 1


@contextmanager
def balancing(urls: Sequence[str]) -> Iterator[Balancer]:
    balancer = Balancer(urls)
    try:
        eventually(lambda: all(balancer.sends_to(url) for url in urls))
        yield balancer
    finally:
        balancer.stop()


class BalancedPerson(Person):
    """Somebody who is signed in and whose every request goes where the balancer sends it, over connections that are
    kept."""

    def __init__(self, person: Person, balancer: Balancer) -> None:
        super().__init__("http://balanced", {"user": {"id": person.id}, "accessToken": ""})
        self._person = person
        self._balancer = balancer
        self._at: dict[str, Person] = {}

    def request(self, method: str, url: Any, **what: Any) -> httpx.Response:  # type: ignore[override]
        with self._balancer.chosen() as server:
            if server not in self._at:
                self._at[server] = self._person.elsewhere(server)
            return self._at[server].request(method, url, **what)


class Readers:
    """They look at the same things again and again; `answers` counts the good ones, `failures` says what else came."""

    PATHS = ("/media/requests", "/media/requests/counts", "/auth/me")

    def __init__(self, people: Sequence[Person]) -> None:
        self.answers = 0
        self.failures: list[str] = []
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._read, args=(person,), daemon=True) for person in people]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(30)
            assert not thread.is_alive(), "a reader hangs"

    def _read(self, person: Person) -> None:
        for path in itertools.cycle(self.PATHS):
            if self._stopping.wait(PACE):
                return
            try:
                answer = person.get(path)
            except httpx.HTTPError as error:
                self.failures.append(f"{path}: {error!r}")
                continue
            if answer.status_code == 200:
                self.answers += 1
            else:
                self.failures.append(f"{path}: {answer.status_code} {answer.text}")
