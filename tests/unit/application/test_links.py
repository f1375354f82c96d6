"""Coming in by accounts elsewhere, on a log in memory."""

from typing import Any

import pytest
from msgspec.structs import replace

from medianest.application.identity.denials import SecondFactorNeeded
from medianest.application.identity.linking import (
    AddressNeeded,
    GiveUpLink,
    NotLinked,
    OutsideAccount,
    SignInAndLink,
)
from medianest.domain.kernel import SYSTEM
from medianest.domain.link_claim import LinkedAlready
from medianest.domain.linked_account import AccessLost, AccessRegained, AccountTaken, AccountUnlinked, OnlyWayIn
from medianest.domain.session import SessionEnded
from medianest.domain.user.commands import RecordPasswordChange, SuspendUser
from medianest.domain.user.refusals import UserIsSuspended
from medianest.domain.user.vocabulary import PasswordWay
from medianest.ports.failures import PlexUnavailable
from medianest.ports.plex import PinExpired
from tests.unit.application.desk import ADA, AT_THE_DOOR, Desk
from tests.unit.application.passwords_desk import ANOTHER, Passwords
from tests.unit.application.plex_desk import BEN, PlexTrial
from tests.unit.application.rig import CLICK, Rig

THERE = OutsideAccount(method="oidc", provider="home", subject="https://id.example 1", name="Ben", may_register=True)


@pytest.fixture
def trial(rig: Rig) -> PlexTrial:
    return PlexTrial(rig)


@pytest.fixture
def desk(rig: Rig) -> Desk:
    return Desk(rig)


async def test_whoever_is_vouched_for_is_registered_once(desk: Desk) -> None:
    account = replace(THERE, email="ben@example.org")
    first = await desk.links.identify(account, AT_THE_DOOR)
    assert await desk.links.identify(account, AT_THE_DOOR) == first
    assert (
        await desk.links.identify(replace(account, subject="https://id.example 2", email="c@d.example"), AT_THE_DOOR)
        != first
    )


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"email": None}, AddressNeeded),
        ({"email": "new@example.org", "may_register": False}, NotLinked),
        ({"email": ADA["email"]}, SignInAndLink),
        ({"email": ADA["email"], "may_link_by_email": True}, SignInAndLink),
        ({"email": ADA["email"], "is_email_verified": True}, SignInAndLink),
        ({"email": ADA["email"], "may_register": False}, NotLinked),
    ],
)
async def test_nobody_comes_in_whom_the_owner_did_not_provide_for(
    desk: Desk, changed: dict[str, Any], refusal: type[Exception]
) -> None:
    await desk.ada()
    with pytest.raises(refusal):
        await desk.links.identify(replace(THERE, **changed), AT_THE_DOOR)
    assert len(desk.refused.entries) == 1


VOUCHED = replace(THERE, email=ADA["email"], is_email_verified=True, may_link_by_email=True, role="admin")


async def test_whoever_registered_with_the_address_of_somebody_else_is_not_made_an_administrator_by_them(
    rig: Rig,
) -> None:
    desk = Passwords(rig)
    squatter = await desk.registered(ADA["email"])
    with pytest.raises(SignInAndLink):
        await desk.links.identify(VOUCHED, AT_THE_DOOR)
    assert (await desk.links.of(squatter), (await rig.directory.find(squatter)).role) == ([], "member")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("keeps_other_ways", "then", "is_linked"),
    [
        (False, None, True),
        (False, "changed", True),
        (False, "set_by_administrator", False),
        (False, "set_at_the_machine", False),
        (True, None, False),
    ],
)
async def test_a_verified_address_links_where_the_owner_allows_it_and_a_letter_proved_whose_it_is_here(
    rig: Rig, keeps_other_ways: bool, then: PasswordWay | None, is_linked: bool
) -> None:
    desk = Passwords(rig)
    ada = await desk.registered(ADA["email"])
    await desk.passwords.reset(await desk.asked(), ANOTHER, AT_THE_DOOR, keep_other_ways=keeps_other_ways)
    if then is not None:
        await rig.run(RecordPasswordChange(**rig.by(ada if then == "changed" else SYSTEM), user_id=ada, way=then))
    if is_linked:
        assert await desk.links.identify(VOUCHED, AT_THE_DOOR) == ada
        assert (await rig.directory.find(ada)).role == "admin"  # type: ignore[union-attr]
    else:
        with pytest.raises(SignInAndLink):
            await desk.links.identify(VOUCHED, AT_THE_DOOR)


async def test_an_account_belongs_to_one_person_and_a_person_has_one_at_each_provider(rig: Rig, desk: Desk) -> None:
    ada, ben = await desk.ada(), await rig.person()
    await desk.links.link(ada, THERE, CLICK)
    with pytest.raises(AccountTaken):
        await desk.links.link(ben, THERE, CLICK)
    with pytest.raises(LinkedAlready):
        await desk.links.link(ada, replace(THERE, subject="another"), CLICK)
    await rig.run(SuspendUser(**rig.by(SYSTEM), user_id=ben))
    with pytest.raises(UserIsSuspended):
        await desk.links.link(ben, replace(THERE, subject="another"), CLICK)


async def test_the_last_administrator_stays_one_and_others_follow_their_provider(rig: Rig, desk: Desk) -> None:
    ada = await desk.ada()
    await desk.links.link(ada, THERE, CLICK)
    assert await desk.links.identify(replace(THERE, role="member"), AT_THE_DOOR) == ada
    assert (await rig.directory.find(ada)).role == "admin"  # type: ignore[union-attr]
    await rig.person(role="admin")
    await desk.links.identify(replace(THERE, role="member"), AT_THE_DOOR)
    assert (await rig.directory.find(ada)).role == "member"  # type: ignore[union-attr]


