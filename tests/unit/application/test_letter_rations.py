"""Whose address it is nobody has proved: so the house writes to nobody without end."""

from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from medianest.application.letter_jobs import OF_NOTICES, OF_PASSWORDS
from medianest.application.reactions import tell_of_change, tell_of_device
from medianest.domain.api_key import ApiKeyMade
from medianest.domain.kernel import SYSTEM, Recorded
from medianest.domain.session import SessionOpened
from medianest.ports.failures import MailUnavailable
from medianest.ports.sessions import Whereabouts
from medianest.ports.work import Job
from tests.unit.application.desk import ADA, AT_THE_DOOR
from tests.unit.application.passwords_desk import Passwords
from tests.unit.application.rig import CLICK, Rig

HOUR = 3600


@pytest.fixture
def desk(rig: Rig) -> Passwords:
    return Passwords(rig)


def wanted(recorded: Recorded) -> list[Mapping[str, str]]:
    """What the letters that follow from this are written from."""
    follow = [*tell_of_device(recorded), *tell_of_change(recorded)]
    jobs = [one for one in follow if isinstance(one, Job)]
    return [{name: value for name, value in job.args.items() if "tion_id" not in name} for job in jobs]  # type: ignore[misc]


async def signs_in(desk: Passwords, times: int, *, since: int = 0) -> list[Mapping[str, str]]:
    """Within a minute, each time with another device."""
    head = await desk.rig.log.head()
    for number in range(times):
        there = Whereabouts(device=f"Device {since + number}", client="x", address="203.0.113.7")
        await desk.sign_in.with_password(ADA["email"], ADA["password"], replace(AT_THE_DOOR, whereabouts=there))
        desk.rig.clock.advance(1)
    news = [one for one in await desk.rig.history() if one.position > head and isinstance(one.event, SessionOpened)]
    return [args for one in news for args in wanted(one)]


async def test_many_new_devices_are_told_in_some_letters_an_hour_and_the_next_hour_they_come_again(
    desk: Passwords,
) -> None:
    await desk.ada()
    for times in range(2):
        jobs = await signs_in(desk, 31, since=31 * times)
        assert len(jobs) >= 30, "the first device of all is no news"
        for args in jobs:
            await desk.letters.send_new_device(**args)
        assert len(desk.mailer.letters) == OF_NOTICES * (times + 1)
        assert len(desk.refusals) == times + 1, "it is logged once an hour"
        assert ADA["email"] not in str(desk.refusals)
        desk.rig.clock.advance(HOUR)


async def test_letters_of_all_kinds_count_together_and_those_about_passwords_apart(desk: Passwords) -> None:
    ada = await desk.ada()
    for args in await signs_in(desk, 31):
        await desk.letters.send_new_device(**args)
    at = desk.rig.clock.now().isoformat()
    await desk.letters.send_account_changed(str(ada), ApiKeyMade.tag, at)
    assert len(desk.mailer.letters) == OF_NOTICES
    for number in range(2 * OF_PASSWORDS):
        await desk.letters.send_password_changed(str(ada), f"2026-03-14T09:{number:02}:00+00:00")
    assert len(desk.mailer.letters) == OF_NOTICES + OF_PASSWORDS
    await desk.asked()
    assert desk.mailer.letters[-1].subject != desk.mailer.letters[-2].subject


async def test_whoever_registers_the_same_address_anew_begins_no_new_count(desk: Passwords) -> None:
    for times in range(2):
        ada = await desk.registered(ADA["email"])
        for number in range(OF_NOTICES):
            at = f"2026-03-14T{times:02}:{number:02}:00+00:00"
            await desk.letters.send_account_changed(str(ada), ApiKeyMade.tag, at)
        await desk.departure.delete(actor=SYSTEM, user_id=ada, context=CLICK)
    assert len(desk.mailer.letters) == OF_NOTICES


async def test_a_letter_that_is_tried_again_after_an_outage_counts_once(desk: Passwords) -> None:
    ada = await desk.ada()
    desk.mailer.outage = MailUnavailable()
    for _ in range(2 * OF_NOTICES):
        with pytest.raises(MailUnavailable):
            await desk.letters.send_account_changed(str(ada), ApiKeyMade.tag, "2026-03-14T09:00:00+00:00")
    desk.mailer.outage = None
    await desk.letters.send_account_changed(str(ada), ApiKeyMade.tag, "2026-03-14T09:00:00+00:00")
    assert len(desk.mailer.letters) == 1
