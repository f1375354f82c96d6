"""`medianest demo`, as somebody new meets it: accounts to sign in with, weeks of history, and a life that goes on."""

import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from medianest.main.demo.libraries import UNASKED_FILMS
from medianest.main.demo.script import ASK_FOR
from tests.e2e.bad_days.people import Person, ok, sign_in
from tests.e2e.bad_days.running import WIRE, Running, command_here, end
from tests.processes import eventually, open_directory

STARTED = "demo --arrival 0.5"
NEW_FILM = 50_000
"""Nobody asked for it, and it is not there yet."""
LIBRARIES = 4


@dataclass
class Demo:
    medianest: Running
    home: Path
    """Its own directory."""

    @property
    def said(self) -> str:
        """Once all of it is said."""
        eventually(lambda: any(line.startswith("Ctrl-C stops it") for line in self.medianest.lines()), within=20)
        return "\n".join(self.medianest.lines())

    @property
    def password(self) -> str:
        (password,) = re.findall(r"Everybody's password: (\S+)", self.said)
        return str(password)

    @property
    def accounts(self) -> Mapping[str, str]:
        return dict(re.findall(r"^  (\S+@example\.org) +(.+)$", self.said, re.MULTILINE))

    def sign_in(self, kind: str) -> Person:
        (email,) = (email for email, what in self.accounts.items() if what == kind)
        return sign_in(self.medianest.url, email, self.password)


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    with open_directory() as path:
        yield path


@pytest.fixture(scope="module")
def demo(place: Path) -> Iterator[Demo]:
    there = Demo(Running(place / "home", STARTED), place / "home-demo")
    try:
        there.medianest.started()
        yield there
    finally:
        end(there.medianest)


def listed(person: Person, path: str) -> Sequence[Mapping[str, object]]:
    items: list[Mapping[str, object]] = []
    page = {"nextCursor": None}
    while not items or page["nextCursor"]:
        parameters = {"limit": 100} | ({"cursor": page["nextCursor"]} if page["nextCursor"] else {})
        page = ok(person.get(path, params=parameters))
        items += page["items"]
    return items


def libraries(person: Person, *, after: str = "") -> Mapping[str, Mapping[str, Any]]:
    """By title, once all of them are scanned, at a later time than that."""

    def scanned() -> Mapping[str, Mapping[str, Any]]:
        items = ok(person.get("/admin/library"))["items"]
        found = {each["title"]: each for each in items if (each["scannedAt"] or "") > after}
        return found if len(found) == LIBRARIES else {}

    return eventually(scanned, within=20)


def test_everybody_who_is_printed_can_sign_in_but_who_is_suspended(demo: Demo) -> None:
    assert len(demo.accounts) == 9
    for email, kind in demo.accounts.items():
        wish = {"email": email, "password": demo.password}
        answer = WIRE.post(f"{demo.medianest.url}/api/v1/auth/login", json=wish, timeout=20)
        refused = answer.status_code == 403 and answer.json()["code"] == "user_suspended"
        assert refused if kind == "suspended" else answer.status_code == 200, (email, answer.text)


def test_what_is_counted_is_what_is_listed(demo: Demo) -> None:
    ada = demo.sign_in("administrator")
    requests, counts = listed(ada, "/media/requests"), ok(ada.get("/media/requests/counts"))
    statuses = Counter(str(request["status"]) for request in requests)
    assert counts["total"] == len(requests)
    assert {name: counts[name] for name in statuses if name in counts} == {
        name: number for name, number in statuses.items() if name in counts
    }
    assert {"pending", "failed", "rejected", "cancelled", "expired", "available"} <= statuses.keys()


def test_every_title_answers_with_its_details(demo: Demo) -> None:
    ada = demo.sign_in("administrator")
    for request in listed(ada, "/media/requests"):
        details = ok(ada.get(f"/media/{request['mediaType']}/{request['tmdbId']}"))
        assert details["title"] == request["title"]


