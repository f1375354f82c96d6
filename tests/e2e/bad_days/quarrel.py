"""Several people who decide on the same few things at the same time, each step at either of two processes."""

import itertools
import random
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.e2e.bad_days.people import PASSWORD, Person
from tests.e2e.bad_days.threads import Threads

WISHES: Mapping[str, int] = {"ask": 12, "cancel": 4, "follow": 1, "unfollow": 1, "comment": 1}
"""What anybody does, and how often."""
MANAGING: Mapping[str, int] = {"approve": 6, "reject": 4, "retry": 1, "register": 2, "limit": 1}
"""What managers do besides."""
SEASONS = ([1], [2], [1, 2], [1, 2, 3])
AGAIN = 0.2
"""How much of what was recorded is sent once more, to the other process."""


@dataclass(frozen=True)
class Step:
    """`name` is the correlation id of what came of it; `position` is what the answer said, None where it said none."""

    name: str
    who: str
    call: str
    status: int
    code: str
    position: int | None


@dataclass
class Told:
    steps: list[Step] = field(default_factory=list)
    repeated: int = 0
    wrong: list[str] = field(default_factory=list)
    """Repetitions that were answered otherwise than the first, and calls without an answer."""
    emails: set[str] = field(default_factory=set)

    def answers(self) -> Counter[int]:
        return Counter(step.status for step in self.steps)


class Quarrel(Threads):
    """While it is entered, each of `people` (the same one may be there twice) asks for the same `films` and the same
    `series`, and acts on what others asked for; the `managers` among them decide, register the same addresses, and
    change what the others may ask for. With one `seed` each wants the same things in the same order."""

    def __init__(
        self,
        people: Sequence[Person],
        managers: Sequence[Person],
        urls: Sequence[str],
        *,
        films: Sequence[int],
        series: Sequence[int],
        seed: int,
    ) -> None:
        self.told = Told()
        self._urls = urls
        self._titles = [*(("movie", film) for film in films), *(("tv", each) for each in series)]
        self._limited = sorted({person.id for person in people} - {manager.id for manager in managers})
        self._known: deque[str] = deque(maxlen=len(self._titles) + 2)
        self._addresses = itertools.count()
        self._seed = seed
        everybody = [*((each, WISHES) for each in people), *((each, {**WISHES, **MANAGING}) for each in managers)]
        super().__init__(self._act, [(number, *each) for number, each in enumerate(everybody)])

    def _act(self, number: int, person: Person, wishes: Mapping[str, int]) -> None:
        chance = random.Random(f"{self._seed}-{number}")
        twins = [person.elsewhere(url) for url in self._urls]
        for step in itertools.count():
            if self._over.is_set():
                return
            [wish] = chance.choices(list(wishes), list(wishes.values()))
            name, side = f"quarrel-{number}-{step}", chance.randrange(2)
            method, path, body = self._call(wish, chance)
            is_again = chance.random() < AGAIN
            try:
                answer = self._send(twins[side], name, method, path, body)
                if is_again and "x-event-position" in answer.headers:
                    self._repeat(answer, twins[1 - side], name, method, path, body)
            except httpx.HTTPError as failure:
                self.told.wrong.append(f"{name}: {method} {path} {failure!r}")

    def _call(self, wish: str, chance: random.Random) -> tuple[str, str, Any]:
        if wish == "register":
            email = f"guest-{next(self._addresses) // 3}@example.org"  # each address three times or so
            self.told.emails.add(email)
            return "POST", "/admin/users", {"email": email, "name": "A guest", "password": PASSWORD}
        if wish == "limit":
            limits = {"movieLimit": chance.choice([1, 2, 3]), "seasonLimit": chance.choice([1, 2, 3])}
            return "PATCH", f"/admin/users/{chance.choice(self._limited)}", {"quota": limits}
        known = tuple(self._known)
        if wish == "ask" or not known:
            kind, number = chance.choice(self._titles)
            seasons = {"seasons": chance.choice(SEASONS)} if kind == "tv" else {}
            return "POST", "/media/request", {"mediaType": kind, "tmdbId": number, **seasons}
        body = {"reject": {"reason": "Not now."}, "comment": {"text": "Is it any good?"}}.get(wish)
        return "POST", f"/media/requests/{chance.choice(known)}/{wish}", body

    def _send(self, person: Person, name: str, method: str, path: str, body: Any) -> httpx.Response:
        answer = person.request(method, path, json=body, headers={"X-Correlation-Id": name, "Idempotency-Key": name})
        said = answer.json() if answer.content else {}
        position = answer.headers.get("x-event-position")
        call, code = f"{method} {path} {body}", "" if answer.is_success else said["code"]
        self.told.steps.append(
            Step(name, person.id, call, answer.status_code, code, int(position) if position else None)
        )
        if path == "/media/request" and answer.is_success and said["id"] not in self._known:
            self._known.append(said["id"])
        return answer

    def _repeat(self, first: httpx.Response, person: Person, name: str, method: str, path: str, body: Any) -> None:
        """The same with its key at the other process: the same answer, and nothing comes of it."""
        headers = {"X-Correlation-Id": f"{name}-again", "Idempotency-Key": name}
        again = person.request(method, path, json=body, headers=headers)
        self.told.repeated += 1
        is_same = (again.status_code, again.content) == (first.status_code, first.content)
        if not is_same or again.headers.get("idempotent-replay") != "true":
            self.told.wrong.append(f"{name}: {first.text}, and again {again.status_code} {again.text}")
