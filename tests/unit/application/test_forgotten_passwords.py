"""Another password by a link in a letter, for whoever forgot theirs."""

from uuid import uuid4

import pytest

from medianest.application.identity.denials import SignInRejected
from medianest.application.identity.devices import Arrival
from medianest.application.identity.forgotten import TO_ONE, TooManyLetters
from medianest.application.identity.passwords import ResetNotGood
from medianest.application.letters import RESET_LIFETIME
from medianest.application.passwords.rules import PasswordTooCommon
from medianest.domain.kernel import SYSTEM
from medianest.domain.user.commands import DeleteUser, SuspendUser
from medianest.domain.user.events import UserUnlocked
from medianest.domain.user.refusals import UserIsSuspended
from medianest.ports.failures import MailNotConfigured
from medianest.ports.sessions import Whereabouts
from tests.unit.application.desk import ADA, AT_THE_DOOR
from tests.unit.application.passwords_desk import ANOTHER, Passwords
from tests.unit.application.rig import CLICK, Rig


@pytest.fixture
def desk(rig: Rig) -> Passwords:
    return Passwords(rig)


async def test_a_letter_lets_somebody_choose_a_password_once(desk: Passwords) -> None:
    ada = await desk.ada()
    await desk.lets_in()
    remembered = await desk.devices.remember(ada, desk.rig.clock.now())
    token = await desk.asked(" ADA@example.org ")
    await desk.passwords.reset(token, ANOTHER, AT_THE_DOOR)
    assert await desk.session_desk.of(ada) == []
    assert not await desk.devices.knows(ada, remembered, desk.rig.clock.now())
    await desk.lets_in(password=ANOTHER)
    with pytest.raises(ResetNotGood):
        await desk.passwords.reset(token, "yet another one", AT_THE_DOOR)
    await desk.lets_in(password=ANOTHER)
    assert await desk.ways() == ["reset"]


async def test_only_the_newest_letter_is_good_and_only_for_half_an_hour(desk: Passwords) -> None:
    await desk.ada()
    first, second = await desk.asked(), await desk.asked()
    with pytest.raises(ResetNotGood):
        await desk.passwords.reset(first, ANOTHER, AT_THE_DOOR)
    desk.rig.clock.advance(RESET_LIFETIME.total_seconds())
    with pytest.raises(ResetNotGood):
        await desk.passwords.reset(second, ANOTHER, AT_THE_DOOR)
    await desk.lets_in()
    assert [entry.refused.method for entry in desk.refused.entries] == ["reset", "reset"]


async def test_a_password_that_is_refused_leaves_the_link_good(desk: Passwords) -> None:
    await desk.ada()
    token = await desk.asked()
    with pytest.raises(PasswordTooCommon):
        await desk.passwords.reset(token, "password1", AT_THE_DOOR)
    await desk.passwords.reset(token, ANOTHER, AT_THE_DOOR)


async def test_a_reset_unlocks_the_account(desk: Passwords) -> None:
    await desk.ada()
    token = await desk.asked()
    for _ in range(5):
        with pytest.raises(SignInRejected):
            await desk.lets_in(password="wrong")
    desk.rig.clock.advance(20 * 60)
    for _ in range(5):
        with pytest.raises(SignInRejected):
            await desk.lets_in(password="wrong")
    assert "user.locked_out" in await desk.rig.tags()
    elsewhere = Arrival(context=CLICK, whereabouts=Whereabouts(address="2001:db8::1"))
    await desk.passwords.reset(token, ANOTHER, elsewhere)
    assert any(isinstance(one.event, UserUnlocked) for one in await desk.rig.history())
    await desk.sign_in.with_password(ADA["email"], ANOTHER, elsewhere)


async def test_a_stranger_gets_no_letter_and_the_same_work(desk: Passwords) -> None:
    await desk.ada()
    await desk.forgotten.ask(ADA["email"], AT_THE_DOOR)
    await desk.forgotten.ask("nobody@example.org", AT_THE_DOOR)
    known, unknown = desk.queue.waiting
    assert known.args.keys() == unknown.args.keys()
    assert "example.org" not in f"{known}{unknown}"
    await desk.work()
    assert [letter.to for letter in desk.mailer.letters] == [ADA["email"]]


async def test_nobody_is_flooded_with_letters_whether_they_are_there_or_not(desk: Passwords) -> None:
    await desk.ada()
    for email in (ADA["email"], "nobody@example.org"):
        for _ in range(TO_ONE):
            await desk.forgotten.ask(email, AT_THE_DOOR)
        with pytest.raises(TooManyLetters):
            await desk.forgotten.ask(email.upper(), AT_THE_DOOR)


async def test_a_letter_that_could_not_be_sent_in_time_is_not_sent_at_all(desk: Passwords) -> None:
    await desk.ada()
    await desk.forgotten.ask(ADA["email"], AT_THE_DOOR)
    desk.rig.clock.advance(RESET_LIFETIME.total_seconds() + 1)
    await desk.work()
    assert desk.mailer.letters == []


async def test_who_asks_again_while_no_letter_is_sent_has_one_when_they_are(desk: Passwords) -> None:
    await desk.ada()
    await desk.forgotten.ask(ADA["email"], AT_THE_DOOR)
    desk.rig.clock.advance(RESET_LIFETIME.total_seconds() - 60)
    await desk.forgotten.ask(ADA["email"], AT_THE_DOOR)
    desk.rig.clock.advance(120)
    assert len(desk.queue.waiting) == 1, "the second takes the place of the first"
    await desk.work()
    assert len(desk.mailer.letters) == 1


async def test_an_address_that_no_letter_reaches_is_not_tried_for_ever(desk: Passwords) -> None:
    await desk.ada()
    desk.mailer.strangers.add(ADA["email"])
    await desk.forgotten.ask(ADA["email"], AT_THE_DOOR)
    await desk.work()
    assert (desk.mailer.letters, len(desk.refusals)) == ([], 1)


async def test_a_server_that_sends_no_letters_says_so_to_everybody_alike(rig: Rig) -> None:
    desk = Passwords(rig, has_mail=False)
    await desk.ada()
    for email in (ADA["email"], "nobody@example.org"):
        with pytest.raises(MailNotConfigured):
            await desk.forgotten.ask(email, AT_THE_DOOR)
    assert desk.queue.waiting == []


async def test_whoever_is_suspended_or_gone_gets_no_letter_and_resets_nothing(desk: Passwords) -> None:
    await desk.ada()
    ben, cleo = await desk.member("ben"), await desk.member("cleo")
    token = await desk.asked("ben@example.org")
    await desk.rig.run(SuspendUser(**desk.rig.by(SYSTEM), user_id=ben))
    await desk.rig.run(DeleteUser(**desk.rig.by(SYSTEM), user_id=cleo))
    with pytest.raises(UserIsSuspended):
        await desk.passwords.reset(token, ANOTHER, AT_THE_DOOR)
    for email in ("ben@example.org", "cleo@example.org"):
        await desk.forgotten.ask(email, AT_THE_DOOR)
    await desk.work()
    assert len(desk.mailer.letters) == 1


async def test_a_made_up_link_is_no_link(desk: Passwords) -> None:
    with pytest.raises(ResetNotGood):
        await desk.passwords.reset(uuid4().hex, ANOTHER, AT_THE_DOOR)
