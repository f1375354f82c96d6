"""The application on a log in memory: real buses and rules, fakes for everything outside."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from medianest.adapters.eventlog.codec import EventCodec
from medianest.adapters.eventlog.memory import MemoryEventLog, MemoryKeyring, MemorySnapshots
from medianest.application.commands import CommandBus
from medianest.application.handlers import handlers
from medianest.application.states import States
from medianest.domain.catalog import EVENT_TYPES
from medianest.domain.kernel import SYSTEM, AnyAggregate, Command, Recorded
from medianest.domain.limits import QuotaLimits
from medianest.domain.media_request import MEDIA_REQUEST, MediaRequest
from medianest.domain.media_request.commands import ApproveRequest
from medianest.domain.request_workflow import AskForTitle
from medianest.domain.user.commands import GrantPermission, RegisterUser, SetQuota
from medianest.domain.user.vocabulary import Permission, Role
from medianest.ports.event_log import Append, Conflict, Context, Snapshots
from medianest.ports.front_door import Outcome
from tests.fakes.clock import FakeClock
from tests.fakes.ids import SeededIds
from tests.fakes.parked import FakeParkedEvents
from tests.fakes.views import FakeRequestBoard, FakeUserDirectory, FakeViews

CLICK = Context(correlation_id="a-click")


class ContestedLog(MemoryEventLog):
    """A log where others are sometimes faster. `rivals` commands are carried out, one before each append of whoever
    comes next, those of `before_reading` before a stream is read; `lost` counts appends that lost, `at_once` the most
    streams that were read at the same time."""

    def __init__(self, codec: EventCodec, clock: FakeClock) -> None:
        super().__init__(codec, clock)
        self.rivals: list[tuple[CommandBus, Command]] = []
        self.before_reading: dict[UUID, tuple[CommandBus, Command]] = {}
        self.lost = 0
        self.at_once = 0
        self._reading = 0

    async def read_stream(
        self, category: str, stream_id: UUID, *, after: int = 0, until: int | None = None
    ) -> Sequence[Recorded]:
        if rival := self.before_reading.pop(stream_id, None):
            await rival[0].run([rival[1]], CLICK)
        self._reading += 1
        self.at_once = max(self.at_once, self._reading)
        await asyncio.sleep(0)
        self._reading -= 1
        return await super().read_stream(category, stream_id, after=after, until=until)

    async def append(self, append: Append) -> Sequence[Recorded]:
        if self.rivals:
            rival, *others = self.rivals
            self.rivals = []  # nobody races the rival
            await rival[0].run([rival[1]], CLICK)
            self.rivals = others
        await asyncio.sleep(0)  # others go on meanwhile, as with a log that is far away
        try:
            return await super().append(append)
        except Conflict:
            self.lost += 1
            raise


class Rig:
    """`bus` is the front door; `another_bus` the one of another process on the same log."""

    def __init__(self, *, snapshots: Snapshots | None = None) -> None:
        self.clock = FakeClock()
        self.ids = SeededIds()
        self.keyring = MemoryKeyring()
        self.log = ContestedLog(EventCodec(EVENT_TYPES, self.keyring), self.clock)
        self.snapshots = snapshots or MemorySnapshots()
        self.views = FakeViews(self.log)
        self.directory = FakeUserDirectory(self.views)
        self.board = FakeRequestBoard(self.views)
        self.parked = FakeParkedEvents()
        self.states = self.new_states()
        self.bus = self.bus_on(self.states)

    def new_states(self, *, size: int = 10_000) -> States:
        return States(self.log, self.snapshots, size=size)

    def bus_on(self, states: States, **options: Any) -> CommandBus:
        return CommandBus(self.log, states, self.log, self.ids, handlers(self.directory, self.parked), **options)

    def another_bus(self, **options: Any) -> CommandBus:
        return self.bus_on(self.new_states(), **options)

    def by(self, actor: UUID) -> dict[str, Any]:
        return {"actor": actor, "at": self.clock.now()}

    async def run(self, *commands: Command, **options: Any) -> Outcome:
        return await self.bus.run(commands, CLICK, **options)

    async def person(
        self, *permissions: Permission, role: Role = "member", quota: QuotaLimits | None = None, name: str = "Ada"
    ) -> UUID:
        """Somebody who may ask, and may do what else is said."""
        user_id = self.ids.new()
        await self.keyring.create(user_id)
        await self.run(
            RegisterUser(
                **self.by(user_id),
                user_id=user_id,
                email="a@example.org",
                name=name,
                role=role,
                email_claim=self.ids.new(),
            )
        )
        for permission in permissions:
            await self.run(GrantPermission(**self.by(SYSTEM), user_id=user_id, permission=permission))
        if quota is not None:
            await self.run(SetQuota(**self.by(SYSTEM), user_id=user_id, limits=quota))
        return user_id

    def wish(self, actor: UUID, *seasons: int, tmdb_id: int = 7, is_4k: bool = False) -> AskForTitle:
        """Asking for a film, or for seasons of a series where some are named."""
        return AskForTitle(
            **self.by(actor),
            request_id=self.ids.new(),
            media_type="tv" if seasons else "movie",
            tmdb_id=tmdb_id,
            is_4k=is_4k,
            title="The Long Winter",
            year=1999,
            poster_path=None,
            seasons=seasons,
        )

    async def ask(self, actor: UUID, *seasons: int, **options: Any) -> UUID:
        """The id of the request that stands for it afterwards."""
        outcome = await self.run(self.wish(actor, *seasons, **options))
        return next(recorded.stream_id for recorded in outcome.recorded if recorded.category == "media_request")

    async def approved(self, actor: UUID, *seasons: int, **options: Any) -> UUID:
        request_id = await self.ask(actor, *seasons, **options)
        await self.run(ApproveRequest(**self.by(SYSTEM), request_id=request_id))
        return request_id

    async def request(self, request_id: UUID) -> MediaRequest:
        found = await self.state(MEDIA_REQUEST, request_id)
        assert isinstance(found, MediaRequest)
        return found

    async def state(self, aggregate: AnyAggregate, stream_id: UUID) -> Any:
        return (await self.states.load(aggregate, stream_id))[0]

    async def history(self) -> Sequence[Recorded]:
        return await self.log.read(after=0, limit=1_000_000)

    async def tags(self) -> list[str]:
        return [recorded.event.tag for recorded in await self.history()]
