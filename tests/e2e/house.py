"""A MediaNest that runs: HTTP, views, reactions and jobs, with stand-ins for the outside, and people who use it.

Everything runs on the loop of the test, so that starting takes less than a second and a failure shows its cause.
"""

import asyncio
import itertools
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

import httpx
import uvicorn

from medianest.adapters.standin import OverseerrStandin, TmdbStandin
from medianest.application.tasks import end
from medianest.main.container import Container, opened
from medianest.main.server import application
from medianest.main.settings import Secret, Settings
from medianest.main.worker import parts
from tests.fakes.identity import HASHER

KEY = b"the key of a house that stands for one test module"
WEBHOOK_AUTHORIZATION = "Bearer hook-of-the-house"
PASSWORD = "correct horse battery"
T = TypeVar("T")
Json = Any


async def eventually(look: Callable[[], Awaitable[T]], within: float = 15.0) -> T:
    """The first true answer of `look`; fails when there is none `within` so many seconds."""
    end = asyncio.get_running_loop().time() + within
    while not (seen := await look()):
        assert asyncio.get_running_loop().time() < end, f"not within {within} s, but {seen!r}"
        await asyncio.sleep(0.02)
    return seen


def ok(answer: httpx.Response, status: int = 200) -> Json:
    """The body of an answer that has to have this status."""
    assert answer.status_code == status, f"{answer.status_code} {answer.text}"
    return answer.json() if answer.content else None


def refused(answer: httpx.Response, status: int, code: str) -> Json:
    """The problem in an answer that has to say no in this way."""
    problem = ok(answer, status)
    assert problem["code"] == code, problem
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"] == f"urn:medianest:problem:{code}"
    assert problem["status"] == status
    assert problem["correlationId"] == answer.headers["x-correlation-id"]
    return problem


class Person(httpx.AsyncClient):
    """Somebody at their client, who is signed in. Paths are below `/api/v1`."""

    def __init__(self, url: str, tokens: Mapping[str, Json]) -> None:
        super().__init__(base_url=f"{url}/api/v1", timeout=20, trust_env=False, verify=False)
        self.user = tokens["user"]
        self.id: str = tokens["user"]["id"]
        self.name: str = tokens["user"]["name"]
        self.email: str = tokens["user"]["email"]
        self.refresh_token: str = tokens["refreshToken"]
        self.headers["Authorization"] = f"Bearer {tokens['accessToken']}"

    async def ask(self, tmdb_id: int, media_type: str = "movie", **wish: Json) -> httpx.Response:
        return await self.post("/media/request", json={"mediaType": media_type, "tmdbId": tmdb_id, **wish})

    async def asked(self, tmdb_id: int, media_type: str = "movie", **wish: Json) -> Json:
        """A request that nobody made before."""
        return ok(await self.ask(tmdb_id, media_type, **wish), 201)

    async def act(self, request: Mapping[str, Json] | str, verb: str, **body: Json) -> httpx.Response:
        request_id = request if isinstance(request, str) else request["id"]
        return await self.post(f"/media/requests/{request_id}/{verb}", json=body or None)

    async def see(self, request: Mapping[str, Json]) -> Json:
        return ok(await self.get(f"/media/requests/{request['id']}"))

    async def sees(self, request: Mapping[str, Json], status: str) -> Json:
        """The request, once it has this status."""

        async def look() -> Json:
            seen = await self.see(request)
            return seen if seen["status"] == status else None

        return await eventually(look)

    async def story(self, request: Mapping[str, Json]) -> Sequence[str]:
        return [entry["sentence"] for entry in ok(await self.get(f"/media/requests/{request['id']}/history"))["items"]]

    async def news(self, **query: Json) -> Sequence[Json]:
        return ok(await self.get("/notifications", params=query))["items"]

    async def hears(self, kind: str, request: Mapping[str, Json]) -> Json:
        """The notification of this kind about the request, once it is there."""

        async def look() -> Json:
            return next((n for n in await self.news() if (n["kind"], n["requestId"]) == (kind, request["id"])), None)

        return await eventually(look)


