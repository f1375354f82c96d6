"""People who look at everything, one page after the other, and remember what they were answered."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx

from tests.e2e.bad_days.people import Person


@dataclass
class Seen:
    answered: int = 0
    failed: list[str] = field(default_factory=list)
    """Path and status of every answer but 200, or why there was none."""
    slowest: float = 0.0
    """Seconds."""


class Readers:
    """Each asks for `paths` over and over, until `stop`."""

    def __init__(self, people: Sequence[Person], paths: Sequence[str]) -> None:
        self.seen = Seen()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._read, args=(each, paths), daemon=True) for each in people]
        for thread in self._threads:
            thread.start()

    def stop(self) -> Seen:
        self._stopping.set()
        for thread in self._threads:
            thread.join(30)
            assert not thread.is_alive(), "a reader hangs"
        return self.seen

    def _read(self, person: Person, paths: Sequence[str]) -> None:
        while not self._stopping.is_set():
            for path in paths:
                try:
                    answer = person.get(path)
                except httpx.HTTPError as failure:
                    self.seen.failed.append(f"{path} {failure!r}")
                    continue
                self.seen.slowest = max(self.seen.slowest, answer.elapsed.total_seconds())
                self.seen.answered += 1
                if answer.status_code != 200:
                    self.seen.failed.append(f"{path} {answer.status_code} {answer.text}")
