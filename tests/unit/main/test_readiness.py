"""What `/health/ready` says of the seals and the views."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from medianest.adapters.eventlog.seals.checks import SealState
from medianest.adapters.http.foundation.health import Check, CheckStatus, ReadyReport
from medianest.main.readiness import BEHIND, NO_ROOM, Readiness
from medianest.ports.failures import LogUnavailable
from medianest.ports.rebuilds import ViewCheck
from tests.contract.event_log.logs import memory_log
from tests.fakes.cache import FakeCache
from tests.fakes.jobs import FakeJobs
from tests.fakes.parked import FakeParkedEvents
from tests.fakes.rebuilds import FakeRebuilds
from tests.fakes.views import FakeViews


class FakeSealChecks:
    """Answers as it was told."""

    def __init__(self, *, lag: int = 0, is_late: bool = False, fault: str | None = None) -> None:
        self._state = SealState(position=70, lag=lag, is_late=is_late, checked_at=None, fault=fault)

    async def state(self) -> SealState:
        return self._state


class FakeRoom:
    """There is some, or there is not."""

    def __init__(self, *, is_there: bool = True) -> None:
        self.has_some = is_there

    async def is_there(self) -> bool:
        return self.has_some


@dataclass
class Probed:
    """A house that is probed, at a clock that stands until somebody moves it."""

    readiness: Readiness
    views: FakeViews
    room: FakeRoom
    seconds: float = 0.0
    is_leaving: bool = False

    async def says(self) -> CheckStatus:
        return (await self.readiness.report()).status


@asynccontextmanager
async def probed(
    seals: FakeSealChecks | None = None, *checks: ViewCheck, room: FakeRoom | None = None
) -> AsyncIterator[Probed]:
    async with memory_log() as parts:
        views, room = FakeViews(parts.log), room or FakeRoom()
        readiness = Readiness(
            log=parts.log,
            room=room,
            progress=views,
            cache=FakeCache(),
            jobs=FakeJobs(),
            rebuilds=FakeRebuilds(*checks),
            parked=FakeParkedEvents(),
            seals=seals or FakeSealChecks(),
            is_leaving=lambda: house.is_leaving,
            monotonic=lambda: house.seconds,
        )
        house = Probed(readiness, views, room)
        yield house


async def report_of(seals: FakeSealChecks, *checks: ViewCheck, room: FakeRoom | None = None) -> ReadyReport:
    async with probed(seals, *checks, room=room) as house:
        return await house.readiness.report()


async def said_of(seals: FakeSealChecks, *checks: ViewCheck, name: str = "seals") -> Check:
    return next(check for check in (await report_of(seals, *checks)).checks if check.name == name)


async def test_a_hundred_who_ask_at_once_are_one_look_and_so_is_whoever_asks_within_a_second() -> None:
    async with probed() as house:
        reports = await asyncio.gather(*(house.readiness.report() for _ in range(100)))
        assert {report.status for report in reports} == {"ok"}
        house.seconds = 0.9
        assert await house.says() == "ok"
        assert house.views.asked == 1
        house.views.outage = LogUnavailable()
        house.seconds = 1.1
        assert await house.says() == "down"
        assert house.views.asked == 2


async def test_a_look_that_failed_is_no_reason_to_believe_so_for_longer() -> None:
    async with probed() as house:
        house.views.outage = LogUnavailable()
        assert [await house.says() for _ in range(3)] == ["down"] * 3
        assert house.views.asked == 1
        house.views.outage, house.seconds = None, 1.1
        assert await house.says() == "ok"


async def test_who_leaves_says_so_at_once_and_so_does_who_has_no_room() -> None:
    async with probed() as house:
        assert await house.says() == "ok"
        house.room.has_some = False
        assert await house.says() == "degraded"
        house.room.has_some = True
        assert await house.says() == "ok"
        house.seconds = 5
        under_way = asyncio.create_task(house.says())
        await asyncio.sleep(0)
        house.is_leaving = True
        assert not under_way.done()
        assert (await under_way, await house.says()) == ("down", "down")


async def test_a_full_disk_is_said_with_what_to_do_and_takes_nobody_out_of_rotation() -> None:
    report = await report_of(FakeSealChecks(), room=FakeRoom(is_there=False))
    [log] = [check for check in report.checks if check.name == "log"]
    assert (log.status, log.detail, report.status) == ("degraded", NO_ROOM, "degraded"), "which is a 200"
    assert (await report_of(FakeSealChecks())).checks[0].detail is None


@pytest.mark.parametrize("lag", [0, BEHIND])
async def test_seals_a_little_behind_the_log_are_well(lag: int) -> None:
    check = await said_of(FakeSealChecks(lag=lag))
    assert (check.status, check.detail, check.figures) == ("ok", None, {"position": 70, "lag": lag})


@pytest.mark.parametrize("seals", [FakeSealChecks(lag=BEHIND + 1), FakeSealChecks(lag=1, is_late=True)])
async def test_a_sealer_that_stands_still_is_noticed(seals: FakeSealChecks) -> None:
    check = await said_of(seals)
    assert check.status == "degraded"
    assert "is a worker running?" in str(check.detail)


async def test_what_the_last_check_found_comes_first() -> None:
    check = await said_of(FakeSealChecks(is_late=True, fault="Position 17 was changed."))
    assert (check.status, check.detail) == (
        "degraded",
        "Position 17 was changed. `medianest audit verify` says more.",
    )


async def test_a_view_that_differs_from_the_log_is_no_secret() -> None:
    name = "inbox"
    check = ViewCheck(name=name, position=7, compared=40, differing=2, checked_at=datetime(2026, 1, 1, tzinfo=UTC))
    said = await said_of(FakeSealChecks(), check, name=f"view:{name}")
    assert said.status == "degraded"
    assert said.detail == "2 rows differ from the log. Run: medianest projections rebuild inbox"
