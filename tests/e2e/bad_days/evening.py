"""An evening of several people who search, look, ask and approve, whatever the world outside does meanwhile."""

import itertools
import random
import uuid
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx

from tests.e2e.bad_days.kept import THEN
from tests.e2e.bad_days.people import Outside, Person
from tests.e2e.bad_days.threads import Threads

BEARABLE = {"metadata_unavailable", "plex_unavailable"}
"""Codes of a 503 when it is someone else who is ill."""


@dataclass
class Remembered:
    """`waiting` was asked for, `approved` approved, and `arrived` put into the library: the films by their requests."""

    waiting: dict[str, int] = field(default_factory=dict)
    approved: dict[str, int] = field(default_factory=dict)
    arrived: dict[str, int] = field(default_factory=dict)
    answers: Counter[int] = field(default_factory=Counter)
    stale: int = 0
    wrong: list[str] = field(default_factory=list)
    """Answers that nobody should get."""


class Evening(Threads):
    """While it is entered, `people` do one thing after the other, the `managers` among them what only they may."""

    def __init__(
        self, people: Sequence[Person], managers: Sequence[Person], world: Outside, words: Sequence[str], films: range
    ) -> None:
        self._world = world
        self._words = words
        self._films = films
        self._new: deque[str] = deque()
        self._numbers = itertools.count()
        self.remembered = Remembered()
        everybody = [*((each, self._guest) for each in people), *((each, self._manager) for each in managers)]
        super().__init__(self._act, everybody)

    def _act(self, person: Person, doing: Callable[[Person, random.Random], None]) -> None:
        chance = random.Random(next(self._numbers))
        while not self._over.is_set():
            try:
                doing(person, chance)
            except httpx.HTTPError as failure:
                self.remembered.wrong.append(f"no answer: {failure!r}")

    def _guest(self, person: Person, chance: random.Random) -> None:
        match chance.randrange(5):
            case 0:
                self._look(person, "/media/search", query=chance.choice(self._words))
            case 1:
                self._look(person, f"/media/movie/{chance.choice(self._films)}")
            case 2:
                self._look(person, "/plex/libraries")
            case 3:
                self._look(person, "/media/requests")
            case _:
                self._ask(person)

    def _look(self, person: Person, path: str, **query: str) -> None:
        answer = person.get(path, params=query)
        if self._is_answered(answer, path) and path.startswith(("/media/search", "/media/movie")):
            is_old, is_marked = f'"{THEN}' in answer.text, answer.headers.get("x-metadata") == "stale"
            self.remembered.stale += is_old
            if is_old and not is_marked:
                self.remembered.wrong.append(f"{path} is old and does not say so")

    def _ask(self, person: Person) -> None:
        """With the key of before as long as the answer is that somebody else is ill."""
        film, key = self._world.film(), str(uuid.uuid4())
        while not self._over.is_set():
            answer = person.ask(film, **{"Idempotency-Key": key})
            if self._is_answered(answer, "asking", 201):
                self.remembered.waiting[answer.json()["id"]] = film
                self._new.append(answer.json()["id"])
                return
            self._over.wait(0.1)

    def _manager(self, person: Person, chance: random.Random) -> None:
        """Approves some and leaves some; of what is approved, some is soon there."""
        try:
            request_id = self._new.popleft()
        except IndexError:
            self._over.wait(0.05)
            return
        if chance.random() < 0.3 or not self._is_answered(person.act(request_id, "approve"), "approving"):
            return
        film = self.remembered.approved[request_id] = self.remembered.waiting.pop(request_id)
        if chance.random() < 0.4:
            self._world.arrive(film)
            self.remembered.arrived[request_id] = self.remembered.approved.pop(request_id)

    def _is_answered(self, answer: httpx.Response, what: str, status: int = 200) -> bool:
        self.remembered.answers[answer.status_code] += 1
        if answer.status_code == status:
            return True
        if answer.status_code != 503 or answer.json()["code"] not in BEARABLE or "retry-after" not in answer.headers:
            self.remembered.wrong.append(f"{what}: {answer.status_code} {answer.text}")
        return False
