"""A MediaNest that runs in processes of its own, with people and their requests in it."""

import asyncio
import itertools
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import UUID, uuid4

import httpx

from medianest.adapters.standin import TmdbStandin
from medianest.domain.kernel import AnyAggregate, Command
from medianest.domain.media_request import MEDIA_REQUEST
from medianest.domain.media_request.commands import SubmitRequest
from medianest.domain.request_workflow import AskForTitle
from medianest.domain.title_claim import TITLE_CLAIM, ClaimTitle, claim_id
from medianest.main.container import Container, opened
from medianest.main.server_key import server_key
from medianest.main.settings import Secret, Settings
from medianest.ports.event_log import Append, Context, StreamWrite

PASSWORD = "correct horse battery"
PEOPLE = 24
PATIENCE = 60.0
CLICK = Context(correlation_id="benchmark")
FIRST_FREE = 5_000
"""TMDB ids from here on are asked for by nobody who fills the house: those ask from `FILLED` on."""
FILLED = 1_000_000


class Household:
    """`async with`: `serve` and `work` as child processes on `url`, and a container of our own on the same servers."""

    container: Container
    callers: Iterator[str]
    """Access tokens of the people, in turn, without end."""
    request_id: UUID
    """One of the requests."""

    def __init__(self, directory: Path, database_url: str, redis_url: str) -> None:
        self._directory = directory
        self._urls = (database_url, redis_url)
        self._port = _free_port()
        self._next = FIRST_FREE
        self._stack = AsyncExitStack()
        self.people: list[UUID] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def new_title(self) -> int:
        """A TMDB id that nobody asked for."""
        self._next += 1
        return self._next

    async def __aenter__(self) -> Self:
        tmdb = await self._stack.enter_async_context(TmdbStandin())
        database_url, redis_url = self._urls
        settings = Settings(
            data_dir=self._directory / "house",
            database_url=Secret(database_url),
            redis_url=Secret(redis_url),
            tmdb_url=tmdb.url,
            tmdb_token=Secret(tmdb.token),
        )
        self.container = await self._stack.enter_async_context(opened(settings, server_key(settings)))
        environment = {
            "MEDIANEST_DATA_DIR": str(settings.data_dir),
            "MEDIANEST_DATABASE_URL": database_url,
            "MEDIANEST_REDIS_URL": redis_url,
            "MEDIANEST_TMDB_URL": tmdb.url,
            "MEDIANEST_TMDB_TOKEN": tmdb.token,
            "MEDIANEST_RATE_LIMITS": "off",
            "MEDIANEST_LOG_LEVEL": "warning",
            "MEDIANEST_PORT": str(self._port),
        }
        for part in ("serve", "work"):
            self._stack.enter_context(_running(part, environment))
        await self._move_in()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def fill(self, requests: int) -> None:
        """So many requests for films, and wait until the views have them. They are recorded as asking records them,
        but by the log alone, which is quicker."""
        numbers = iter(range(1, requests + 1))
        await asyncio.gather(*(self._record(person, numbers) for person in self.people * 4))
        head = await self.container.log().head()
        views = ("request_board", "dashboard", "inbox")
        if not await self.container.progress().wait(views, position=head, timeout=PATIENCE):
            raise TimeoutError("the views did not keep up")

    async def ask(self, person: UUID, tmdb_id: int) -> int:
        """The position of what that recorded."""
        wish = AskForTitle(
            actor=person,
            at=self.container.clock().now(),
            request_id=uuid4(),
            media_type="movie",
            tmdb_id=tmdb_id,
            is_4k=False,
            title=f"Film {tmdb_id}",
            year=1999,
            poster_path="/poster.jpg",
        )
        outcome = await self.container.commands().run([wish], CLICK)
        return outcome.position or 0

    async def _record(self, person: UUID, numbers: Iterator[int]) -> None:
        for number in numbers:
            now = self.container.clock().now()
            self.request_id = request_id = uuid4()
            submit = SubmitRequest(
                actor=person,
                at=now,
                request_id=request_id,
                media_type="movie",
                tmdb_id=FILLED + number,
                is_4k=False,
                title=f"Film {number}",
                year=1999,
                poster_path="/poster.jpg",
            )
            claim = claim_id("movie", FILLED + number, False)
            claimed = ClaimTitle(actor=person, at=now, claim_id=claim, request_id=request_id)
            await self.container.log().append(
                Append(
                    command_id=uuid4(),
                    actor=person,
                    occurred_at=now,
                    context=CLICK,
                    writes=[_beginning(TITLE_CLAIM, claimed), _beginning(MEDIA_REQUEST, submit)],
                )
            )

    async def _move_in(self) -> None:
        accounts = self.container.accounts()
        for number in range(PEOPLE):
            outcome = await accounts.register(
                actor=None,
                email=f"{number}@example.org",
                name=f"Person {number}",
                role="member",
                password=PASSWORD,
                context=CLICK,
            )
            self.people.append(outcome.recorded[0].stream_id)
        async with _patient_client(self.url) as client:
            tokens = [await _sign_in(client, f"{number}@example.org") for number in range(PEOPLE)]
        self.callers = itertools.cycle(tokens)


def _beginning(aggregate: AnyAggregate, command: Command) -> StreamWrite:
    return StreamWrite(
        category=aggregate.category,
        stream_id=aggregate.stream_id(command),
        expected=0,
        events=aggregate.decide(command, None),
    )


@asynccontextmanager
async def _patient_client(url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client, once the server answers."""
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=10) as client:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                await client.get("/health/live")
            except httpx.TransportError:
                if time.monotonic() > end:
                    raise
                await asyncio.sleep(0.05)
            else:
                break
        yield client


async def _sign_in(client: httpx.AsyncClient, email: str) -> str:
    answer = await client.post("/api/v1/auth/login", json={"email": email, "password": PASSWORD})
    answer.raise_for_status()
    token: str = answer.json()["accessToken"]
    return token


@contextmanager
def _running(part: str, environment: Mapping[str, str]) -> Any:
    process = subprocess.Popen(
        [sys.executable, "-m", "medianest", part], env={**os.environ, **environment}, stdout=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
