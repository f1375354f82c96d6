"""People who are forgotten, and a search for them in all that is kept and told afterwards."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest

from medianest.main.operations import export_log, rebuild, verify_seals, verify_view
from medianest.main.settings import Settings
from medianest.projections.catalog import PROJECTIONS
from tests.e2e.bad_days.people import PASSWORD, Outside, Person, member, ok
from tests.e2e.bad_days.running import WIRE, Running
from tests.e2e.bad_days.searching import Holding, Words, cache, files, tables
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


class Story:
    """What two people said and had said about them, before both are deleted."""

    def __init__(self, ada: Person, world: Outside, medianest: Running) -> None:
        self.ada, self.world, self.medianest = ada, world, medianest
        self.friend = member(ada, "fern")
        self.guest_id = self._register(GUEST)
        self.porter_id = self._register(PORTER)
        may = ["request", "manage_requests", "manage_users", "manage_settings"]
        self._change(self.porter_id, permissions=may)
        self.guest = self._sign_in(GUEST["email"].upper(), "Brontosaurus Tablet")
        self.porter = self._sign_in(PORTER["email"], "Brontosaurus Phone")
        self.requests = [self._asked() for _ in range(4)]
        self.correlation_id = ""
        self.renamed = 0

    def tell(self) -> None:
        first, second, third, fourth = self.requests
        joined = self.friend.ask(self.tmdb_of(first), **_key())
        ok(joined, 200)
        ok(self.guest.post(f"/media/requests/{first}/comment", json={"text": "The kingfisher sleeps"}, headers=_key()))
        self._act(self.porter, second, "reject", reason="Marzipan is no plot")
        self._act(self.ada, third, "reject", reason=ADAS)
        approved = self._act(self.ada, fourth, "approve")
        self.correlation_id = approved.headers["x-correlation-id"]
        self.ada.sees(fourth, "handed_on")
        eventually(lambda: len(ok(self.guest.get("/notifications"))["items"]) >= 3)
        self.renamed = self._change(self.guest_id, name="Wilhelmyne Håkonsdottir")
        self._undo(self.renamed)
        self._change(self.guest_id, name="Wilhelmyne Hawkmoth")
        suspended = ok(self.porter.patch(f"/admin/users/{self.friend.id}", json=_suspended(), headers=_key()))
        assert suspended["isSuspended"]
        self._undo(self._latest(self.friend.id, "user.suspended"))
        self.friend = member(self.ada, "finn")
        ok(self.friend.ask(self.tmdb_of(first), **_key()), 200)
        self._parked()
        trail = ok(self.ada.get("/admin/audit", params={"phrase": 'actor:"wilhelmyne hawkmoth"', "limit": 100}))
        assert trail["items"]
        ok(self.ada.get("/media/search", params={"query": "Wilhelmyne Hawkmoth"}))

    def tmdb_of(self, request_id: str) -> int:
        return int(ok(self.ada.get(f"/media/requests/{request_id}"))["tmdbId"])

    def _register(self, who: dict[str, str]) -> str:
        wish = {**who, "role": "member", "password": PASSWORD}
        return str(ok(self.ada.post("/admin/users", json=wish, headers=_key()), 201)["id"])

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

    def _latest(self, stream_id: str, action: str) -> int:
        found = ok(self.ada.get("/admin/audit", params={"stream": stream_id, "action": action, "limit": 1}))
        return int(found["items"][0]["position"])

    def _parked(self) -> None:
        """As if a mistake of ours had parked two of the guest's events: one is tried again, the other skipped."""
        again, without = [self._latest(each, "media_request.submitted") for each in self.requests[:2]]
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


def _suspended() -> dict[str, object]:
    return {"suspended": True, "reason": "A whistling pantechnicon"}


@pytest.fixture
def story(ada: Person, world: Outside, medianest: Running) -> Story:
    return Story(ada, world, medianest)


