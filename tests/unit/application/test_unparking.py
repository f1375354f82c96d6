"""Deciding on parked events: what goes into the log, and what is refused."""

from uuid import UUID

import pytest

from medianest.application.people import PeopleBook
from medianest.application.queries.parked import FindParked, ListParked, ParkedDesk
from medianest.application.unparking import TryParkedAgain
from medianest.domain.kernel import SYSTEM, Refused
from medianest.domain.upkeep import ParkedRetried, ParkedSkipped, SkipParked
from tests.fakes.sessions import FakeSessions
from tests.unit.application.rig import Rig

STREAM = UUID(int=9)


async def parked(rig: Rig) -> None:
    """Two events of one stream: the first failed, the second waits."""
    await rig.parked.park("tell_people", 1, STREAM, failure=ValueError())
    await rig.parked.park("tell_people", 2, STREAM, failure=None)


def again(rig: Rig, position: int) -> TryParkedAgain:
    return TryParkedAgain(**rig.by(SYSTEM), reaction="tell_people", position=position)


def skip(rig: Rig, position: int, reason: str = "Old.") -> SkipParked:
    return SkipParked(**rig.by(SYSTEM), reaction="tell_people", position=position, reason=reason)


async def test_a_retry_is_in_the_log_once_for_each_failure(rig: Rig) -> None:
    await parked(rig)
    outcome = await rig.run(again(rig, 1))
    retried = ParkedRetried(reaction="tell_people", position=1, attempts=3)
    assert [recorded.event for recorded in outcome.recorded] == [retried]
    assert (await rig.run(again(rig, 1))).recorded == ()


async def test_a_skip_is_in_the_log_with_its_reason_and_ends_all_retrying(rig: Rig) -> None:
    await parked(rig)
    outcome = await rig.run(skip(rig, 1))
    skipped = ParkedSkipped(reaction="tell_people", position=1, skipped_by=SYSTEM, reason="Old.")
    assert [recorded.event for recorded in outcome.recorded] == [skipped]
    assert (await rig.run(skip(rig, 1))).recorded == ()
    with pytest.raises(Refused) as refusal:
        await rig.run(again(rig, 1))
    assert refusal.value.code == "parked_already_skipped"


async def test_what_only_waits_names_the_one_to_decide_on_first(rig: Rig) -> None:
    await parked(rig)
    for command in (again(rig, 2), skip(rig, 2)):
        with pytest.raises(Refused) as refusal:
            await rig.run(command)
        assert refusal.value.code == "parked_waits"
        assert "tell_people:1" in str(refusal.value)


async def test_what_is_not_parked_is_missing(rig: Rig) -> None:
    for command in (again(rig, 1), skip(rig, 1)):
        with pytest.raises(Refused) as refusal:
            await rig.run(command)
        assert (refusal.value.code, refusal.value.kind) == ("parked_not_found", "missing")


async def test_what_is_parked_is_listed_with_what_happened(rig: Rig) -> None:
    await rig.person(name="Bob")
    await parked(rig)
    people = PeopleBook(rig.log, rig.directory, FakeSessions(), rig.clock)
    await people.catch_up()
    desk = ParkedDesk(rig.parked, rig.log, people)
    (line,) = (await desk.list(ListParked())).items
    assert (line.parked.position, line.parked.waiting) == (1, 1)
    assert line.event.sentence == "Bob registered themselves as member"
    waiting = await desk.find(FindParked(reaction="tell_people", position=2))
    assert waiting.parked.first == 1