async def test_of_two_last_doors_one_stays_open(rig: Rig, desk: Desk) -> None:
    ben = await rig.person()
    ids = []
    for provider in ("home", "work"):
        account = replace(THERE, provider=provider)
        await desk.links.link(ben, account, CLICK)
        ids.append(desk.links.account_id(provider, account.subject))
    first, second = (
        GiveUpLink(**rig.by(ben), account_id=mine, user_id=ben, has_password=False, others=(other,))
        for mine, other in (ids, reversed(ids))
    )
    rig.log.rivals.append((rig.another_bus(), first))
    with pytest.raises(OnlyWayIn):
        await rig.run(second)


async def test_a_person_who_left_leaves_their_accounts_free(rig: Rig, desk: Desk) -> None:
    ben = await desk.links.identify(replace(THERE, email="ben@example.org"), AT_THE_DOOR)
    await desk.departure.delete(actor=SYSTEM, user_id=ben, context=CLICK)
    for _ in range(2):
        await desk.jobs.forget(str(ben))
    assert [event for r in await rig.history() if isinstance(event := r.event, AccountUnlinked)]
    await desk.links.link(await rig.person(), THERE, CLICK)


async def test_a_token_of_plex_lies_in_the_vault_and_goes_with_the_link(trial: PlexTrial) -> None:
    ben = await trial.ben()
    assert trial.desk.vault.secrets["plex_token", ben].startswith("token-")
    await trial.desk.credentials.put(ben, "a hash")
    [link] = await trial.desk.links.of(ben)
    await trial.desk.links.unlink(ben, ben, link.account_id, CLICK)
    assert trial.desk.vault.secrets == {}


async def test_plex_is_asked_once_a_second_and_a_pin_of_one_purpose_serves_no_other(trial: PlexTrial) -> None:
    ada = await trial.desk.ada()
    trial.accounts.with_access.add(BEN.plex_id)
    pin = await trial.plex.begin(ada)
    assert await trial.plex.link(pin.pin, ada, AT_THE_DOOR) is None
    trial.accounts.confirm(pin.code, BEN)
    assert await trial.plex.link(pin.pin, ada, AT_THE_DOOR) is None  # too soon
    with pytest.raises(PinExpired):
        await trial.plex.sign_in(pin.pin, AT_THE_DOOR)
    with pytest.raises(PinExpired):
        await trial.plex.link(pin.pin, await trial.rig.person(), AT_THE_DOOR)
    trial.seconds += 1
    assert await trial.plex.link(pin.pin, ada, AT_THE_DOOR) is not None
    with pytest.raises(PinExpired):
        await trial.plex.link(pin.pin, ada, AT_THE_DOOR)


async def test_looking_whether_a_pin_is_confirmed_changes_nothing_and_keeps_nobody_waiting(trial: PlexTrial) -> None:
    trial.accounts.with_access.add(BEN.plex_id)
    pin = await trial.plex.begin()
    assert not await trial.plex.is_confirmed(pin.pin, AT_THE_DOOR)
    trial.accounts.confirm(pin.code, BEN)
    before = await trial.rig.tags()
    assert not await trial.plex.is_confirmed(pin.pin, AT_THE_DOOR), "too soon"
    for _ in range(2):
        trial.seconds += 1
        assert await trial.plex.is_confirmed(pin.pin, AT_THE_DOOR)
    assert (await trial.rig.tags(), trial.desk.sessions.rows, trial.desk.vault.secrets) == (before, {}, {})
    assert await trial.plex.sign_in(pin.pin, AT_THE_DOOR) is not None
    for asked in (pin.pin, "made up", (await trial.plex.begin(await trial.rig.person())).pin):
        with pytest.raises(PinExpired):
            await trial.plex.is_confirmed(asked, AT_THE_DOOR)


async def test_a_second_factor_is_asked_for_whoever_comes_by_plex(trial: PlexTrial) -> None:
    ben = await trial.ben()
    begun = await trial.desk.factors.begin(ben, "ben")
    code = trial.desk.one_time_codes.code(begun.seed, trial.rig.clock.now())
    await trial.desk.factors.enrol(ben, code, AT_THE_DOOR)
    with pytest.raises(SecondFactorNeeded):
        await trial.ben()


@pytest.mark.parametrize("reason", ["token_rejected", "no_access"])
async def test_access_that_is_lost_ends_what_plex_opened_and_nothing_else(trial: PlexTrial, reason: str) -> None:
    ben = await trial.ben()
    await trial.desk.session_desk.open(ben, "password", AT_THE_DOOR.whereabouts, CLICK)
    if reason == "no_access":
        trial.accounts.with_access.clear()
    else:
        trial.accounts.revoke(BEN.plex_id)
    for _ in range(2):
        await trial.jobs.check_plex()
    [lost] = await trial.happened(AccessLost)
    assert lost.reason == reason
    assert [event.reason for event in await trial.happened(SessionEnded)] == ["access_lost"]
    assert [opened.method for opened in await trial.desk.session_desk.of(ben)] == ["password"]
    await trial.ben()
    assert len(await trial.happened(AccessRegained)) == 1


async def test_a_plex_that_is_away_changes_nothing_and_is_asked_again(trial: PlexTrial) -> None:
    await trial.ben()
    trial.accounts.is_server_away = True
    with pytest.raises(PlexUnavailable):
        await trial.jobs.check_plex()
    assert await trial.happened(AccessLost) == []
    assert len(trial.accounts.pinged) == 1