def test_what_two_people_said_and_were_called_is_nowhere_once_they_are_deleted(
    story: Story, medianest: Running, tmp_path: Path
) -> None:
    import time
    t=time.monotonic()
    story.tell()
    print("told", time.monotonic()-t); t=time.monotonic()
    settings = Settings(data_dir=medianest.data_dir)
    with psycopg.connect(medianest.database_url, autocommit=True) as link:
        link.execute("ANALYZE")
    asyncio.run(export_log(settings, tmp_path / "before", None, lambda *_: None))
    before = THEIRS.found([*kept(medianest), *told(story)])
    print("searched", time.monotonic()-t); t=time.monotonic()
    print(before)
    for person in (story.guest_id, story.porter_id):
        ok(story.ada.delete(f"/admin/users/{person}"), 204)
    eventually(lambda: forgotten(medianest))
    print("deleted", time.monotonic()-t); t=time.monotonic()
    asyncio.run(export_log(settings, tmp_path / "after", None, lambda *_: None))
    found = THEIRS.found([*kept(medianest), *files(tmp_path, apart_from=tmp_path / "none"), *told(story)])
    print("searched", time.monotonic()-t); t=time.monotonic()
    asyncio.run(rebuild(settings, list(PROJECTIONS), False, lambda *_: None))
    print("rebuild", time.monotonic()-t); t=time.monotonic()
    for x in PROJECTIONS:
        r=asyncio.run(verify_view(settings, x, lambda *_: None))
        print(r)
    print(asyncio.run(verify_seals(settings, 0, None, lambda *_: None)))
    print("verify", time.monotonic()-t); t=time.monotonic()
    print(found)
    assert 0


def kept(medianest: Running) -> Iterator[Holding]:
    """All that is stored: database, cache, files and log."""
    home = medianest.data_dir
    servers = __import__("json").loads((home / "servers.json").read_text())
    yield from tables(servers["database_url"])
    yield from cache(servers["redis_url"])
    yield from files(home, apart_from=home / "postgres" / "data")
    yield "the log", "\n".join(medianest.lines())


def told(story: Story) -> Iterator[Holding]:
    """All that people are told."""
    ada, friend = story.ada, story.friend
    streams = [("user", story.guest_id), ("user", story.porter_id)]
    streams += [("media_request", each) for each in story.requests]
    requests = [f"/media/requests/{each}" for each in story.requests]
    paths = ["/media/requests?limit=100", "/notifications?limit=100", "/auth/me/activity?limit=100"]
    paths += [*requests, *(f"{path}/history" for path in requests)]
    yield from answers(friend, paths, 200, 404)
    paths += ["/admin/users?limit=100", *(f"/admin/users/{each}" for each in (story.guest_id, story.porter_id))]
    paths += ["/admin/audit?limit=100", "/admin/audit/facets", "/admin/audit/export", "/admin/audit/export?format=csv"]
    paths += [f"/admin/audit/{story.renamed}/undo", f"/admin/trace/{story.correlation_id}"]
    paths += [f"/admin/streams/{category}/{each}" for category, each in streams]
    paths += [f"/admin/streams/{category}/{each}/diff?from=0" for category, each in streams]
    paths += ["/admin/parked", "/admin/projections", "/admin/rebuilds"]
    yield from answers(ada, paths, 200)


def answers(reader: Person, paths: Sequence[str], *statuses: int) -> Iterator[Holding]:
    for path in paths:
        answer = reader.get(path)
        ok(answer, *statuses) if "export" not in path else None
        yield f"GET {path}", answer.text


def forgotten(medianest: Running) -> bool:
    """All jobs are done and all views current."""
    with psycopg.connect(medianest.database_url) as link:
        ((left,),) = link.execute(
            "SELECT (SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'forget')"
            " + (SELECT count(*) FROM checkpoints WHERE position < (SELECT max(position) FROM events))"
            " + (SELECT count(*) FROM reaction_checkpoints WHERE name <> '' AND position < (SELECT max(position) FROM events))"
        ).fetchall()
    return left == 0
