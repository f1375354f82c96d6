"""A MediaNest that runs in processes of its own, with people and their requests in it."""

import asyncio
import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID, uuid4

import msgspec

from benchmarks import residents
from benchmarks.databases import aside
from benchmarks.lag import caught_up
from benchmarks.residents import CLICK
from benchmarks.running import Running, running, standins
from medianest.domain.request_workflow import AskForTitle
from medianest.main.container import Container, opened
from medianest.main.server_key import server_key
from medianest.main.settings import Secret, Settings
from medianest.ports.sessions import Session, Whereabouts

CALLERS = 100
"""How many people are signed in, where there are as many."""
PATIENCE = 600.0
"""Seconds for views and reactions: far more than they should need, on any machine."""
WARMING = 32
"""Titles that are looked up at once."""
FIRST_FREE = 5_000
"""TMDB ids from here on were asked for by nobody."""

OWNER, PASSWORD = "ada@example.org", "correct horse battery"
OWNER_SIGNS_IN = msgspec.json.encode({"email": OWNER, "password": PASSWORD})


class Household:
    """`async with`: `medianest up` with `serve` and `work` on the migrated, empty database, where so many `requests`
    were made before; and a container of our own on the same servers. The outside is stand-ins in a process of theirs.
    """

    container: Container
    running: Running
    tokens: Sequence[str]
    """Access tokens of the first people; good for 15 minutes."""
    callers: Iterator[str]
    """The same in turn, without end."""
    outside: Mapping[str, str]
    """Where the stand-ins are, as settings name it."""

    def __init__(self, directory: Path, database_url: str, redis_url: str, requests: int) -> None:
        self._directory = directory
        self._urls = (database_url, redis_url)
        self._next = FIRST_FREE
        self._stack = AsyncExitStack()
        self._processes = ExitStack()
        self._settings: Mapping[str, str] = {}
        self._sessions: Sequence[Session] = ()
        self.people = residents.people(requests)
        self.request_ids = residents.request_ids(requests)

    @property
    def url(self) -> str:
        return self.running.url

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def new_title(self) -> int:
        """A TMDB id that nobody asked for, of a film that TMDB knows."""
        self._next += 1
        return self._next

    async def __aenter__(self) -> Self:
        try:
            await self._open()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def start(self) -> float:
        """MediaNest anew, after an end where it runs; seconds until it is ready."""
        self._processes.close()
        self.running = self._processes.enter_context(running(self._directory, self._settings))
        return await asyncio.to_thread(self.running.ready)

    async def settled(self) -> None:
        """Once views and reactions have all that there is. Raises TimeoutError."""
        head = await self.container.log().head()
        await caught_up(self.container.database(), target=head, within=PATIENCE)

    async def first_request(self) -> float:
        """Seconds from the start to a request that is made now and in the views."""
        await self.ask(self.people[0], self.new_title())
        await self.settled()
        return time.perf_counter() - self.running.began

    async def administrator(self) -> UUID:
        """A new one, who from now on is told of every request."""
        outcome = await self.container.registration().register(
            actor=None,
            email=OWNER,
            name="Ada",
            role="admin",
            password=PASSWORD,
            context=CLICK,
        )
        await self.settled()
        user_id: UUID = outcome.recorded[0].stream_id
        return user_id

    async def token_of(self, person: UUID) -> str:
        """An access token of somebody who signs in now."""
        now = self.container.clock().now()
        session = Session(session_id=uuid4(), user_id=person, authenticated_at=now)
        await self.container.sessions().open(session, "password", Whereabouts())
        token: str = self.container.access_tokens().issue(session, now)
        return token

    def another(self) -> AbstractContextManager[Running]:
        """A second `serve` on the same servers."""
        return running(self._directory, self._settings, "serve")

    async def warm(self, titles: Sequence[int]) -> None:
        """Look the films up, so that whoever asks for them need not wait for TMDB."""
        metadata, left = self.container.metadata(), iter(titles)

        async def look_up() -> None:
            for title in left:
                await metadata.details("movie", title)

        await asyncio.gather(*(look_up() for _ in range(WARMING)))

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

    def renew(self) -> None:
        """New access tokens, before the old ones expire."""
        issue, now = self.container.access_tokens().issue, self.container.clock().now()
        self.tokens = [issue(session, now) for session in self._sessions]
        self.callers = itertools.cycle(self.tokens)

    async def _open(self) -> None:
        self.outside = outside = self._stack.enter_context(standins())
        database_url, redis_url = self._urls
        settings = Settings(
            data_dir=self._directory,
            database_url=Secret(database_url),
            redis_url=Secret(redis_url),
            tmdb_url=outside["tmdb_url"],
            tmdb_token=Secret(outside["tmdb_token"]),
        )
        key = server_key(settings)
        await aside(residents.settle, database_url, key, len(self.request_ids))
        self.container = await self._stack.enter_async_context(opened(settings, key))
        self._settings = {"database_url": database_url, "redis_url": redis_url, **outside}
        await self.start()
        await self.settled()
        async with self.container.database().connection() as connection:
            await connection.execute("VACUUM ANALYZE")  # as Postgres would by itself within a minute
        await self._sign_in()

    async def _sign_in(self) -> None:
        sessions, now = self.container.sessions(), self.container.clock().now()
        self._sessions = [
            Session(session_id=uuid4(), user_id=person, authenticated_at=now) for person in self.people[:CALLERS]
        ]
        for session in self._sessions:
            await sessions.open(session, "password", Whereabouts())
        self.renew()

    async def _close(self) -> None:
        self._processes.close()
        await self._stack.aclose()


def wish_for(title: int) -> bytes:
    """The body of `POST /media/request` for a film."""
    return msgspec.json.encode({"mediaType": "movie", "tmdbId": title})
