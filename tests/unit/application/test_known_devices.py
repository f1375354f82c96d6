"""Somebody guesses at an account, and its person comes in all the same on a device that knows them."""

import pytest
from msgspec.structs import replace

from medianest.application.identity.denials import SecondFactorNeeded, SignInRejected, TooManyAttempts
from medianest.application.identity.devices import Arrival
from medianest.ports.sessions import Whereabouts
from tests.unit.application.desk import ADA, AT_THE_DOOR
from tests.unit.application.passwords_desk import ANOTHER, Passwords
from tests.unit.application.rig import CLICK, Rig


@pytest.fixture
def desk(rig: Rig) -> Passwords:
    return Passwords(rig)


def from_address(number: int, known: str | None = None) -> Arrival:
    return Arrival(context=CLICK, whereabouts=Whereabouts(address=f"198.51.100.{number}"), known=known)


async def guess(desk: Passwords, number: int, known: str | None = None, email: str = ADA["email"]) -> type[Exception]:
    """What whoever guesses is told."""
    with pytest.raises((SignInRejected, TooManyAttempts)) as told:
        await desk.sign_in.with_password(email, f"guess {number}", from_address(number, known))
    return type(told.value)


async def known_device(desk: Passwords) -> str:
    token = (await desk.lets_in()).known_device
    assert token is not None
    return token


async def test_fifty_wrong_passwords_of_a_stranger_do_not_keep_anybody_out_on_a_known_device(desk: Passwords) -> None:
    await desk.ada()
    known = replace(AT_THE_DOOR, known=await known_device(desk))
    told = [await guess(desk, number) for number in range(50)]
    assert told == [SignInRejected] * 5 + [TooManyAttempts] * 45
    with pytest.raises(TooManyAttempts):
        await desk.lets_in()
    for _ in range(2):
        await desk.sign_in.with_password(ADA["email"], ADA["password"], known)
    assert await guess(desk, 60) is TooManyAttempts, "that nobody unlocked it for strangers"


async def test_strangers_are_told_the_same_whether_the_account_exists(desk: Passwords) -> None:
    await desk.ada()
    token = await known_device(desk)
    for known in (None, "made up", token.replace("1|", "7|x")):
        told = [
            [await guess(desk, number, known, email) for number in range(7)]
            for email in (ADA["email"], "nobody@example.org")
        ]
        assert told[0] == told[1]
        desk.rig.clock.advance(24 * 3600)


async def test_a_stolen_device_is_locked_by_its_own_guesses_and_then_is_one_like_any_other(desk: Passwords) -> None:
    ada = await desk.ada()
    stolen, mine = await known_device(desk), await known_device(desk)
    told = [await guess(desk, number, stolen) for number in range(50)]
    assert told == [SignInRejected] * 10 + [TooManyAttempts] * 40, "five as a device, and five as anybody"
    assert "user.locked_out" in await desk.rig.tags()
    await desk.sign_in.with_password(ADA["email"], ADA["password"], replace(AT_THE_DOOR, known=mine))
    await desk.guard.unlock(ada, ada, ADA["email"], CLICK)
    await desk.sign_in.with_password(ADA["email"], ADA["password"], from_address(99, stolen))


async def test_another_password_makes_strangers_of_all_devices(desk: Passwords) -> None:
    await desk.ada()
    token = await known_device(desk)
    await desk.passwords.reset(await desk.asked(), ANOTHER, AT_THE_DOOR)
    for number in range(5):
        await guess(desk, number)
    with pytest.raises(TooManyAttempts):
        await desk.sign_in.with_password(ADA["email"], ANOTHER, replace(AT_THE_DOOR, known=token))


async def test_a_device_is_known_once_password_and_second_factor_were_shown_on_it(desk: Passwords) -> None:
    ada = await desk.ada()
    seed = (await desk.factors.begin(ada, "ada")).seed
    await desk.factors.enrol(ada, desk.one_time_codes.code(seed, desk.rig.clock.now()), AT_THE_DOOR)
    with pytest.raises(SecondFactorNeeded) as needed:
        await desk.lets_in()
    desk.rig.clock.advance(60)
    code = desk.one_time_codes.code(seed, desk.rig.clock.now())
    signed_in = await desk.sign_in.with_second_factor(needed.value.challenge, code, AT_THE_DOOR)
    for number in range(6):
        await guess(desk, number)
    known = replace(AT_THE_DOOR, known=signed_in.known_device)
    with pytest.raises(SecondFactorNeeded):
        await desk.sign_in.with_password(ADA["email"], ADA["password"], known)


async def test_a_sign_in_with_the_old_password_makes_no_device_known_to_the_new_one(desk: Passwords) -> None:
    ada = await desk.ada()
    seed = (await desk.factors.begin(ada, "ada")).seed
    await desk.factors.enrol(ada, desk.one_time_codes.code(seed, desk.rig.clock.now()), AT_THE_DOOR)
    with pytest.raises(SecondFactorNeeded) as needed:
        await desk.lets_in()
    await desk.credentials.put(ada, f"hash of {ANOTHER}")  # just then: nothing has been shut yet
    desk.rig.clock.advance(60)
    code = desk.one_time_codes.code(seed, desk.rig.clock.now())
    signed_in = await desk.sign_in.with_second_factor(needed.value.challenge, code, AT_THE_DOOR)
    told = [await guess(desk, number, signed_in.known_device) for number in range(7)]
    assert told == [SignInRejected] * 5 + [TooManyAttempts] * 2, "five as anybody"


async def test_whoever_is_signed_in_changes_and_confirms_while_a_stranger_has_locked_the_account(
    desk: Passwords,
) -> None:
    await desk.ada()
    here = (await desk.lets_in()).session
    for number in range(6):
        await guess(desk, number)
    await desk.sign_in.confirm(here, password=ADA["password"], code=None, arrival=AT_THE_DOOR)
    await desk.passwords.change(here, current=ADA["password"], password=ANOTHER, arrival=AT_THE_DOOR)


async def test_guesses_in_a_stolen_session_are_counted_and_stop(desk: Passwords) -> None:
    await desk.ada()
    here = (await desk.lets_in()).session
    for number in range(5):
        with pytest.raises(SignInRejected):
            await desk.sign_in.confirm(here, password="wrong", code=None, arrival=from_address(number))
    with pytest.raises(TooManyAttempts):
        await desk.sign_in.confirm(here, password=ADA["password"], code=None, arrival=from_address(6))
