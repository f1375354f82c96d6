"""The runner of reactions on a real Postgres."""

import time
from collections.abc import Sequence
from typing import Any

from tests.followers import World, cut_connections, eventually, running, world
from tests.integration.reactions.runners import (
    STREAMS,
    Door,
    a_reaction,
    a_runner,
    happen,
    jobs,
    position,
    reaches,
)

from medianest.adapters.postgres.parked import PostgresParkedEvents
from medianest.application.reaction import command_id
from medianest.domain.kernel import Command, Recorded, Refused
from medianest.domain.notification import MarkDelivered
from medianest.domain.user.events import UserRegistered
from medianest.ports.event_log import Context
from medianest.ports.failures import GatewayUnavailable
from medianest.ports.work import Job


async def test_commands_run_under_ids_of_their_own_and_jobs_are_deferred_once(database_url: str) -> None:
    door = Door()
    async with world(database_url) as here, running(a_runner(here, door).run):
        (recorded,) = await happen(here, STREAMS[0])
        await reaches(here, recorded.position)
        context = Context(correlation_id="a-click", causation_id=recorded.event_id)
        assert [(c, i) for _, c, i in door.taken] == [
            (context, command_id("deliver", recorded.position, 0)),
            (context, command_id("deliver", recorded.position, 1)),
        ]
        assert await jobs(here) == [recorded.position]


async def test_what_comes_alone_waits_for_no_breath(database_url: str) -> None:
    async with world(database_url) as here, running(a_runner(here, Door(), breath=3600.0).run):
        (recorded,) = await happen(here, STREAMS[0])
        await reaches(here, recorded.position)


async def test_what_comes_while_the_runner_breathes_is_answered_together(database_url: str) -> None:
    breath, answered = 0.3, 0
    async with world(database_url) as here:
        read = here.log.read

        async def counted(**wanted: Any) -> Sequence[Recorded]:
            nonlocal answered
            batch = await read(**wanted)
            answered += bool(batch)
            return batch

        here.log.read = counted
        async with running(a_runner(here, Door(), breath=breath).run):
            began = time.monotonic()
            for number in range(20):
                (recorded,) = await happen(here, STREAMS[0], after=number)
            await reaches(here, recorded.position)
            assert answered <= 2 + (time.monotonic() - began) / breath


async def test_a_refusal_is_an_answer_and_all_goes_on(database_url: str) -> None:
    def refuse(*_: object) -> None:
        raise Refused

    door = Door(refuse)
    async with world(database_url) as here, running(a_runner(here, door).run):
        (recorded,) = await happen(here, STREAMS[0])
        await reaches(here, recorded.position)
        assert await jobs(here) == [recorded.position]
        assert await PostgresParkedEvents(here.database).counts() == {}


async def test_nothing_passes_what_is_unavailable_and_it_is_tried_until_it_is_back(database_url: str) -> None:
    tries = 0

    def away(*_: object) -> None:
        nonlocal tries
        tries += 1
        if tries < 6:
            raise GatewayUnavailable

    door = Door(away)
    async with world(database_url) as here, running(a_runner(here, door).run):
        await happen(here, STREAMS[0])
        (last,) = await happen(here, STREAMS[1])
        await reaches(here, last.position)
        assert door.streams == [STREAMS[0], STREAMS[0], STREAMS[1], STREAMS[1]]
        assert await PostgresParkedEvents(here.database).counts() == {}


async def test_an_event_whose_job_cannot_be_stored_is_parked_with_its_stream_and_others_go_on(
    database_url: str,
) -> None:
    def react(recorded: Recorded) -> list[Job]:
        ill = "\0" if recorded.stream_id == STREAMS[0] and recorded.version == 1 else "well"
        return [Job(name="deliver", args={"position": recorded.position, "ill": ill}, lock=f"{recorded.position}")]

    async with world(database_url) as here:
        runner = a_runner(here, Door(), a_reaction(react=react))
        async with running(runner.run):
            await eventually(lambda: _leads(here))
            ill, behind = await happen(here, STREAMS[0], count=2)
            (other,) = await happen(here, STREAMS[1])
            await reaches(here, other.position)
        assert await jobs(here) == [other.position]
        parked = await here.rows("SELECT position FROM parked_events ORDER BY position")
        assert [place for (place,) in parked] == [ill.position, behind.position]


async def _leads(here: World) -> bool:
    return await position(here) is not None


