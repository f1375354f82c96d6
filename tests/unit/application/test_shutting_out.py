"""Another password shuts everybody out who came in by the old one, and nothing that races with it brings that back."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from medianest.application.identity.denials import SignInRejected
from medianest.application.identity.eviction import Evicted
from medianest.application.identity.passwords import ResetNotGood
from medianest.application.identity.sessions import within
from medianest.application.reactions import tell_of_password
from medianest.domain.api_key import ApiKeyRevoked
from medianest.domain.kernel import SYSTEM
from medianest.domain.linked_account import AccountUnlinked
from medianest.domain.session import SessionHasEnded
from medianest.domain.user.events import PasswordChanged
from medianest.ports.api_keys import HeldKey
from medianest.ports.event_log import Context
from medianest.ports.work import Job
from tests.unit.application.desk import ADA, AT_THE_DOOR
from tests.unit.application.doors import AT_HOME, everything_of, is_anything_open
from tests.unit.application.passwords_desk import ANOTHER, Passwords
from tests.unit.application.rig import CLICK, Rig


@pytest.fixture
def desk(rig: Rig) -> Passwords:
    return Passwords(rig)


async def test_a_reset_revokes_keys_and_unlinks_accounts_and_says_which(desk: Passwords) -> None:
    ada, key, device = await everything_of(desk)
    evicted = await desk.passwords.reset(await desk.asked(), ANOTHER, AT_THE_DOOR)
    assert ([*evicted.keys.values()], evicted.providers) == (["The clock"], ("home",))
    assert not await is_anything_open(desk, ada, key, device)
    [changed] = [one for one in await desk.rig.history() if isinstance(one.event, PasswordChanged)]
    [job] = tell_of_password(changed)
    assert isinstance(job, Job)
    args = {name: job.args[name] for name in ("user_id", "at", "session_id", "keys", "providers")}
    assert "clock" not in f"{job}", "jobs lie in the clear"
    await desk.letters.send_password_changed(**args)  # type: ignore[arg-type]
    assert "  - the API key The clock\n  - the account at home\n" in desk.mailer.letters[-1].text


async def test_a_reset_leaves_keys_and_links_where_that_is_asked_for(desk: Passwords) -> None:
    ada, key, device = await everything_of(desk)
    evicted = await desk.passwords.reset(await desk.asked(), ANOTHER, AT_THE_DOOR, keep_other_ways=True)
    assert (evicted.keys, evicted.providers) == ({}, ())
    assert await desk.keys.read(key, desk.rig.clock.now()) is not None
    assert [link.provider for link in await desk.links.of(ada)] == ["home"]
    assert (await desk.session_desk.of(ada), await desk.devices.knows(ada, device, desk.rig.clock.now())) == ([], False)


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("who", ["an administrator", "the machine"])
async def test_whoever_sets_a_password_for_somebody_shuts_their_other_ways_unless_they_are_to_stay(
    desk: Passwords, who: str, keep: bool
) -> None:
    ada, ben = await desk.ada(), await desk.member()
    await desk.key_desk.make(ben, name="A clock", scopes=frozenset({"read"}), expires_at=None, context=CLICK)
    await desk.links.link(ben, AT_HOME, CLICK)
    if who == "the machine":
        await desk.passwords.set_at_the_machine(ben, ANOTHER, CLICK, keep_other_ways=keep)
    else:
        await desk.passwords.set_for(ada, ben, ANOTHER, CLICK, keep_other_ways=keep)
    gone = [r.actor for r in await desk.rig.history() if isinstance(r.event, ApiKeyRevoked | AccountUnlinked)]
    assert gone == ([] if keep else [SYSTEM if who == "the machine" else ada] * 2)


async def test_a_change_by_whoever_knows_the_old_password_leaves_keys_and_links(desk: Passwords) -> None:
    ada, key, _ = await everything_of(desk)
    here = (await desk.lets_in()).session
    await desk.passwords.change(here, current=ADA["password"], password=ANOTHER, arrival=AT_THE_DOOR)
    assert await desk.keys.read(key, desk.rig.clock.now()) is not None
    assert len(await desk.links.of(ada)) == 1


async def test_a_key_of_which_the_log_has_not_heard_yet_goes_too(desk: Passwords) -> None:
    ada = await desk.ada()
    key = HeldKey(key_id=desk.rig.ids.new(), user_id=ada, scopes=frozenset({"read"}))
    secret = await desk.keys.issue(key)
    evicted = await desk.passwords.reset(await desk.asked(), ANOTHER, AT_THE_DOOR)
    assert evicted.keys == {key.key_id: None}
    assert await desk.keys.read(secret, desk.rig.clock.now()) is None


async def test_a_session_that_is_opened_while_all_are_shut_is_shut_as_well(desk: Passwords) -> None:
    ada = await desk.ada()
    token = await desk.asked()
    replace, strangers = desk.credentials.replace, iter([1])

    async def slow(*args: Any) -> bool:
        for _ in strangers:
            await desk.lets_in()
        return await replace(*args)

    desk.credentials.replace = slow  # type: ignore[method-assign]
    await desk.passwords.reset(token, ANOTHER, AT_THE_DOOR)
    assert await desk.session_desk.of(ada) == []


async def test_a_key_that_such_a_session_makes_while_it_is_shut_goes_with_it(desk: Passwords) -> None:
    ada = await desk.ada()
    token = await desk.asked()
    replace, drop, secrets = desk.credentials.replace, desk.challenges.drop, list[str]()
    strangers = list[Context]()

    async def slow(*args: Any) -> bool:
        strangers.append(within(CLICK, (await desk.lets_in()).session.session_id))
        return await replace(*args)

    async def late(kind: str | None, subject: UUID) -> None:  # after keys were looked for, before sessions are
        while strangers:
            made = await desk.key_desk.make(
                ada, name="A way back", scopes=frozenset({"read"}), expires_at=None, context=strangers.pop()
            )
            secrets.append(made.secret)
        await drop(kind, subject)

    desk.credentials.replace, desk.challenges.drop = slow, late  # type: ignore[method-assign]
    evicted = await desk.passwords.reset(token, ANOTHER, AT_THE_DOOR)
    [secret] = secrets
    assert await desk.keys.read(secret, desk.rig.clock.now()) is None
    assert [*evicted.keys.values()] == ["A way back"]


async def test_a_session_that_has_ended_makes_no_key(desk: Passwords) -> None:
    ada = await desk.ada()
    stolen = (await desk.lets_in()).session
    await desk.session_desk.end_all(ada, ada, "password_changed", CLICK)
    with pytest.raises(SessionHasEnded):
        await desk.key_desk.make(
            ada,
            name="A way back",
            scopes=frozenset({"read"}),
            expires_at=None,
            context=within(CLICK, stolen.session_id),
        )
    assert await desk.keys.of(ada, desk.rig.clock.now()) == []


async def test_of_four_who_use_a_link_at_once_one_sets_the_password(desk: Passwords) -> None:
    await desk.ada()
    token = await desk.asked()
    passwords = [f"{ANOTHER} {number}" for number in range(4)]
    tries = [desk.passwords.reset(token, password, AT_THE_DOOR) for password in passwords]
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(it, ResetNotGood) for it in done) == 3
    [chosen] = [password for password, it in zip(passwords, done, strict=True) if isinstance(it, Evicted)]
    await desk.lets_in(password=chosen)
    assert await desk.ways() == ["reset"]


async def test_a_change_does_not_undo_a_reset_that_was_faster(desk: Passwords) -> None:
    await desk.ada()
    here, token = (await desk.lets_in()).session, await desk.asked()
    replace, resets = desk.credentials.replace, iter([ANOTHER])

    async def slow(*args: Any) -> bool:
        for password in resets:
            await desk.passwords.reset(token, password, AT_THE_DOOR)
        return await replace(*args)

    desk.credentials.replace = slow  # type: ignore[method-assign]
    with pytest.raises(SignInRejected):
        await desk.passwords.change(here, current=ADA["password"], password="a stranger's one", arrival=AT_THE_DOOR)
    await desk.lets_in(password=ANOTHER)


@pytest.mark.parametrize("password", [ANOTHER, ADA["password"]], ids=["another password", "the same one"])
async def test_a_hash_that_is_made_anew_does_not_undo_a_reset_that_was_faster(desk: Passwords, password: str) -> None:
    ada = await desk.ada()
    hasher = desk.hasher
    made, resets = hasher.hash, iter([password])
    desk.credentials.hashes[ada] = f"old hash of {ADA['password']}"

    async def verify(stored: str | None, given: str) -> bool:
        return stored in (f"old hash of {given}", f"hash of {given}")

    async def slow(given: str) -> str:
        for chosen in resets:
            await desk.credentials.put(ada, await made(chosen))
        return await made(given)

    hasher.verify, hasher.hash = verify, slow  # type: ignore[method-assign]
    hasher.needs_rehash = lambda stored: stored.startswith("old")  # type: ignore[method-assign]
    if password == ANOTHER:
        with pytest.raises(SignInRejected):
            await desk.lets_in()
    else:
        await desk.lets_in()
    assert desk.credentials.hashes[ada] == f"hash of {password}"
