"""A runner of reactions in a world, and what it does there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tests.contract.event_log.logs import an_append, write
from tests.followers import World, eventually

from medianest.adapters.jobs.defer import defer_jobs
from medianest.adapters.postgres.reactions import ReactionRunner
from medianest.application.reaction import Reaction
from medianest.domain.kernel import SYSTEM, Command, Event, Recorded
from medianest.domain.media_request.events import RequestFollowed
from medianest.domain.notification import MarkDelivered
from medianest.ports.event_log import Context
from medianest.ports.work import Job


def deliver(recorded: Recorded) -> Sequence[Command | Job]:
    command = MarkDelivered(actor=SYSTEM, at=recorded.occurred_at, notification_id=recorded.stream_id)
    return [command, Job(name="tell", args={"position": recorded.position}), command]


@dataclass
class Door:
    """Takes commands as the application does, and does as `answer` says first."""

    answer: Callable[[Command, Context, UUID], None] = lambda *_: None
    taken: list[tuple[Command, Context, UUID]] = field(default_factory=list)

    async def run(self, command: Command, context: Context, command_id: UUID) -> None:
        self.answer(command, context, command_id)
        self.taken.append((command, context, command_id))

    @property
    def streams(self) -> list[UUID]:
        return [command.notification_id for command, _, _ in self.taken if isinstance(command, MarkDelivered)]


def a_runner(here: World, door: Door, *reactions: Reaction, breath: float = 0.0) -> ReactionRunner:
    chosen, pauses = reactions or (a_reaction(),), {"poll": 0.1, "breath": breath, "back_off": 0.05, "pause": 0.001}
    return ReactionRunner(here.log, here.url, chosen, run=door.run, defer=defer_jobs, **pauses)


def a_reaction(
    name: str = "deliver", events: tuple[type[Event], ...] = (RequestFollowed,), react: Any = deliver
) -> Reaction:
    return Reaction(name=name, events=events, react=react)


async def jobs(here: World) -> list[int]:
    return [n for (n,) in await here.rows("SELECT (args->>'position')::int FROM procrastinate_jobs ORDER BY id")]


async def position(here: World, name: str = "deliver") -> int | None:
    rows = await here.rows("SELECT position FROM reaction_checkpoints WHERE name = %s", name)
    return rows[0][0] if rows else None


async def reaches(here: World, head: int, name: str = "deliver") -> None:
    async def is_there() -> bool:
        return await position(here, name) == head

    await eventually(is_there)


async def happen(here: World, stream: UUID, *, after: int = 0, count: int = 1) -> list[Recorded]:
    return list(await here.log.append(an_append(write(stream, after, count=count))))


STREAMS = [UUID(int=n) for n in range(1, 9)]
