"""Whoever is unlinked, or signed out, at the very moment at which they come in or link: nothing of it stays open."""

import pytest

from medianest.application.identity.denials import SecondFactorNeeded
from medianest.application.identity.linking import NotLinked
from medianest.application.identity.oidc import ReturnFailed
from medianest.domain.linked_account import UnlinkAccount
from medianest.domain.session import EndSession
from tests.unit.application.desk import AT_THE_DOOR
from tests.unit.application.oidc_desk import BEN, OidcTrial
from tests.unit.application.plex_desk import BEN as PLEX_BEN
from tests.unit.application.plex_desk import PlexTrial
from tests.unit.application.rig import CLICK, Rig


@pytest.fixture
def oidc(rig: Rig) -> OidcTrial:
    return OidcTrial(rig)


@pytest.fixture
def plex(rig: Rig) -> PlexTrial:
    return PlexTrial(rig)


async def test_a_return_whose_account_is_unlinked_before_its_code_is_traded_opens_nothing(oidc: OidcTrial) -> None:
    binding, callback = await oidc.agreed()
    back = await oidc.oidc.come_back("oidc", binding, callback, AT_THE_DOOR)
    [ben] = [person.user_id for person in (await oidc.rig.directory.everyone())[0]]
    await oidc.desk.links.unlink_all(ben, ben, CLICK)
    with pytest.raises(NotLinked):
        await oidc.oidc.exchange(back.code or "", binding, AT_THE_DOOR)
    assert await oidc.desk.session_desk.of(ben) == []


async def test_a_sign_in_that_is_half_way_ends_with_the_link_that_it_came_by(oidc: OidcTrial) -> None:
    binding, callback = await oidc.agreed()
    back = await oidc.oidc.come_back("oidc", binding, callback, AT_THE_DOOR)
    [ben] = [person.user_id for person in (await oidc.rig.directory.everyone())[0]]
    seed = (await oidc.desk.factors.begin(ben, "ben")).seed
    await oidc.desk.factors.enrol(ben, oidc.desk.one_time_codes.code(seed, oidc.rig.clock.now()), AT_THE_DOOR)
    with pytest.raises(SecondFactorNeeded) as needed:
        await oidc.oidc.exchange(back.code or "", binding, AT_THE_DOOR)
    await oidc.desk.links.unlink_all(ben, ben, CLICK)
    oidc.rig.clock.advance(60)
    code = oidc.desk.one_time_codes.code(seed, oidc.rig.clock.now())
    with pytest.raises(NotLinked):
        await oidc.desk.sign_in.with_second_factor(needed.value.challenge, code, AT_THE_DOOR)
    assert await oidc.desk.session_desk.of(ben) == []


async def test_a_link_is_not_made_where_its_session_ends_at_the_same_moment(oidc: OidcTrial) -> None:
    ada = await oidc.desk.ada()
    stolen = (await oidc.desk.lets_in()).session
    departed = await oidc.oidc.begin("oidc", "/settings", stolen)
    callback = oidc.client.agree(oidc.client.last, BEN)
    end = EndSession(**oidc.rig.by(ada), session_id=stolen.session_id, reason="password_changed")
    oidc.rig.log.rivals.append((oidc.rig.another_bus(), end))
    with pytest.raises(ReturnFailed) as failed:
        await oidc.oidc.come_back("oidc", departed.binding, callback, AT_THE_DOOR)
    assert (failed.value.code, await oidc.desk.links.of(ada)) == ("session_ended", [])


async def test_a_sign_in_by_plex_that_found_its_link_just_before_it_was_cut_opens_nothing(plex: PlexTrial) -> None:
    ben = await plex.ben()
    await plex.desk.session_desk.end_all(ben, ben, "password_changed", CLICK)
    [link] = await plex.desk.links.of(ben)
    pin = await plex.plex.begin()
    plex.accounts.confirm(pin.code, PLEX_BEN)
    cut = UnlinkAccount(**plex.rig.by(ben), account_id=link.account_id, user_id=ben)
    plex.rig.log.rivals.append((plex.rig.another_bus(), cut))
    plex.seconds += 5
    with pytest.raises(NotLinked):
        await plex.plex.sign_in(pin.pin, AT_THE_DOOR)
    assert await plex.desk.session_desk.of(ben) == []
    assert plex.desk.vault.secrets == {}, "nobody needs the token any more"
