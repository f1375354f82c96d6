"""Two people who leave everything behind that can be left: names, an address, devices, and words of every kind."""

from datetime import UTC, datetime
from uuid import uuid4

import httpx
import psycopg

from tests.e2e.bad_days.people import PASSWORD, Outside, Person, member, ok
from tests.e2e.bad_days.running import WIRE, Running
from tests.e2e.bad_days.searching import Words
from tests.processes import eventually

GUEST = {"email": "Zephyrine.Hawkmoth+den@Example.ORG", "name": 'Zephyrine "Zee" Håkonsdottir'}
PORTER = {"email": "quillfeather@example.org", "name": "Balthasar Quillfeather"}
THEIRS = Words(
    (
        *("Zephyrine", "Hawkmoth", "Håkonsdottir", "Wilhelmyne", "Brontosaurus", "Ottoline", "Kingfisher"),
        *("Balthasar", "Quillfeather", "Marzipan", "Pantechnicon", "Bassoon"),
    )
)
ADAS = "Too many penguins"
"""A reason of somebody who stays."""


class Story:
    """What a guest asked for, and what came of it: a porter, an administrator and a friend have a hand in it. Whatever
    can be repeated has an Idempotency-Key, so that its answer is kept."""

    def __init__(self, ada: Person, world: Outside, medianest: Running) -> None:
        self.ada, self.world, self.medianest = ada, world, medianest
        self.since = datetime.now(UTC)
        self.friend, self.suspect = member(ada, "fern"), member(ada, "finn")
        self.guest_id, self.began = self._register(GUEST)
        self.porter_id, _ = self._register(PORTER)
        may = ["request", "manage_requests", "manage_users", "manage_settings"]
        self._change(self.porter_id, permissions=may)
        self.guest = self._sign_in(GUEST["email"].upper(), "Brontosaurus Tablet")
        self.porter = self._sign_in(PORTER["email"], "Brontosaurus Phone")
        self.requests = [self._asked() for _ in range(4)]
        self.correlation_id = ""
        self.undone = 0

    def happen(self) -> None:
        first, second, third, fourth = self.requests
        ok(self.friend.ask(self._tmdb_of(first), **_key()), 200)
        ok(self.guest.post(f"/media/requests/{first}/comment", json={"text": "The kingfisher sleeps"}, headers=_key()))
        self._act(self.porter, second, "reject", reason="Marzipan is no plot")
        self._act(self.ada, third, "reject", reason=ADAS)
        approved = self._act(self.ada, fourth, "approve")
        self.correlation_id = approved.headers["x-correlation-id"]
        self.ada.sees(fourth, "handed_on")
        eventually(lambda: len(ok(self.guest.get("/notifications"))["items"]) >= 3)
        self.undone = self._change(self.guest_id, name="Wilhelmyne Håkonsdottir")
        self._undo(self.undone)
        self._change(self.guest_id, name="Wilhelmyne Hawkmoth")
        reason = "A whistling pantechnicon"
        ok(self.porter.patch(f"/admin/users/{self.suspect.id}", json={"suspended": True, "reason": reason}))
        self._undo(self.latest(stream=self.suspect.id, action="user.suspended"))
        self._park()
        assert ok(self.ada.get("/admin/audit", params={"phrase": 'actor:"wilhelmyne hawkmoth"'}))["items"]
        ok(self.ada.get("/media/search", params={"query": "Wilhelmyne Hawkmoth"}))

    def latest(self, **criteria: str) -> int:
        """The position of the latest event that fits."""
        found = ok(self.ada.get("/admin/audit", params={**criteria, "limit": "1"}))
        return int(found["items"][0]["position"])

    def _tmdb_of(self, request_id: str) -> int:
        return int(ok(self.ada.get(f"/media/requests/{request_id}"))["tmdbId"])

    def _register(self, who: dict[str, str]) -> tuple[str, int]:
        wish = {**who, "role": "member", "password": PASSWORD}
        made = self.ada.post("/admin/users", json=wish, headers=_key())
        return str(ok(made, 201)["id"]), int(made.headers["x-event-position"])

    def _change(self, user_id: str, **change: object) -> int:
        changed = self.ada.patch(f"/admin/users/{user_id}", json=change, headers=_key())
        ok(changed)
        return int(changed.headers["x-event-position"])

    def _sign_in(self, email: str, device: str) -> Person:
        wish = {"email": email, "password": PASSWORD}
        url = f"{self.medianest.url}/api/v1/auth/login"
        return Person(self.medianest.url, ok(WIRE.post(url, json=wish, headers={"User-Agent": device})))

    def _asked(self) -> str:
        wish = {"mediaType": "movie", "tmdbId": self.world.film(), "note": "For Ottoline & Zephyrine"}
        return str(ok(self.guest.post("/media/request", json=wish, headers=_key()), 201)["id"])

    def _act(self, person: Person, request_id: str, verb: str, **body: str) -> httpx.Response:
        answer = person.post(f"/media/requests/{request_id}/{verb}", json=body or None, headers=_key())
        ok(answer)
        return answer

    def _undo(self, position: int) -> None:
        ok(self.ada.post(f"/admin/audit/{position}/undo", headers=_key()))

    def _park(self) -> None:
        """As if a mistake of ours had parked two of the guest's events: one is tried again, the other skipped."""
        again, without = [self.latest(stream=each, action="media_request.submitted") for each in self.requests[:2]]
        with psycopg.connect(self.medianest.database_url) as link:
            link.execute(
                "INSERT INTO parked_events (reaction, position, stream_id, error, stack, attempts) "
                "SELECT 'tell_people', position, stream_id, 'KeyError', '', 3 FROM events WHERE position = ANY(%s)",
                ([again, without],),
            )
        ok(self.ada.post(f"/admin/parked/tell_people:{again}/retry", headers=_key()), 202)
        skip = {"reason": "Everybody heard the bassoon"}
        ok(self.porter.post(f"/admin/parked/tell_people:{without}/skip", json=skip, headers=_key()), 202)
        eventually(lambda: not ok(self.ada.get("/admin/parked"))["items"])


def _key() -> dict[str, str]:
    return {"Idempotency-Key": uuid4().hex}
