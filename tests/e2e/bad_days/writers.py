"""People who write as fast as they can, and remember what was acknowledged."""

import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import psycopg

from tests.e2e.bad_days.people import Outside, Person
from tests.processes import eventually

Body = dict[str, Any]
AGAIN = 0.1
"""Seconds until a patient writer tries again."""
BUSY = (429, 503)


@dataclass
class Written:
    """Acknowledged: (log position, id of the request, text of the comment or None for the request itself). A writer
    who had to repeat something may not have been told the position, and has 0 there."""

    acknowledged: list[tuple[int, str, str | None]] = field(default_factory=list)
    refused: list[tuple[int, str, float]] = field(default_factory=list)
    """(status, code or "", seconds it took) of every other answer."""
    unanswered: list[tuple[str, str, Body]] = field(default_factory=list)
    """(Idempotency-Key, path, body) of what was sent without an answer: one a writer at most, who then ends, unless it
    is a patient one."""
    films: dict[str, int] = field(default_factory=dict)
    """What each request asks for."""

    def reasons(self) -> Counter[tuple[int, str]]:
        """How often each kind of refusal came."""
        return Counter((status, code) for status, code, _ in self.refused)


class Writers:
    """Each asks for a film, comments on it three times, and goes on to the next film, until `stop` or until there is no
    answer. `pace`: seconds between two of these. `patient`: what got no answer, or a busy one, is sent again with its
    key until it is acknowledged, also after `stop`."""

    def __init__(
        self,
        people: Sequence[Person],
        world: Outside,
        name: str = "writer",
        *,
        patient: bool = False,
        pace: float = 0.0,
    ) -> None:
        self._name = name
        self._patient = patient
        self._pace = pace
        self.written = Written()
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._write, args=(number, person, world), daemon=True)
            for number, person in enumerate(people)
        ]
        for thread in self._threads:
            thread.start()

    def go_on(self, count: int, within: float = 30.0) -> None:
        """Wait until so many more are acknowledged."""
        until = len(self.written.acknowledged) + count
        eventually(lambda: len(self.written.acknowledged) >= until, within=within)

    def stop(self) -> Written:
        self._stopping.set()
        return self.join()

    def join(self) -> Written:
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a writer hangs"
        return self.written

    def _write(self, number: int, person: Person, world: Outside) -> None:
        step, film = 0, 0
        request_id = ""
        while not self._stopping.wait(self._pace):
            key = f"{self._name}-{number}-{step}"
            text = f"{key}!" if step % 4 and request_id else None
            if text is None:
                film = world.film()
                path, body = "/media/request", {"mediaType": "movie", "tmdbId": film}
            else:
                path, body = f"/media/requests/{request_id}/comment", {"text": text}
            step += 1
            answer = self._answer(person, key, path, body)
            if answer is None:
                return
            if answer.status_code in (200, 201):
                request_id = answer.json()["id"]
                self.written.films.setdefault(request_id, film)
                position = int(answer.headers.get("x-event-position", 0))
                self.written.acknowledged.append((position, request_id, text))
            elif answer.status_code == 503:
                request_id = ""

    def _answer(self, person: Person, key: str, path: str, body: Body) -> httpx.Response | None:
        """None when there is none."""
        while True:
            try:
                answer = person.post(path, json=body, headers={"Idempotency-Key": key})
            except httpx.HTTPError:
                self.written.unanswered.append((key, path, body))
                if not self._patient:
                    return None
            else:
                if answer.status_code in (200, 201):
                    return answer
                self._note(answer)
                if not (self._patient and answer.status_code in BUSY):
                    return answer
            time.sleep(AGAIN)

    def _note(self, answer: httpx.Response) -> None:
        code = ""
        with suppress(ValueError):
            code = answer.json()["code"]
        if answer.status_code == 503:
            assert int(answer.headers["retry-after"]) >= 1
            assert answer.headers["content-type"] == "application/problem+json"
        self.written.refused.append((answer.status_code, code, answer.elapsed.total_seconds()))


def check_kept(ada: Person, database_url: str, written: Written) -> None:
    """Everything acknowledged is there exactly once, at the position that was told."""
    assert written.acknowledged
    with psycopg.connect(database_url) as link:
        # An answer names the last position of what was recorded together, which is not the new request's own.
        found = link.execute(
            "SELECT max(together.position), asked.stream_id::text, NULL FROM events AS asked "
            "JOIN events AS together USING (correlation_id, occurred_at) "
            "WHERE asked.tag = 'media_request.submitted' AND together.category IN ('media_request', 'quota', "
            "'title_claim') GROUP BY asked.stream_id, asked.position"
        ).fetchall()
    for request_id in {request_id for _, request_id, text in written.acknowledged if text}:
        for event in ada.events(request_id):
            if event["action"] == "media_request.commented":
                found.append((event["position"], request_id, event["body"]["text"]))
    times = Counter(found)
    lost = [told for told in written.acknowledged if times[told] != 1]
    assert not lost, lost
    texts = Counter(text for _, _, text in found if text)
    assert set(texts.values()) == {1}, texts


def check_exact(ada: Person, written: Written) -> None:
    """Of the requests that patient writers were told of: each is there with what they wrote on it, in their order, and
    nothing else."""
    told: dict[str, list[str]] = {request_id: [] for request_id in written.films}
    for _, request_id, text in written.acknowledged:
        told[request_id] += [text] if text else []
    for request_id, texts in told.items():
        events = ada.events(request_id)
        assert [event["action"] for event in events].count("media_request.submitted") == 1
        assert [e["body"]["text"] for e in events if e["action"] == "media_request.commented"] == texts


def check_handed_on_once(ada: Person, world: Outside, written: Written) -> None:
    """Of what was approved at once: each is there once at the gateway, and the log says so once."""
    for request_id, film in written.films.items():
        [there] = world.at_gateway(film)
        told = [e["body"] for e in ada.events(request_id) if e["action"] == "media_request.handed_on"]
        assert [body["gateway_id"] for body in told] == [str(there["id"])]