@dataclass
class House:
    url: str
    container: Container
    tmdb: TmdbStandin
    overseerr: OverseerrStandin
    public: httpx.AsyncClient
    people: dict[str, Person] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(5000))

    def film(self) -> int:
        """The TMDB id of a film that no other test speaks of; its title is in `title_of`."""
        return next(self.numbers)

    def series(self, seasons: int = 3) -> int:
        """The TMDB id of a series with so many seasons (1 to 4), counted from 1."""
        return next(number for number in self.numbers if 1 + number % 4 == seasons)

    async def setup_token(self) -> str:
        return str(await self.container.setup_tokens().current())

    async def log_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        return await self.public.post("/auth/login", json={"email": email, "password": password})

    async def admin(self) -> Person:
        """Ada, who set everything up."""
        if "ada" not in self.people:
            wish = {"token": await self.setup_token(), "email": "ada@example.org", "name": "Ada", "password": PASSWORD}
            self.people["ada"] = Person(self.url, ok(await self.public.post("/auth/setup", json=wish), 201))
        return self.people["ada"]

    async def sign_in(
        self, name: str, *, may: Sequence[str] = ("request",), quota: Mapping[str, Json] | None = None
    ) -> Person:
        """A member of this name, made when they are asked for first."""
        if name not in self.people:
            ada = await self.admin()
            email = f"{name}@example.org"
            wish = {"email": email, "name": name.title(), "role": "member", "password": PASSWORD}
            user = ok(await ada.post("/admin/users", json=wish), 201)
            change = {"permissions": list(may)} | ({"quota": quota} if quota else {})
            if change != {"permissions": ["request"]}:
                ok(await ada.patch(f"/admin/users/{user['id']}", json=change))
            self.people[name] = Person(self.url, ok(await self.log_in(email)))
        return self.people[name]

    async def someone(self, **what: Any) -> Person:
        """Somebody whom no other test knows."""
        return await self.sign_in(f"guest{len(self.people)}", **what)

    async def hurry(self) -> bool:
        """Bring forward the next attempts of jobs that failed; whether there were any."""
        put_off = "status = 'todo' AND attempts > 0 AND scheduled_at IS NOT NULL"
        query = f"UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE {put_off}"
        async with self.container.database().connection() as link:
            return (await link.execute(query)).rowcount > 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_failure: object) -> None:
        for person in self.people.values():
            await person.aclose()


@asynccontextmanager
async def opened_house(
    database_url: str,
    redis_url: str,
    *,
    has_tmdb: bool = True,
    has_overseerr: bool = True,
    has_webhook: bool = True,
    rate_limits: bool = False,
    **besides: Any,
) -> AsyncIterator[House]:
    """A house on a migrated database, with these settings besides. `serve` and `work` know nothing of one another."""
    async with AsyncExitStack() as stack:
        tmdb = await stack.enter_async_context(TmdbStandin())
        overseerr = await stack.enter_async_context(OverseerrStandin(webhook_authorization=WEBHOOK_AUTHORIZATION))
        settings = Settings(
            database_url=Secret(database_url),
            redis_url=Secret(redis_url),
            secret_key=Secret(KEY.decode()),
            rate_limits=rate_limits,
            trusted_proxies="127.0.0.1",
            sign_in_attempts_per_address=5 if rate_limits else 1_000_000,  # everybody here has one address
            tmdb_url=tmdb.url,
            tmdb_image_url=tmdb.url,
            tmdb_token=Secret(tmdb.token) if has_tmdb else None,
            overseerr_url=overseerr.url if has_overseerr else None,
            overseerr_api_key=Secret(overseerr.api_key) if has_overseerr else None,
            overseerr_webhook_authorization=Secret(WEBHOOK_AUTHORIZATION) if has_webhook else None,
            **besides,
        )
        serving, working = [await stack.enter_async_context(opened(settings, KEY, hasher=HASHER)) for _ in range(2)]
        await stack.enter_async_context(beside(*parts(working).values(), serving.upstream_watch().run()))
        url = await stack.enter_async_context(_served(serving, settings))
        overseerr.webhook.url = f"{url}/api/v1/webhooks/overseerr"
        public = httpx.AsyncClient(base_url=f"{url}/api/v1", timeout=20, trust_env=False, verify=False)
        await stack.enter_async_context(public)
        yield await stack.enter_async_context(House(url, serving, tmdb, overseerr, public))


@asynccontextmanager
async def _served(container: Container, settings: Settings) -> AsyncIterator[str]:
    app, door = application(container, settings, KEY, lambda: False)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    listener = socket.create_server(("127.0.0.1", 0))
    async with beside(door.people.follow(), door.live.follow(), door.live.follow_rebuilds(), door.live.follow_scans()):
        serving = asyncio.create_task(server._serve([listener]))  # without its signal handlers: those are pytest's
        while not server.started:
            assert not serving.done()
            await asyncio.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            door.streams.close()
            server.should_exit = True
            await serving


@asynccontextmanager
async def beside(*parts: Awaitable[None]) -> AsyncIterator[None]:
    """They run meanwhile; none of them may end by itself."""
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        yield
        ended = [task for task in tasks if task.done()]
        assert not ended, ended
    finally:
        await end(*tasks, again=3.0)