async def test_an_event_that_cannot_be_handled_is_parked_with_its_stream_and_others_go_on(database_url: str) -> None:
    is_broken = True

    def fail(command: Command, *_: object) -> None:
        if is_broken and isinstance(command, MarkDelivered) and command.notification_id == STREAMS[0]:
            raise ValueError(" ".join(["what", "somebody", "wrote"]))

    door = Door(fail)
    async with world(database_url) as here:
        async with running(a_runner(here, door).run):
            await happen(here, STREAMS[0])
            await happen(here, STREAMS[1])
            await happen(here, STREAMS[0], after=1)
            (last,) = await happen(here, STREAMS[2])
            await reaches(here, last.position)
            assert set(door.streams) == {STREAMS[1], STREAMS[2]}
            (it,) = (await PostgresParkedEvents(here.database).list(limit=10, after=None)).items
            assert (it.reaction, it.stream_id, it.position) == ("deliver", STREAMS[0], 1)
            assert (it.waiting, it.attempts, it.error) == (1, 3, "ValueError")
            assert await PostgresParkedEvents(here.database).counts() == {"deliver": 2}
            assert "what somebody wrote" not in str(await here.rows("SELECT * FROM parked_events"))
        async with running(a_runner(here, door).run):
            (last,) = await happen(here, STREAMS[2], after=1)
            await reaches(here, last.position)
            assert await PostgresParkedEvents(here.database).counts() == {"deliver": 2}
        is_broken = False
        async with running(a_runner(here, door).run):
            (last,) = await happen(here, STREAMS[0], after=2)
            await reaches(here, last.position)
        assert [n for n in await jobs(here) if n in (1, 3, last.position)] == [1, 3, last.position]
        assert await PostgresParkedEvents(here.database).counts() == {}


async def test_the_first_reactions_answer_all_since_the_beginning_and_later_ones_only_what_follows(
    database_url: str,
) -> None:
    door = Door()
    async with world(database_url) as here:
        await happen(here, STREAMS[0])
        (second,) = await happen(here, STREAMS[1])
        async with running(a_runner(here, door).run):
            await reaches(here, second.position)
        assert await jobs(here) == [1, 2]
        later = a_reaction("later")
        async with running(a_runner(here, door, a_reaction(), later).run):
            await reaches(here, second.position, "later")
            (third,) = await happen(here, STREAMS[2])
            await reaches(here, third.position, "later")
            await reaches(here, third.position)
        assert await jobs(here) == [1, 2, 3, 3]


async def test_reactions_of_an_upgraded_log_answer_nothing_that_happened_before(database_url: str) -> None:
    door = Door()
    async with world(database_url) as here:
        (old,) = await happen(here, STREAMS[0])
        async with here.database.connection() as connection:  # as the migration leaves it on a log with a past
            await connection.execute("UPDATE reaction_checkpoints SET position = %s", (old.position,))
        async with running(a_runner(here, door).run):
            (new,) = await happen(here, STREAMS[1])
            await reaches(here, new.position)
        assert await jobs(here) == [new.position]


async def test_an_event_is_answered_once_although_the_connection_is_cut_again_and_again(database_url: str) -> None:
    door = Door()
    async with world(database_url) as here, running(a_runner(here, door).run):
        head = 0
        for stream in STREAMS:
            await happen(here, stream, count=3)
            head = await here.log.head()
            await cut_connections(here.url, "medianest follower")
        await reaches(here, head)
        assert await jobs(here) == list(range(1, head + 1))
        assert {i for _, _, i in door.taken} == {
            command_id("deliver", p, n) for p in range(1, head + 1) for n in (0, 1)
        }


async def test_events_that_no_reaction_waits_for_are_passed(database_url: str) -> None:
    door = Door()
    async with world(database_url) as here, running(a_runner(here, door, a_reaction(events=(UserRegistered,))).run):
        recorded = await happen(here, STREAMS[0], count=5)
        await reaches(here, recorded[-1].position)
        assert door.taken == []


async def test_only_one_of_two_runners_answers(database_url: str) -> None:
    door = Door()
    async with world(database_url) as here, running(a_runner(here, door).run), running(a_runner(here, door).run):
        recorded = await happen(here, STREAMS[0], count=20)
        await reaches(here, recorded[-1].position)
        assert await jobs(here) == [one.position for one in recorded]
        assert len(door.taken) == 40
