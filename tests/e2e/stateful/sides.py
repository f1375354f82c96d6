"""Two whole applications on one database, as two `serve` processes would be, and the worker that they share."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

import httpx
from psycopg import AsyncConnection

from medianest.adapters.eventlog.rows import LOG_LOCK
from medianest.adapters.postgres.view_checks import verify
from medianest.adapters.standin import OverseerrStandin, TmdbStandin
from medianest.application.jobs import job_handlers
from medianest.domain.kernel import SYSTEM, Command
from medianest.main.container import Container, opened
from medianest.main.server import application
from medianest.main.settings import Secret, Settings
from medianest.main.worker import parts
from medianest.ports.event_log import Context
from medianest.ports.failures import GatewayUnavailable
from medianest.ports.sessions import Session
from medianest.projections.catalog import PROJECTIONS
from tests.e2e.house import KEY, beside, eventually
from tests.e2e.stateful.vocabulary import ROWS, Row
from tests.fakes.clock import FakeClock
from tests.fakes.identity import HASHER
from tests.fakes.ids import SeededIds

Manner = Literal["as it comes", "decided together"]
WAITING = """
SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()"""


@dataclass(frozen=True)
class Call:
    """What somebody does at one side (0 or 1). `about` is what the model has to know to judge the answer."""

    side: int
    who: UUID
    verb: str
    method: str
    path: str
    body: Any = None
    about: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """`code` is that of a refusal, "" where it was done. `session` marks the rows that came of it."""

    status: int
    code: str
    session: UUID
    position: int | None
    body: Any


class Side:
    def __init__(self, container: Container, settings: Settings) -> None:
        app, self.door = application(container, settings, KEY, lambda: False)
        self.container = container
        transport = httpx.ASGITransport(app=app)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://medianest/api/v1", timeout=30)

    async def send(self, who: UUID, method: str, path: str, body: Any = None) -> tuple[httpx.Response, UUID]:
        """The answer, and the session it was asked in: a new one each time."""
        now = self.container.clock().now()
        session = Session(session_id=self.container.ids().new(), user_id=who, authenticated_at=now)
        token = self.container.access_tokens().issue(session, now)
        answer = await self.client.request(method, path, json=body, headers={"Authorization": f"Bearer {token}"})
        return answer, session.session_id

    async def get(self, who: UUID, path: str) -> Any:
        answer, _ = await self.send(who, "GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()


@dataclass
class Sides:
    sides: Sequence[Side]
    working: Container
    overseerr: OverseerrStandin
    link: AsyncConnection[Any]
    gate: AsyncConnection[Any]
    clock: FakeClock

    async def call(self, call: Call) -> Answer:
        answer, session = await self.sides[call.side].send(call.who, call.method, call.path, call.body)
        body = answer.json() if answer.content else None
        position = answer.headers.get("x-event-position")
        if answer.status_code == 503:
            assert int(answer.headers["retry-after"]) >= 1
        code = "" if answer.is_success else body["code"]
        return Answer(answer.status_code, code, session, int(position) if position else None, body)

    async def together(self, calls: Sequence[Call], manner: Manner) -> Sequence[Answer]:
        """All at once. "decided together": each has decided before the first may record anything, and they record in
        the order of `calls`, one of each side; so it goes the same way each time."""
        if manner == "as it comes":
            return await asyncio.gather(*map(self.call, calls))
        under_way: list[asyncio.Task[Answer]] = []
        async with self.gate.transaction():
            await self.gate.execute("SELECT pg_advisory_xact_lock(%s)", (LOG_LOCK,))
            for call in calls:
                under_way.append(asyncio.create_task(self.call(call)))
                await eventually(lambda: self._stand_still(under_way))
        return await asyncio.gather(*under_way)

    async def _stand_still(self, under_way: Sequence["asyncio.Task[Answer]"]) -> bool:
        waiting = await (await self.link.execute(WAITING)).fetchone()
        return bool(waiting and waiting[0] >= sum(not task.done() for task in under_way))

    async def rows(self, after: int) -> Sequence[Row]:
        return [Row(*row) for row in await (await self.link.execute(ROWS, (after,))).fetchall()]

    async def agree(self) -> int:
        """Once the views and the copies of the people have come as far as the log. The answer is how far that is."""
        head: int = await self.working.log().head()
        for side in self.sides:
            assert await side.container.progress().wait(list(PROJECTIONS), position=head, timeout=15)
            await side.door.people.catch_up()
        return head

    async def react(self) -> None:
        """Once every reaction has come as far as the log."""

        async def is_at_the_end() -> bool:
            behind = "SELECT max(events.position) FROM events"
            query = f"SELECT min(position) >= coalesce(({behind}), 0) FROM reaction_checkpoints WHERE name <> ''"
            row = await (await self.link.execute(query)).fetchone()
            return bool(row and row[0])

        await eventually(is_at_the_end)

    async def work(self) -> None:
        """Every job there is, one after the other, and those that come of them. What the gateway refuses waits."""
        handlers = job_handlers(self.working.request_jobs(), self.working.people_jobs(), self.working.letter_jobs())
        refused = [0]
        while True:
            await self.react()
            await self.agree()
            waiting = "SELECT id, task_name, args FROM procrastinate_jobs WHERE id <> ALL(%s) ORDER BY id"
            jobs = await (await self.link.execute(waiting, (refused,))).fetchall()
            if not jobs:
                return
            for job_id, name, arguments in jobs:
                wanted = inspect.signature(handlers[name]).parameters
                try:
                    await handlers[name](**{key: value for key, value in arguments.items() if key in wanted})
                except GatewayUnavailable:
                    refused.append(job_id)
                else:
                    await self.link.execute("DELETE FROM procrastinate_jobs WHERE id = %s", (job_id,))

    async def order(self, command: Command) -> None:
        """What MediaNest does by itself."""
        await self.working.commands().run([command], Context(correlation_id=str(self.working.ids().new())))

    async def verify(self) -> None:
        """Every view, its counters as well, against a fold of the log."""
        await self.agree()
        for view in PROJECTIONS.values():
            check = await verify(view, self.working.log(), self.working.direct_url())
            assert check.differing == 0, check.differences

    def by_itself(self) -> dict[str, Any]:
        return {"actor": SYSTEM, "at": self.clock.now()}


@asynccontextmanager
async def two_sides(database_url: str, redis_url: str) -> AsyncIterator[Sides]:
    """The jobs run when they are told to, everything else by itself. Ids and the time are the same in every run."""
    async with AsyncExitStack() as stack:
        tmdb = await stack.enter_async_context(TmdbStandin())
        overseerr = await stack.enter_async_context(OverseerrStandin())
        settings = Settings(
            database_url=Secret(database_url),
            redis_url=Secret(redis_url),
            secret_key=Secret(KEY.decode()),
            rate_limits=False,
            sign_in_attempts_per_address=1_000_000,
            tmdb_url=tmdb.url,
            tmdb_token=Secret(tmdb.token),
            overseerr_url=overseerr.url,
            overseerr_api_key=Secret(overseerr.api_key),
            request_expiry_days=5,
        )
        clock = FakeClock()
        containers = [
            await stack.enter_async_context(opened(settings, KEY, clock=clock, ids=SeededIds(number), hasher=HASHER))
            for number in range(3)
        ]
        sides = [Side(container, settings) for container in containers[:2]]
        running = parts(containers[2])
        for side in sides:
            await stack.enter_async_context(side.client)
        links = [await AsyncConnection.connect(database_url, autocommit=True) for _ in range(2)]
        for link in links:
            stack.push_async_callback(link.close)
        wanted = ("projector", "reactions")
        for name in running.keys() - set(wanted):  # not of interest here
            running[name].close()
        following = [part for side in sides for part in (side.door.people.follow(), side.door.live.follow())]
        await stack.enter_async_context(beside(*following, *(running[name] for name in wanted)))
        yield Sides(sides, containers[2], overseerr, links[0], links[1], clock)
