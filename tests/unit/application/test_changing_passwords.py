"""Another password: by whoever knows the one there is, or by others."""

from contextlib import suppress
from uuid import UUID

import pytest

from medianest.application.identity.denials import (
    ChallengeRejected,
    SecondFactorNeeded,
    SignInRejected,
    TooManyAttempts,
)
from medianest.application.identity.passwords import OwnPassword
from medianest.application.letters import RESET_LIFETIME
from medianest.application.passwords.rules import PasswordTooCommon
from medianest.domain.authority import NotAnAdministrator
from medianest.domain.kernel import SYSTEM
from medianest.domain.user.commands import GrantPermission
from tests.unit.application.desk import ADA, AT_THE_DOOR
from tests.unit.application.passwords_desk import ANOTHER, Passwords
from tests.unit.application.rig import CLICK, Rig


@pytest.fixture
def desk(rig: Rig) -> Passwords:
    return Passwords(rig)


async def test_whoever_knows_their_password_changes_it_and_every_other_device_is_signed_out(desk: Passwords) -> None:
    await desk.ada()
    here, elsewhere = await desk.lets_in(), await desk.lets_in()
    await desk.passwords.change(here.session, current=ADA["password"], password=ANOTHER, arrival=AT_THE_DOOR)
    left = [one.session_id for one in await desk.session_desk.of(here.session.user_id)]
    assert (left, elsewhere.session.session_id in left) == ([here.session.session_id], False)
    with pytest.raises(SignInRejected):
        await desk.lets_in()
    await desk.lets_in(password=ANOTHER)
    assert await desk.ways() == ["changed"]


async def test_a_session_alone_changes_no_password_and_guessing_at_it_is_counted(desk: Passwords) -> None:
    await desk.ada()
    here = (await desk.lets_in()).session
    for guess in (None, "", "wrong", "wronger", "no"):
        with pytest.raises(SignInRejected):
            await desk.passwords.change(here, current=guess, password=ANOTHER, arrival=AT_THE_DOOR)
    with pytest.raises(TooManyAttempts):
        await desk.passwords.change(here, current=ADA["password"], password=ANOTHER, arrival=AT_THE_DOOR)
    assert await desk.ways() == []


async def test_whoever_came_in_another_way_has_no_password_to_show(desk: Passwords) -> None:
    ada = await desk.ada()
    here = (await desk.lets_in()).session
    await desk.credentials.forget(ada)
    await desk.passwords.change(here, current=None, password=ANOTHER, arrival=AT_THE_DOOR)
    await desk.lets_in(password=ANOTHER)


async def test_a_password_that_others_would_try_first_is_refused_and_the_old_one_stays(desk: Passwords) -> None:
    await desk.ada()
    here = (await desk.lets_in()).session
    with pytest.raises(PasswordTooCommon):
        await desk.passwords.change(here, current=ADA["password"], password="password1", arrival=AT_THE_DOOR)
    await desk.lets_in()


async def test_a_sign_in_that_was_begun_with_the_old_password_is_not_completed(desk: Passwords) -> None:
    ada = await desk.ada()
    begun = await desk.challenges.open("sign_in", b"{}", lifetime=RESET_LIFETIME, subject=ada)
    await desk.passwords.set_at_the_machine(ada, ANOTHER, CLICK)
    assert await desk.challenges.look("sign_in", begun) is None


@pytest.mark.parametrize("is_enrolled", [False, True])
async def test_an_old_password_that_is_just_being_looked_at_opens_nothing(desk: Passwords, is_enrolled: bool) -> None:
    ada = await desk.ada()
    if is_enrolled:
        desk.enrolled.enrolled[ada] = ("SEED", 0)
    find, changes = desk.credentials.find, iter([ANOTHER])

    async def slow(user_id: UUID) -> str | None:
        found = await find(user_id)
        for password in changes:
            await desk.passwords.set_at_the_machine(ada, password, CLICK)
        return found

    desk.credentials.find = slow  # type: ignore[method-assign]
    with pytest.raises(SignInRejected):
        await desk.lets_in()
    assert (await desk.session_desk.of(ada), desk.challenges.open_ones) == ([], {})


@pytest.mark.parametrize("is_spent", [False, True])
async def test_a_second_factor_that_is_just_being_looked_at_opens_nothing(desk: Passwords, is_spent: bool) -> None:
    ada = await desk.ada()
    seed = (await desk.factors.begin(ada, "ada")).seed
    await desk.factors.enrol(ada, desk.one_time_codes.code(seed, desk.rig.clock.now()), AT_THE_DOOR)
    with pytest.raises(SecondFactorNeeded) as needed:
        await desk.lets_in()
    spend, changes = desk.challenges.spend, iter([ANOTHER])

    async def slow(kind: str, token: str) -> bytes | None:
        spent = await spend(kind, token) if is_spent else None
        for password in changes:
            await desk.passwords.set_at_the_machine(ada, password, CLICK)
        return spent if is_spent else await spend(kind, token)

    desk.challenges.spend = slow  # type: ignore[method-assign]
    desk.rig.clock.advance(60)
    code = desk.one_time_codes.code(seed, desk.rig.clock.now())
    with suppress(ChallengeRejected):
        await desk.sign_in.with_second_factor(needed.value.challenge, code, AT_THE_DOOR)
    assert (next(changes, None), await desk.session_desk.of(ada)) == (None, [])


async def test_an_administrator_sets_a_password_and_their_sessions_end(desk: Passwords) -> None:
    ada, ben = await desk.ada(), await desk.member()
    await desk.lets_in("ben@example.org")
    await desk.passwords.set_for(ada, ben, ANOTHER, CLICK)
    assert await desk.session_desk.of(ben) == []
    await desk.lets_in("ben@example.org", ANOTHER)
    with pytest.raises(OwnPassword):
        await desk.passwords.set_for(ada, ada, ANOTHER, CLICK)
    assert await desk.ways() == ["set_by_administrator"]


async def test_nobody_sets_the_password_of_somebody_who_may_what_they_may_not(desk: Passwords) -> None:
    await desk.ada()
    manager, auditor = await desk.member("mia"), await desk.member("otto")
    await desk.rig.run(GrantPermission(**desk.rig.by(SYSTEM), user_id=manager, permission="manage_users"))
    await desk.rig.run(GrantPermission(**desk.rig.by(SYSTEM), user_id=auditor, permission="view_audit"))
    with pytest.raises(NotAnAdministrator):
        await desk.passwords.set_for(manager, auditor, ANOTHER, CLICK)
    await desk.lets_in("otto@example.org")
    await desk.rig.run(GrantPermission(**desk.rig.by(SYSTEM), user_id=manager, permission="view_audit"))
    await desk.passwords.set_for(manager, auditor, ANOTHER, CLICK)


async def test_nobody_below_an_administrator_sets_the_password_of_one_not_even_for_a_moment(desk: Passwords) -> None:
    ada, ben = await desk.ada(), await desk.member()
    await desk.rig.run(GrantPermission(**desk.rig.by(SYSTEM), user_id=ben, permission="manage_users"))
    before = dict(desk.credentials.hashes)
    written: list[UUID] = []
    put = desk.credentials.put

    async def watched(user_id: UUID, password_hash: str) -> None:
        written.append(user_id)
        await put(user_id, password_hash)

    desk.credentials.put = watched  # type: ignore[method-assign]
    with pytest.raises(NotAnAdministrator):
        await desk.passwords.set_for(ben, ada, ANOTHER, CLICK)
    assert (desk.credentials.hashes, written) == (before, [])
