"""People who write as fast as they can, and remember what was acknowledged."""

import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import psycopg

from tests.e2e.bad_days.people import Outside, Person


@dataclass
class Written:
    """Acknowledged: (log position, id of the request, text of the comment or None for the request itself)."""

    acknowledged: list[tuple[int, str, str | None]] = field(default_factory=list)
    refused: list[tuple[int, str, float]] = field(default_factory=list)
    """(status, code or "", seconds it took) of every other answer."""
    unanswered: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    """(Idempotency-Key, path, body) of what was sent without an answer, one a writer at most."""


class Writers:
    """Each asks for a film, comments on it three times, and goes on to the next film. `until` None: until `stop`, or
    until somebody gets no answer."""

    def __init__(self, people: Sequence[Person], world: Outside, name: str = "writer") -> None:
        self._name = name
        self.written = Written()
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._write, args=(number, person, world), daemon=True)
            for number, person in enumerate(people)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> Written:
        self._stopping.set()
        return self.join()

    def join(self) -> Written:
        for thread in self._threads:
            thread.join(30)
            assert not thread.is_alive(), "a writer hangs"
        return self.written

    def _write(self, number: int, person: Person, world: Outside) -> None:
        step = 0
        request_id = ""
        while not self._stopping.is_set():
            key = f"{self._name}-{number}-{step}"
            text = f"{key}!" if step % 4 and request_id else None
            if text is None:
                path, body = "/media/request", {"mediaType": "movie", "tmdbId": world.film()}
            else:
                path, body = f"/media/requests/{request_id}/comment", {"text": text}
            step += 1
            try:
                answer = person.post(path, json=body, headers={"Idempotency-Key": key})
            except httpx.HTTPError:
                self.written.unanswered.append((key, path, body))
                return
            if answer.status_code in (200, 201):
                request_id = answer.json()["id"]
                self.written.acknowledged.append((int(answer.headers["x-event-position"]), request_id, text))
                continue
            code = ""
            with suppress(ValueError):
                code = answer.json()["code"]
            if answer.status_code == 503:
                assert int(answer.headers["retry-after"]) >= 1
                request_id = ""
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
