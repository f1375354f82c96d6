"""Another password that breaks off at any step: nothing stays open that should be shut, or all can be tried again."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest

from medianest.application.identity.denials import SignInRejected
from tests.unit.application.desk import ADA, AT_THE_DOOR
from tests.unit.application.doors import everything_of, is_anything_open
from tests.unit.application.passwords_desk import ANOTHER, Passwords
from tests.unit.application.rig import Rig


@pytest.fixture
def desk(rig: Rig) -> Passwords:
    return Passwords(rig)


class Away(Exception):
    """The database was, at this moment."""


STEPS: dict[str, Callable[[Passwords], tuple[Any, str]]] = {
    "the keys are looked up": lambda desk: (desk.keys, "of"),
    "a key goes": lambda desk: (desk.keys, "revoke"),
    "what the vault held of a link goes": lambda desk: (desk.vault, "forget"),
    "the devices are forgotten": lambda desk: (desk.devices, "forget"),
    "what was begun is dropped": lambda desk: (desk.challenges, "drop"),
    "the sessions are looked up": lambda desk: (desk.sessions, "of"),
    "a session ends": lambda desk: (desk.sessions, "end"),
    "the hash is stored": lambda desk: (desk.credentials, "replace"),
    "what is locked is unlocked": lambda desk: (desk.attempts, "unlock"),
    "the link is spent": lambda desk: (desk.challenges, "spend"),
    "it is recorded": lambda desk: (desk.rig.log, "append"),
}


class Failing:
    """Calls of one step break off: `before` it is done or after, but for the first `spared` of them."""

    def __init__(self, target: Any, name: str, *, before: bool, spared: int) -> None:
        self._target, self._name, self._before, self._left = target, name, before, spared
        self._real: Callable[..., Awaitable[Any]] = getattr(target, name)
        self.has_failed = False

    async def __call__(self, *args: Any, **options: Any) -> Any:
        self._left -= 1
        if self._left >= 0:
            return await self._real(*args, **options)
        self.has_failed = True
        if not self._before:
            await self._real(*args, **options)
        raise Away

    def __enter__(self) -> "Failing":
        setattr(self._target, self._name, self)
        return self

    def __exit__(self, *_: object) -> None:
        delattr(self._target, self._name)


@pytest.mark.parametrize("spared", [0, 1, 2])
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
async def test_wherever_a_reset_breaks_off_nothing_stays_open_or_all_of_it_can_be_tried_again(
    desk: Passwords, step: str, before: bool, spared: int
) -> None:
    ada, key, device = await everything_of(desk)
    token = await desk.asked()
    with Failing(*STEPS[step](desk), before=before, spared=spared) as failing, suppress(Away):
        await desk.passwords.reset(token, ANOTHER, AT_THE_DOOR)
    if failing.has_failed and not await desk.sign_in.is_password(ada, ANOTHER):
        await desk.lets_in()  # the old one still holds: a stranger comes in by it once more
    else:
        assert not await is_anything_open(desk, ada, key, device)
    if not await desk.sign_in.is_password(ada, ANOTHER):
        is_spent = await desk.challenges.look("reset", token) is None
        await desk.passwords.reset(await desk.asked() if is_spent else token, ANOTHER, AT_THE_DOOR)
    assert not await is_anything_open(desk, ada, key, device)
    with pytest.raises(SignInRejected):
        await desk.lets_in()
    await desk.lets_in(password=ANOTHER)


@pytest.mark.parametrize("spared", [0, 1])
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("step", ["the sessions are looked up", "a session ends", "the hash is stored"])
async def test_wherever_a_change_breaks_off_the_session_at_hand_stays_and_no_other_with_a_new_password(
    desk: Passwords, step: str, before: bool, spared: int
) -> None:
    ada = await desk.ada()
    here, _ = (await desk.lets_in()).session, await desk.lets_in()
    with Failing(*STEPS[step](desk), before=before, spared=spared), suppress(Away):
        await desk.passwords.change(here, current=ADA["password"], password=ANOTHER, arrival=AT_THE_DOOR)
    left = [one.session_id for one in await desk.session_desk.of(ada)]
    if await desk.sign_in.is_password(ada, ANOTHER):
        assert left == [here.session_id]
    else:
        assert here.session_id in left
        await desk.passwords.change(here, current=ADA["password"], password=ANOTHER, arrival=AT_THE_DOOR)
        assert [one.session_id for one in await desk.session_desk.of(ada)] == [here.session_id]
