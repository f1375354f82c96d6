"""What somebody decided on parked events, and the runner that reads it in the log."""

from uuid import UUID

from tests.contract.event_log.logs import an_append
from tests.followers import World, cut_connections, eventually, running, world
from tests.integration.reactions.runners import STREAMS, Door, a_runner, happen, jobs, position, reaches

from medianest.adapters.postgres.parked import PostgresParkedEvents
from medianest.domain.kernel import SYSTEM, Command
from medianest.domain.notification import MarkDelivered
from medianest.domain.upkeep import ParkedRetried, ParkedSkipped, UpkeepEvent
from medianest.ports.event_log import StreamWrite


class Trouble:
    """A door that fails for the first stream as long as it `is_broken`."""

    def __init__(self) -> None:
        self.is_broken = True
        self.door = Door(self.answer)

    def answer(self, command: Command, _context: object, _command_id: UUID) -> None:
        if self.is_broken and isinstance(command, MarkDelivered) and command.notification_id == STREAMS[0]:
            raise ValueError


async def waiting(here: World) -> list[int]:
    return [n for (n,) in await here.rows("SELECT position FROM parked_events ORDER BY position")]


async def decide(here: World, event: UpkeepEvent) -> int:
    """Record what somebody decided; where it stands."""
    version = await here.rows("SELECT coalesce(max(version), 0) FROM events WHERE stream_id = %s", event.matter_id)
    write = StreamWrite(category="upkeep", stream_id=event.matter_id, expected=version[0][0], events=[event])
    return (await here.log.append(an_append(write)))[0].position


async def parked_with_two_behind(here: World) -> None:
    await happen(here, STREAMS[0])
    await happen(here, STREAMS[0], after=1, count=2)
    (last,) = await happen(here, STREAMS[1])
    await reaches(here, last.position)
    assert await waiting(here) == [1, 2, 3]


def retry(attempts: int = 3) -> ParkedRetried:
    return ParkedRetried(reaction="deliver", position=1, attempts=attempts)


SKIP = ParkedSkipped(reaction="deliver", position=1, skipped_by=SYSTEM, reason="Old.")


async def nothing_waits(here: World) -> bool:
    return await waiting(here) == []


async def test_a_retry_is_counted_when_it_fails_and_followed_by_all_that_waited_when_it_succeeds(
    database_url: str,
) -> None:
    trouble = Trouble()
    async with world(database_url) as here, running(a_runner(here, trouble.door).run):
        await parked_with_two_behind(here)
        await reaches(here, await decide(here, retry()), "upkeep")
        assert await waiting(here) == [1, 2, 3]
        found = await PostgresParkedEvents(here.database).find("deliver", 1)
        assert found is not None
        assert found.attempts == 6
        assert await jobs(here) == [4]
        trouble.is_broken = False
        await reaches(here, await decide(here, retry(6)), "upkeep")
        await eventually(lambda: nothing_waits(here))
        assert await jobs(here) == [4, 1, 2, 3]
        (later,) = await happen(here, STREAMS[0], after=3)
        await reaches(here, later.position)
        assert await jobs(here) == [4, 1, 2, 3, later.position]
        at = await decide(here, SKIP)  # nothing is parked there any more
        await reaches(here, at, "upkeep")
        await reaches(here, at)


async def test_what_was_skipped_while_nobody_led_is_not_tried_by_a_new_leader(database_url: str) -> None:
    trouble = Trouble()
    async with world(database_url) as here:
        async with running(a_runner(here, trouble.door).run):
            await parked_with_two_behind(here)
        at = await decide(here, SKIP)
        trouble.is_broken = False
        async with running(a_runner(here, trouble.door).run):
            await reaches(here, at, "upkeep")
            await eventually(lambda: nothing_waits(here))
        assert await jobs(here) == [4, 2, 3]


async def test_what_was_decided_is_done_once_although_the_connection_is_cut(database_url: str) -> None:
    trouble = Trouble()
    async with world(database_url) as here, running(a_runner(here, trouble.door).run):
        await parked_with_two_behind(here)
        trouble.is_broken = False
        at = await decide(here, SKIP)
        for _ in range(3):
            await cut_connections(here.url, "medianest follower")
        await reaches(here, at, "upkeep")
        await eventually(lambda: nothing_waits(here))
        assert sorted(await jobs(here)) == [2, 3, 4]
        assert await position(here, "upkeep") == at
