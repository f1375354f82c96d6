"""Sign-in providers of the house, and coming in by them, without a provider."""

from dataclasses import replace
from typing import Any

import pytest
from msgspec import UNSET

from medianest.application.identity.denials import ChallengeRejected
from medianest.application.identity.oidc import OidcDesk, ReturnFailed
from medianest.application.identity.providers import ProviderBook, ProviderOfSettings
from medianest.application.outgoing import AddressNotAllowed, AllowedAddresses
from medianest.domain.authority import NotEntitled
from medianest.domain.oidc_provider import ProviderNotFound, ProviderThere, provider_id
from medianest.ports.failures import OidcUnavailable
from medianest.ports.oidc import OidcCallback, OidcIdentity, OidcStart, Provider
from tests.fakes.links import FakeAddedProviders
from tests.fakes.oidc import FakeOidcClient
from tests.unit.application.desk import AT_THE_DOOR, Desk
from tests.unit.application.rig import CLICK, Rig
from tests.unit.domain.lives import TERMS

OWN = Provider(slug="oidc", name="Own", issuer="https://own.example.org", client_id="nest", may_register=True)
BEN = OidcIdentity(issuer=OWN.issuer, subject="ben", email="ben@example.org", name="Ben")


class Recording(FakeOidcClient):
    """It remembers the starts, as the provider's page would hold them."""

    last: OidcStart

    async def begin(self, provider: Provider, redirect_uri: str) -> OidcStart:
        self.last = await super().begin(provider, redirect_uri)
        return self.last


class Trial:
    def __init__(self, rig: Rig) -> None:
        self.rig, self.desk, self.client = rig, Desk(rig), Recording()
        self.book = ProviderBook(
            rig.bus,
            rig.states,
            own=OWN,
            added=FakeAddedProviders(rig.views),
            client=self.client,
            allowed=AllowedAddresses(),
            vault=self.desk.vault,
            clock=rig.clock,
        )
        self.oidc = OidcDesk(
            self.desk.links,
            self.desk.sign_in,
            self.desk.guard,
            self.book,
            client=self.client,
            challenges=self.desk.challenges,
            home="https://nest.example.org/",
        )

    async def agreed(self) -> tuple[str, OidcCallback]:
        """What Ben's browser holds, and what it brings back."""
        departed = await self.oidc.begin("oidc", "/requests")
        return departed.binding, self.client.agree(self.client.last, BEN)


@pytest.fixture
def trial(rig: Rig) -> Trial:
    return Trial(rig)


async def test_a_browser_that_went_and_came_back_trades_its_code_once(trial: Trial) -> None:
    binding, callback = await trial.agreed()
    assert trial.client.last.redirect_uri == "https://nest.example.org/api/v1/auth/oidc/oidc/callback"
    back = await trial.oidc.come_back("oidc", binding, callback, AT_THE_DOOR)
    assert back.return_to == "/requests"
    signed_in = await trial.oidc.exchange(back.code or "", binding, AT_THE_DOOR)
    assert (await trial.rig.directory.find(signed_in.session.user_id)).name == "Ben"  # type: ignore[union-attr]
    with pytest.raises(ChallengeRejected):
        await trial.oidc.exchange(back.code or "", binding, AT_THE_DOOR)


@pytest.mark.parametrize("shown", [None, "", "the cookie of somebody else"])
async def test_another_browser_neither_returns_nor_trades(trial: Trial, shown: str | None) -> None:
    binding, callback = await trial.agreed()
    with pytest.raises(ChallengeRejected):
        await trial.oidc.come_back("oidc", shown, callback, AT_THE_DOOR)
    back = await trial.oidc.come_back("oidc", binding, callback, AT_THE_DOOR)
    with pytest.raises(ChallengeRejected):
        await trial.oidc.exchange(back.code or "", shown, AT_THE_DOOR)


async def test_a_return_that_fails_says_why_and_is_written_down(trial: Trial) -> None:
    binding, callback = await trial.agreed()
    with pytest.raises(ReturnFailed) as failed:
        await trial.oidc.come_back("home", binding, callback, AT_THE_DOOR)
    assert failed.value.code == "provider_not_trusted"
    binding, callback = await trial.agreed()
    trial.client.away.add(OWN.issuer)
    with pytest.raises(ReturnFailed) as failed:
        await trial.oidc.come_back("oidc", binding, callback, AT_THE_DOOR)
    assert failed.value.code == "oidc_unavailable"
    assert [entry.refused.reason for entry in trial.desk.refused.entries] == ["wrong_provider"]


