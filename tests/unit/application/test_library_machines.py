"""A media server that was set up anew: another machine under the same short name."""

from uuid import UUID

import pytest
from msgspec.structs import replace

from medianest.application.library.machines import AnotherMachine, MachineDesk
from medianest.domain.media_server import MachineAccepted, ServerNotFound
from medianest.ports.failures import PlexUnavailable
from medianest.ports.library import Machines
from medianest.ports.media_server import ServerRefusesToken
from tests.unit.application.libraries import House, gone_for_a_day
from tests.unit.application.rig import CLICK


class Desk(House):
    """A house whose server is another machine by now, with other films."""

    def __init__(self) -> None:
        super().__init__()
        self.machines = MachineDesk(
            self.rig.bus, self.servers, index=self.kept, scans=self.kept, jobs=self.jobs, clock=self.rig.clock
        )

    async def admin(self) -> UUID:
        return await self.rig.person(role="admin")

    def set_up_anew(self) -> None:
        self.plex.server = replace(self.plex.server, machine_identifier="anew")
        self.plex.remove(*map(str, range(1, 41)))
        self.films(50)

    async def accepted(self) -> list[str]:
        events = [recorded.event for recorded in await self.rig.history()]
        return [event.machine_identifier for event in events if isinstance(event, MachineAccepted)]


@pytest.fixture
async def desk() -> Desk:
    desk = Desk()
    desk.films(*range(1, 41))
    await desk.scan()
    desk.set_up_anew()
    await gone_for_a_day(desk)
    return desk


async def test_until_it_is_accepted_it_is_named_and_changes_nothing(desk: Desk) -> None:
    assert await desk.machines.all() == {"plex": Machines(known="fake-machine", found="anew")}
    assert await desk.held("movie", 1, 40, 50) == [1, 40]


async def test_once_it_is_accepted_its_libraries_are_scanned_and_nothing_of_the_former_counts_as_gone(
    desk: Desk,
) -> None:
    await desk.machines.accept(await desk.admin(), "plex", "anew", CLICK)
    assert await desk.machines.all() == {"plex": Machines(known="anew")}
    assert [(job.name, job.args["server"]) for job in desk.jobs.waiting] == [("scan_libraries", "plex")]
    await gone_for_a_day(desk)
    assert await desk.held("movie", 1, 40, 50) == [50]
    assert (await desk.kept.untold(limit=9), await desk.question()) == ([], None)


async def test_nobody_is_asked_any_more_what_became_of_the_former_ones_titles() -> None:
    desk = Desk()
    desk.films(*range(1, 41))
    await desk.scan()
    desk.plex.remove("1", "2", "3")
    await gone_for_a_day(desk)
    assert await desk.question() is not None
    desk.set_up_anew()
    await desk.machines.accept(await desk.admin(), "plex", "anew", CLICK)
    assert await desk.question() is None


async def test_only_the_machine_that_answers_now_is_accepted(desk: Desk) -> None:
    admin = await desk.admin()
    with pytest.raises(AnotherMachine, match="anew"):
        await desk.machines.accept(admin, "plex", "fake-machine", CLICK)
    with pytest.raises(ServerNotFound):
        await desk.machines.accept(admin, "attic", "anew", CLICK)
    desk.plex.refuses_token = True
    with pytest.raises(ServerRefusesToken):
        await desk.machines.accept(admin, "plex", "anew", CLICK)
    desk.plex.is_away = True
    with pytest.raises(PlexUnavailable):
        await desk.machines.accept(admin, "plex", "anew", CLICK)
    assert (await desk.accepted(), await desk.held("movie", 1, 40)) == ([], [1, 40])


async def test_accepted_twice_it_is_written_down_once_and_keeps_what_is_known_of_it(desk: Desk) -> None:
    admin = await desk.admin()
    await desk.machines.accept(admin, "plex", "anew", CLICK)
    await desk.scan()
    await desk.machines.accept(admin, "plex", "anew", CLICK)
    assert (await desk.accepted(), await desk.held("movie", 50)) == (["anew"], [50])


async def test_what_broke_off_half_way_is_done_by_asking_again(desk: Desk) -> None:
    admin, drop = await desk.admin(), desk.kept.drop

    async def broken(_server: str) -> None:
        raise ConnectionError

    desk.kept.drop = broken  # type: ignore[method-assign]
    with pytest.raises(ConnectionError):
        await desk.machines.accept(admin, "plex", "anew", CLICK)
    desk.kept.drop = drop  # type: ignore[method-assign]
    await desk.machines.accept(admin, "plex", "anew", CLICK)
    assert (await desk.accepted(), await desk.machines.all()) == (["anew"], {"plex": Machines(known="anew")})