def test_there_is_news_both_read_and_unread(demo: Demo) -> None:
    news = listed(demo.sign_in("administrator"), "/notifications")
    assert {item["readAt"] is None for item in news} == {True, False}


def test_what_it_says_to_try_works_as_it_stands(demo: Demo) -> None:
    _, tried = demo.said.split("Sign in, and look around:\n")
    script = re.sub(r"^\S.*\n", "", tried.split("Who did what")[0], flags=re.MULTILINE)
    script = script.replace(f'"tmdbId": {ASK_FOR}', f'"tmdbId": {NEW_FILM + 1}')  # that one is for a test below
    answers = subprocess.run(
        ["bash", "-c", re.sub(r"^  curl", "  echo; curl", script, flags=re.MULTILINE)], capture_output=True, check=True
    ).stdout.splitlines()
    assert len(found := [json.loads(answer) for answer in answers if answer]) == script.count("curl") - 1
    assert not [answer for answer in found if "detail" in answer]


def test_what_somebody_asks_for_is_handed_on_and_arrives(demo: Demo) -> None:
    ada, dmitri = demo.sign_in("administrator"), demo.sign_in("member")
    request_id = dmitri.asked(ASK_FOR)
    dmitri.sees(request_id, "pending")
    ok(ada.act(request_id, "approve"))
    dmitri.sees(request_id, "available")
    assert [action.partition(".")[2] for action in ada.actions(request_id)] == [
        "submitted", "approved", "handed_on", "completed",
    ]  # fmt: skip


def test_what_arrives_is_in_the_library(demo: Demo) -> None:
    ada = demo.sign_in("administrator")
    held = libraries(ada)["Films"]["titles"]
    assert held >= len(UNASKED_FILMS)
    ada.sees(ada.asked(NEW_FILM), "available")
    eventually(lambda: libraries(ada)["Films"]["titles"] > held)


def test_what_was_handed_on_before_arrives_and_is_not_handed_on_again(demo: Demo) -> None:
    ada = demo.sign_in("administrator")
    every = listed(ada, "/media/requests")
    (waiting,) = (each for each in every if (each["mediaType"], each["tmdbId"]) == ("tv", 1003))
    ada.sees(str(waiting["id"]), "available")
    assert Counter(ada.actions(str(waiting["id"])))["media_request.handed_on"] == 1


def test_the_views_are_what_the_log_says_and_nobody_touched_it(demo: Demo) -> None:
    verified = command_here(demo.home, "projections", "verify")
    assert verified.returncode == 0, verified.stderr
    intact = command_here(demo.home, "audit", "verify")
    assert intact.returncode == 0, intact.stderr


def test_started_again_it_goes_on_with_what_is_there(demo: Demo) -> None:
    before, events = demo.said, _events(demo.home)
    ada = demo.sign_in("administrator")
    password, asked = demo.password, len(listed(ada, "/media/requests"))
    scanned = max(each["scannedAt"] for each in libraries(ada).values())
    demo.medianest.stop()
    assert demo.medianest.process.returncode == 0
    assert "Making the history" in before
    demo.medianest = Running(demo.medianest.data_dir, STARTED).started()
    assert "Making the history" not in demo.said
    assert (demo.password, _events(demo.home)) == (password, events)
    ada = demo.sign_in("administrator")
    assert len(listed(ada, "/media/requests")) == asked
    again = libraries(ada, after=scanned)
    assert {(each["trouble"], each["missing"]) for each in again.values()} == {(None, 0)}


def test_it_touches_no_directory_that_it_did_not_make(place: Path) -> None:
    (place / "mine-demo").mkdir()
    (place / "mine-demo" / "secret.key").write_text("mine")
    refused = command_here(place / "mine", "demo", "--fill-only")
    assert refused.returncode == 1
    assert "was not made by `medianest demo`" in refused.stderr
    assert [path.name for path in (place / "mine-demo").iterdir()] == ["secret.key"]


def _events(home: Path) -> int:
    return int(json.loads((home / "demo.json").read_text())["events"])
