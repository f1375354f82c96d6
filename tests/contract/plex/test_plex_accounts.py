"""What every `PlexAccounts` does."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from medianest.adapters.standin import PlexServerStandin, PlexTvStandin
from medianest.adapters.upstream import upstream_client
from medianest.ports.failures import PlexNotConfigured, PlexUnavailable
from medianest.ports.plex import PinExpired, PlexAccount, PlexAccounts, PlexToken, PlexTokenRejected
from tests.contract.plex import QUICK, accounts
from tests.fakes.clock import FakeClock
from tests.fakes.plex import FakePlexAccounts

NAMES = {"ada": "4001", "ben": "4002", "cleo": "4003"}
"""As the stand-in knows them: the owner, a guest, and somebody with whom the server is not shared."""


@dataclass
class World:
    plex: PlexAccounts
    clock: FakeClock
    confirm: Callable[[str, str], object]
    expire: Callable[[str], object]
    revoke: Callable[[str], object]
    share: Callable[[str, bool], object]
    break_down: Callable[[], object]
    switch_server_off: Callable[[], object]
    recover: Callable[[], object]

    async def signed_in(self, name: str) -> PlexToken:
        pin = await self.plex.begin()
        self.confirm(pin.code, name)
        token = await self.plex.claim(pin.pin_id, pin.code)
        assert token is not None
        return token


def fake_world() -> World:
    clock = FakeClock()
    fake = FakePlexAccounts(clock)
    fake.with_access = {NAMES["ada"], NAMES["ben"]}

    def account(name: str) -> PlexAccount:
        return PlexAccount(
            plex_id=NAMES[name], username=name, email=f"{name}@example.org", is_email_confirmed=True, avatar="https://x"
        )

    def away(tv: bool, server: bool) -> None:
        fake.is_away, fake.is_server_away = tv, server

    return World(
        fake,
        clock,
        lambda code, name: fake.confirm(code, account(name)),
        fake.expire,
        lambda name: fake.revoke(NAMES[name]),
        lambda name, may: fake.with_access.add(NAMES[name]) if may else fake.with_access.discard(NAMES[name]),
        lambda: away(True, False),
        lambda: away(False, True),
        lambda: away(False, False),
    )


@pytest.fixture(params=["fake", "plex"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "fake":
        yield fake_world()
        return
    async with (
        PlexTvStandin() as tv,
        PlexServerStandin() as server,
        upstream_client("plex.tv", tv.url, limits=QUICK) as tv_client,
        upstream_client("plex", server.url, headers={"X-Plex-Token": server.token}, limits=QUICK) as server_client,
    ):
        clock = FakeClock()
        plex = accounts(tv_client, server_client, clock)

        def recover() -> None:
            tv.behave()
            server.behave()

        yield World(
            plex,
            clock,
            tv.confirm,
            tv.expire,
            tv.revoke,
            lambda name, may: setattr(tv.people[name], "may_use", may),
            lambda: tv.fail("error", times=1000),
            lambda: server.fail("error", times=1000),
            recover,
        )


async def test_a_pin_is_worth_nothing_until_the_person_confirmed_it(world: World) -> None:
    pin = await world.plex.begin()
    assert pin.code in pin.link
    assert pin.expires_at - world.clock.now() == timedelta(minutes=30)
    assert await world.plex.claim(pin.pin_id, pin.code) is None
    world.confirm(pin.code, "ben")
    assert isinstance(await world.plex.claim(pin.pin_id, pin.code), PlexToken)


async def test_two_pins_at_once_are_kept_apart(world: World) -> None:
    first, second = await world.plex.begin(), await world.plex.begin()
    assert first.pin_id != second.pin_id
    world.confirm(second.code, "ben")
    assert await world.plex.claim(first.pin_id, first.code) is None
    assert await world.plex.claim(second.pin_id, second.code) is not None


async def test_a_pin_that_expires_while_it_is_polled_says_so(world: World) -> None:
    pin = await world.plex.begin()
    assert await world.plex.claim(pin.pin_id, pin.code) is None
    world.expire(pin.code)
    with pytest.raises(PinExpired):
        await world.plex.claim(pin.pin_id, pin.code)


async def test_nobody_claims_a_pin_without_its_code(world: World) -> None:
    pin = await world.plex.begin()
    world.confirm(pin.code, "ada")
    for pin_id, code in ((pin.pin_id, "another"), (pin.pin_id, ""), (4711, pin.code), (-1, pin.code), (0, "../user")):
        with pytest.raises(PinExpired):
            await world.plex.claim(pin_id, code)
    assert await world.plex.claim(pin.pin_id, pin.code) is not None


async def test_a_token_names_its_account(world: World) -> None:
    account = await world.plex.account(await world.signed_in("ben"))
    assert (account.plex_id, account.username, account.email) == ("4002", "ben", "ben@example.org")
    assert account.is_email_confirmed
    assert account.avatar is not None
    assert account.avatar.startswith("https://")


async def test_whoever_owns_the_server_or_has_it_shared_has_access(world: World) -> None:
    tokens = {name: await world.signed_in(name) for name in NAMES}
    assert [await world.plex.has_access(token) for token in tokens.values()] == [True, True, False]


async def test_access_that_is_taken_or_given_counts_at_once(world: World) -> None:
    ben, cleo = await world.signed_in("ben"), await world.signed_in("cleo")
    assert await world.plex.has_access(ben)
    world.share("ben", False)
    world.share("cleo", True)
    assert not await world.plex.has_access(ben)
    assert await world.plex.has_access(cleo)


async def test_a_token_is_kept_alive_until_it_is_revoked(world: World) -> None:
    ben, ada = await world.signed_in("ben"), await world.signed_in("ada")
    await world.plex.ping(ben)
    world.revoke("ben")
    for call in (world.plex.ping, world.plex.account, world.plex.has_access):
        with pytest.raises(PlexTokenRejected):
            await call(ben)
        await call(ada)


@pytest.mark.parametrize("nonsense", ["", "never given", "line\nbreak", "söme", "x" * 5000])
async def test_what_is_no_token_is_rejected(world: World, nonsense: str) -> None:
    for call in (world.plex.ping, world.plex.account, world.plex.has_access):
        with pytest.raises(PlexTokenRejected):
            await call(PlexToken(nonsense))


async def every_method(plex: PlexAccounts, token: PlexToken, expected: type[Exception]) -> list[Exception]:
    calls: tuple[Callable[[], Awaitable[object]], ...] = (
        plex.begin,
        lambda: plex.claim(1, "code-1"),
        lambda: plex.account(token),
        lambda: plex.has_access(token),
        lambda: plex.ping(token),
    )
    errors = []
    for call in calls:
        with pytest.raises(expected) as caught:
            await call()
        errors.append(caught.value)
    return errors


async def test_an_outage_says_when_to_come_back_and_passes(world: World) -> None:
    ben = await world.signed_in("ben")
    world.break_down()
    for error in await every_method(world.plex, ben, PlexUnavailable):
        assert isinstance(error, PlexUnavailable)
        assert error.retry_after > 0
    world.recover()
    assert await world.plex.has_access(ben)


async def test_while_our_server_is_unknown_nobody_is_said_to_have_no_access(world: World) -> None:
    ben, cleo = await world.signed_in("ben"), await world.signed_in("cleo")
    world.switch_server_off()
    for token in (ben, cleo):
        with pytest.raises(PlexUnavailable):
            await world.plex.has_access(token)
    assert (await world.plex.account(ben)).plex_id == "4002"
    world.recover()
    assert [await world.plex.has_access(token) for token in (ben, cleo)] == [True, False]


@pytest.mark.parametrize("plex", [FakePlexAccounts(FakeClock(), is_configured=False), accounts(None, None)])
async def test_without_a_server_it_says_that_it_is_not_configured(plex: PlexAccounts) -> None:
    assert not plex.is_configured
    await every_method(plex, PlexToken("any"), PlexNotConfigured)


def test_a_token_shows_itself_nowhere_by_accident() -> None:
    token = PlexToken("geheim")
    assert "geheim" not in f"{token} {token!r} {[token]} {PlexToken('other') == token}"
    assert token == PlexToken("geheim")
