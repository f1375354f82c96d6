"""Who uses MediaNest on its bad days, over plain HTTP, and what stands for the outside world."""

import asyncio
import itertools
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from medianest.adapters.standin import OverseerrStandin, PlexServerStandin, PlexTvStandin, TmdbStandin
from tests.e2e.bad_days.running import WIRE, Running, free_port
from tests.processes import eventually

PASSWORD = "correct horse battery"
PLEX_WEBHOOK = "p" * 32
"""What the address of its webhook ends in."""
Standin = TmdbStandin | OverseerrStandin | PlexServerStandin | PlexTvStandin
Json = Any


def ok(answer: httpx.Response, *statuses: int) -> Json:
    assert answer.status_code in (statuses or (200, 201)), f"{answer.status_code} {answer.text}"
    return answer.json() if answer.content else None


class Person(httpx.Client):
    """Somebody who is signed in. Paths are below `/api/v1`."""

    def __init__(self, url: str, tokens: Mapping[str, Json]) -> None:
        super().__init__(base_url=f"{url}/api/v1", timeout=20, trust_env=False, verify=False)
        self.id: str = tokens["user"]["id"]
        self.headers["Authorization"] = f"Bearer {tokens['accessToken']}"
        self._refresh_token: str = tokens.get("refreshToken", "")

    def request(self, *call: Json, **more: Json) -> httpx.Response:
        """As any client does in a trial that outlives a token: fetch another, and ask again."""
        answer = super().request(*call, **more)
        if answer.status_code != 401 or answer.json()["code"] != "invalid_token" or not self._refresh_token:
            return answer
        token, self._refresh_token = self._refresh_token, ""
        refreshed = super().request("POST", "/auth/refresh", json={"refreshToken": token})
        if refreshed.status_code != 200:
            return answer
        tokens = refreshed.json()
        self.headers["Authorization"], self._refresh_token = f"Bearer {tokens['accessToken']}", tokens["refreshToken"]
        return super().request(*call, **more)

    def elsewhere(self, url: str) -> "Person":
        """The same person at another process of the same MediaNest, with the same token."""
        twin = Person(url, {"user": {"id": self.id}, "accessToken": ""})
        twin.headers["Authorization"] = self.headers["Authorization"]
        return twin

    def ask(self, tmdb_id: int, **headers: str) -> httpx.Response:
        return self.post("/media/request", json={"mediaType": "movie", "tmdbId": tmdb_id}, headers=headers)

    def asked(self, tmdb_id: int) -> str:
        """The id of a request that is approved at once where the person may do that."""
        return str(ok(self.ask(tmdb_id), 201)["id"])

    def act(self, request_id: str, verb: str, **body: Json) -> httpx.Response:
        return self.post(f"/media/requests/{request_id}/{verb}", json=body or None)

    def status(self, request_id: str) -> str | None:
        """None as long as the view does not have the request."""
        seen = ok(self.get(f"/media/requests/{request_id}"), 200, 404)
        return seen["status"] if "version" in seen else None

    def sees(self, request_id: str, status: str, within: float = 20.0) -> None:
        eventually(lambda: self.status(request_id) == status, within=within)

    def events(self, request_id: str) -> Sequence[Json]:
        """Of an administrator: the request's events as the log holds them."""
        return ok(self.get(f"/admin/streams/media_request/{request_id}"))["events"]

    def actions(self, request_id: str) -> Sequence[str]:
        return [event["action"] for event in self.events(request_id)]


def first_administrator(medianest: Running) -> Person:
    wish = {"token": medianest.setup_token, "email": "ada@example.org", "name": "Ada", "password": PASSWORD}
    return Person(medianest.url, ok(WIRE.post(f"{medianest.url}/api/v1/auth/setup", json=wish, timeout=20), 201))


def sign_in(url: str, email: str, password: str = PASSWORD) -> Person:
    wish = {"email": email, "password": password}
    return Person(url, ok(WIRE.post(f"{url}/api/v1/auth/login", json=wish, timeout=20)))


def member(ada: Person, name: str) -> Person:
    """A new member who has just signed in."""
    email = f"{name}@example.org"
    ok(ada.post("/admin/users", json={"email": email, "name": name.title(), "role": "member", "password": PASSWORD}))
    return sign_in(str(ada.base_url).partition("/api")[0], email)


@dataclass
class Outside:
    """The stand-ins, and titles that nobody spoke of before."""

    tmdb: TmdbStandin
    overseerr: OverseerrStandin
    plex: PlexServerStandin
    loop: asyncio.AbstractEventLoop
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(7000))

    def film(self) -> int:
        return next(self.numbers)

    @property
    def settings(self) -> Mapping[str, str]:
        """What MediaNest has to be told."""
        return {
            "tmdb_url": self.tmdb.url,
            "tmdb_image_url": self.tmdb.url,
            "tmdb_token": self.tmdb.token,
            "overseerr_url": self.overseerr.url,
            "overseerr_api_key": self.overseerr.api_key,
            "plex_url": self.plex.url,
            "plex_token": self.plex.token,
            "plex_tv_url": self.plex.url,  # nobody comes in by Plex on these days
            "plex_webhook_secret": PLEX_WEBHOOK,
        }

    def arrive(self, tmdb_id: int) -> int | None:
        """A film is in the library, and the media server says so: the status that it was answered with."""

        async def bring() -> int | None:
            return await self.plex.announce(self.plex.shelf.add_film("1", tmdb_id).rating_key)

        return asyncio.run_coroutine_threadsafe(bring(), self.loop).result(10)

    def at_gateway(self, tmdb_id: int) -> Sequence[Json]:
        """What the gateway holds of a film: one entry a request."""
        return [each for each in self.overseerr.requests if each["media"]["tmdbId"] == tmdb_id]

    def orders(self, tmdb_id: int) -> int:
        """How often the gateway was asked for a film, whatever it answered."""
        return sum(
            (each.method, each.path) == ("POST", "/api/v1/request") and f'"mediaId":{tmdb_id},'.encode() in each.body
            for each in self.overseerr.received
        )

    def open(self, standin: Standin) -> None:
        asyncio.run_coroutine_threadsafe(standin.__aenter__(), self.loop).result(10)

    def close(self, standin: Standin) -> None:
        """Nobody listens there any more, until it is opened again."""
        asyncio.run_coroutine_threadsafe(standin.__aexit__(None, None, None), self.loop).result(10)


@contextmanager
def outside() -> Iterator[Outside]:
    """The stand-ins on a loop of their own, since these tests wait without one."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="stand-ins")
    thread.start()
    everything = (
        TmdbStandin(port=free_port()),
        OverseerrStandin(port=free_port()),
        PlexServerStandin(port=free_port()),
    )
    world = Outside(*everything, loop)
    try:
        for standin in everything:
            world.open(standin)
        yield world
    finally:
        for standin in everything:
            world.close(standin)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class Listener:
    """An open SSE stream, read by a thread; `heard` grows as it speaks, `ended` is set when it is over."""

    def __init__(self, person: Person) -> None:
        self.heard: list[str] = []
        self.ended = threading.Event()
        self._client = person.elsewhere(str(person.base_url).partition("/api")[0])
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        eventually(lambda: self.heard, within=10)

    def _listen(self) -> None:
        try:
            with self._client.stream("GET", "/live", timeout=httpx.Timeout(5, read=60)) as answer:
                for line in answer.iter_lines():
                    self.heard.append(line)
        except httpx.HTTPError:
            pass
        finally:
            self.ended.set()

    def hears_of(self, request_id: str, within: float = 10.0) -> None:
        eventually(lambda: any(request_id in line for line in self.heard), within=within)