async def test_a_secret_is_kept_in_the_vault_changed_and_taken_away(trial: Trial) -> None:
    ada = await trial.desk.ada()
    await trial.book.add(ada, "home", TERMS, "hush", CLICK)
    assert (await trial.book.find("home")).client_secret == "hush"
    await trial.book.change(ada, "home", {"name": "New"}, UNSET, CLICK)
    found = await trial.book.find("home")
    assert (found.name, found.client_secret, found.role_for(["owners"])) == ("New", "hush", "admin")
    with pytest.raises(ProviderThere):
        await trial.book.add(ada, "home", TERMS, "another", CLICK)
    assert trial.desk.vault.secrets["oidc_client_secret", provider_id("home")] == "hush"
    await trial.book.change(ada, "home", {}, None, CLICK)
    assert (await trial.book.find("home")).client_secret is None
    await trial.book.change(ada, "home", {}, "again", CLICK)
    await trial.book.remove(ada, "home", CLICK)
    assert trial.desk.vault.secrets == {}
    with pytest.raises(ProviderNotFound):
        await trial.book.find("home")


async def test_only_a_provider_that_answers_at_an_allowed_address_is_added_by_whoever_may(trial: Trial) -> None:
    ada, ben = await trial.desk.ada(), await trial.rig.person("manage_users")
    within = replace(TERMS, issuer="http://10.0.0.1")
    with pytest.raises(AddressNotAllowed):
        await trial.book.add(ada, "home", within, None, CLICK)
    with pytest.raises(NotEntitled):
        await trial.book.add(ben, "home", TERMS, None, CLICK)
    with pytest.raises(ProviderThere):
        await trial.book.add(ada, "oidc", TERMS, None, CLICK)
    with pytest.raises(ProviderOfSettings):
        await trial.book.remove(ada, "oidc", CLICK)
    trial.client.away.add(TERMS.issuer)
    with pytest.raises(OidcUnavailable):
        await trial.book.add(ada, "home", TERMS, None, CLICK)
    assert await trial.book.names() == [("oidc", "Own")]


async def test_a_link_that_was_begun_in_a_session_that_has_ended_is_not_made(trial: Trial) -> None:
    ada = await trial.desk.ada()
    stolen = (await trial.desk.lets_in()).session
    departed = await trial.oidc.begin("oidc", "/settings", stolen)
    await trial.desk.session_desk.end_all(ada, ada, "password_changed", CLICK)
    callback = trial.client.agree(trial.client.last, BEN)
    with pytest.raises(ReturnFailed) as failed:
        await trial.oidc.come_back("oidc", departed.binding, callback, AT_THE_DOOR)
    assert (failed.value.code, await trial.desk.links.of(ada)) == ("session_ended", [])
    at_home = (await trial.desk.lets_in()).session
    departed = await trial.oidc.begin("oidc", "/settings", at_home)
    await trial.oidc.come_back("oidc", departed.binding, trial.client.agree(trial.client.last, BEN), AT_THE_DOOR)
    assert [link.name for link in await trial.desk.links.of(ada)] == ["Ben"]


@pytest.mark.parametrize(
    "worth",
    [{"role_claim": "groups"}, {"admin_values": ("owners",)}, {"links_by_verified_email": True}],
)
async def test_only_an_administrator_lets_a_provider_say_who_is_one_or_whose_an_account_is(
    trial: Trial, worth: dict[str, Any]
) -> None:
    ada, keeper = await trial.desk.ada(), await trial.rig.person("manage_settings")
    plain = replace(TERMS, role_claim=None, admin_values=(), links_by_verified_email=False)
    with pytest.raises(NotEntitled):
        await trial.book.add(keeper, "home", replace(plain, **worth), None, CLICK)
    await trial.book.add(keeper, "home", plain, None, CLICK)
    with pytest.raises(NotEntitled):
        await trial.book.change(keeper, "home", worth, UNSET, CLICK)
    await trial.book.change(ada, "home", worth, UNSET, CLICK)
    with pytest.raises(NotEntitled):
        await trial.book.change(keeper, "home", {"issuer": "https://mine.example.org"}, UNSET, CLICK)


async def test_a_client_secret_is_not_shown_to_another_issuer(trial: Trial) -> None:
    ada = await trial.desk.ada()
    await trial.book.add(ada, "home", TERMS, "hush", CLICK)
    await trial.book.change(ada, "home", {"issuer": "https://other.example.org"}, UNSET, CLICK)
    assert (await trial.book.find("home")).client_secret is None
