"""Enrolling, renewing and giving up a second factor, also when the database goes away half-way."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from medianest.application.identity.denials import CodeRejected
from medianest.application.identity.factors import FactorDesk
from medianest.domain.kernel import Command
from medianest.domain.second_factor import SecondFactorNotEnrolled, SecondFactorRequired, SecondFactorThere
from medianest.domain.session import SessionNotFound
from medianest.ports.event_log import Context
from medianest.ports.failures import LogUnavailable
from medianest.ports.front_door import Commands, Outcome
from medianest.ports.sessions import Session
from tests.unit.application.desk import ADA, AT_THE_DOOR, PHONE, Desk
from tests.unit.application.rig import CLICK, Rig


class Interrupted:
    """Implements `Commands.run`: the log is away at first; `is_recorded`: what was asked for was taken all the same."""

    def __init__(self, commands: Commands, *, is_recorded: bool) -> None:
        self._commands = commands
        self._is_recorded = is_recorded
        self.is_away = True

    async def run(self, commands: Sequence[Command], context: Context, **options: Any) -> Outcome:
        if not self.is_away or self._is_recorded:
            outcome = await self._commands.run(commands, context, **options)
            if not self.is_away:
                return outcome
        self.is_away = False
        raise LogUnavailable


def factors_on(commands: Any, desk: Desk, rig: Rig) -> FactorDesk:
    return FactorDesk(
        commands,
        desk.guard,
        factors=desk.enrolled,
        one_time_codes=desk.one_time_codes,
        recovery_codes=desk.recovery_codes,
        devices=desk.devices,
        rules=desk.rules,
        clock=rig.clock,
    )


async def enrolled(desk: Desk, rig: Rig, user_id: UUID) -> Sequence[str]:
    begun = await desk.factors.begin(user_id, "ada")
    return await desk.factors.enrol(user_id, desk.one_time_codes.code(begun.seed, rig.clock.now()), AT_THE_DOOR)


async def is_limited(desk: Desk, session: Session) -> bool:
    """What anybody is told who comes with this session now."""
    await desk.people.catch_up()
    return await desk.people.admit_wholly(session.user_id, session.session_id) is None


@pytest.mark.parametrize("is_recorded", [False, True])
async def test_an_enrolment_that_broke_off_is_completed_with_the_same_code(rig: Rig, is_recorded: bool) -> None:
    desk = Desk(rig)
    ada = await desk.ada()
    factors = factors_on(Interrupted(rig.bus, is_recorded=is_recorded), desk, rig)
    begun = await factors.begin(ada, "ada")
    code = desk.one_time_codes.code(begun.seed, rig.clock.now())
    with pytest.raises(LogUnavailable):
        await factors.enrol(ada, code, AT_THE_DOOR)
    assert not await factors.is_enrolled(ada), "nobody is asked for what they were told had failed"
    codes = await factors.enrol(ada, code, AT_THE_DOOR)
    assert await factors.codes_left(ada) == len(codes) == 10
    tags = [r.event.tag for r in await rig.log.read(after=0, limit=100) if r.category == "second_factor"]
    assert tags == ["second_factor.enrolled", "second_factor.recovery_codes_made"], "once"


async def test_a_wrong_first_code_enrols_nothing_and_is_written_down(rig: Rig) -> None:
    desk = Desk(rig)
    ada = await desk.ada()
    await desk.factors.begin(ada, "ada")
    with pytest.raises(CodeRejected):
        await desk.factors.enrol(ada, "000000", AT_THE_DOOR)
    assert not await desk.factors.is_enrolled(ada)
    assert [entry.refused.reason for entry in desk.refused.entries] == ["wrong_code"]


async def test_whoever_has_a_second_factor_enrols_no_other(rig: Rig) -> None:
    desk = Desk(rig)
    ada = await desk.ada()
    await enrolled(desk, rig, ada)
    with pytest.raises(SecondFactorThere):
        await desk.factors.begin(ada, "ada")
    with pytest.raises(SecondFactorThere):
        await desk.factors.enrol(ada, "000000", AT_THE_DOOR)


async def test_old_recovery_codes_stay_good_where_new_ones_could_not_be_made(rig: Rig) -> None:
    desk = Desk(rig)
    ada = await desk.ada()
    codes = await enrolled(desk, rig, ada)
    away = factors_on(Interrupted(rig.bus, is_recorded=False), desk, rig)
    with pytest.raises(LogUnavailable):
        await away.renew_codes(ada, CLICK)
    assert await desk.factors.verify(ada, codes[0], AT_THE_DOOR) == "recovery_code"
    renewed = await away.renew_codes(ada, CLICK)
    with pytest.raises(CodeRejected):
        await desk.factors.verify(ada, codes[1], AT_THE_DOOR)
    assert await desk.factors.verify(ada, renewed[0], AT_THE_DOOR) == "recovery_code"


async def test_without_a_second_factor_there_are_no_recovery_codes(rig: Rig) -> None:
    desk = Desk(rig)
    with pytest.raises(SecondFactorNotEnrolled):
        await desk.factors.renew_codes(await desk.ada(), CLICK)


async def test_nobody_gives_up_what_is_required_of_their_role(rig: Rig) -> None:
    desk = Desk(rig, required_of="admins")
    ada = await desk.ada()
    await enrolled(desk, rig, ada)
    with pytest.raises(SecondFactorRequired):
        await desk.factors.give_up(ada, "admin", CLICK)
    assert await desk.factors.is_enrolled(ada)
    await desk.factors.give_up(ada, "member", CLICK)
    assert not await desk.factors.is_enrolled(ada)


async def test_an_enrolment_that_is_begun_anew_while_it_is_completed_does_not_lift_the_duty(rig: Rig) -> None:
    desk = Desk(rig, required_of="admins")
    ada = await desk.ada()
    session = (await desk.lets_in()).session
    begun = await desk.factors.begin(ada, "ada")
    shown = desk.enrolled.is_begun_by

    async def slow(*args: Any) -> bool:
        is_theirs = await shown(*args)
        await desk.factors.begin(ada, "ada")
        return is_theirs

    desk.enrolled.is_begun_by = slow  # type: ignore[method-assign]
    with pytest.raises(CodeRejected):
        await desk.factors.enrol(ada, desk.one_time_codes.code(begun.seed, rig.clock.now()), AT_THE_DOOR)
    assert not await desk.factors.is_enrolled(ada)
    assert await is_limited(desk, session)
    desk.enrolled.is_begun_by = shown  # type: ignore[method-assign]
    await enrolled(desk, rig, ada)
    assert not await is_limited(desk, session)


async def test_the_password_alone_does_not_lift_the_duty_to_enrol(rig: Rig) -> None:
    desk = Desk(rig, required_of="admins")
    ada = await desk.ada()
    session = (await desk.lets_in()).session
    assert await is_limited(desk, session)
    await desk.sign_in.confirm(session, password=ADA["password"], code=None, arrival=AT_THE_DOOR)
    assert await is_limited(desk, session)
    await enrolled(desk, rig, ada)
    assert not await is_limited(desk, session)


async def test_a_session_of_somebody_else_is_not_there(rig: Rig) -> None:
    desk = Desk(rig)
    ada, bob = await desk.ada(), await rig.person()
    theirs = (await desk.session_desk.open(bob, "password", PHONE, CLICK)).session
    with pytest.raises(SessionNotFound):
        await desk.session_desk.end_one(ada, ada, theirs.session_id, "ended_elsewhere", CLICK)
    await desk.session_desk.end_one(ada, bob, theirs.session_id, "ended_by_administrator", CLICK)
    with pytest.raises(SessionNotFound):
        await desk.session_desk.end_one(bob, bob, theirs.session_id, "ended_elsewhere", CLICK)


async def test_a_session_whose_opening_failed_half_way_stands_in_nobodys_way(rig: Rig) -> None:
    desk = Desk(rig)
    ada = await desk.ada()
    lost = (await desk.lets_in()).session
    unrecorded = lost.__class__(
        session_id=rig.ids.new(), user_id=ada, authenticated_at=rig.clock.now()
    )  # in the table, and the log has nothing of it
    await desk.sessions.open(unrecorded, "password", PHONE)
    assert await desk.session_desk.end_all(ada, ada, "ended_elsewhere", CLICK) == 2
    assert await desk.session_desk.of(ada) == []
