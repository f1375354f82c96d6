"""Sign-in providers of the house, and coming in by them, without a provider."""

from dataclasses import replace
from typing import Any

import pytest
from msgspec import UNSET

from medianest.application.bound_secrets import BoundSecret
from medianest.application.identity.denials import ChallengeRejected
from medianest.application.identity.oidc import ReturnFailed
from medianest.application.identity.providers import ProviderMoved, ProviderOfSettings
from medianest.application.outgoing import AddressNotAllowed
from medianest.domain.authority import NotEntitled
from medianest.domain.oidc_provider import OIDC_PROVIDER, ProviderNotFound, ProviderThere, provider_id
from medianest.ports.failures import LogUnavailable, OidcUnavailable
from medianest.ports.front_door import Answer, Decided, Expected, Idempotency, VersionMoved
from medianest.ports.oidc import Provider
from tests.unit.application.desk import AT_THE_DOOR
from tests.unit.application.oidc_desk import BEN, OWN, OidcTrial
from tests.unit.application.rig import CLICK, Rig
from tests.unit.domain.lives import TERMS


@pytest.fixture
def trial(rig: Rig) -> OidcTrial:
    return OidcTrial(rig)


async def test_a_browser_that_went_and_came_back_trades_its_code_once(trial: OidcTrial) -> None:
    binding, callback = await trial.agreed()
    assert trial.client.last.redirect_uri == "https://nest.example.org/api/v1/auth/oidc/oidc/callback"
    back = await trial.oidc.come_back("oidc", binding, callback, AT_THE_DOOR)
    assert back.return_to == "/requests"
    signed_in = await trial.oidc.exchange(back.code or "", binding, AT_THE_DOOR)
    assert (await trial.rig.directory.find(signed_in.session.user_id)).name == "Ben"  # type: ignore[union-attr]
    with pytest.raises(ChallengeRejected):
        await trial.oidc.exchange(back.code or "", binding, AT_THE_DOOR)


@pytest.mark.parametrize("shown", [None, "", "the cookie of somebody else"])
async def test_another_browser_neither_returns_nor_trades(trial: OidcTrial, shown: str | None) -> None:
    binding, callback = await trial.agreed()
    with pytest.raises(ChallengeRejected):
        await trial.oidc.come_back("oidc", shown, callback, AT_THE_DOOR)
    back = await trial.oidc.come_back("oidc", binding, callback, AT_THE_DOOR)
    with pytest.raises(ChallengeRejected):
        await trial.oidc.exchange(back.code or "", shown, AT_THE_DOOR)


async def test_a_return_that_fails_says_why_and_is_written_down(trial: OidcTrial) -> None:
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


async def test_a_secret_is_kept_in_the_vault_changed_and_taken_away(trial: OidcTrial) -> None:
    ada = await trial.desk.ada()
    await trial.book.add(ada, "home", TERMS, "hush", CLICK)
    assert (await trial.book.find("home")).client_secret == "hush"
    await trial.book.change(ada, "home", {"name": "New"}, UNSET, CLICK)
    found = await trial.book.find("home")
    assert (found.name, found.client_secret, found.role_for(["owners"])) == ("New", "hush", "admin")
    with pytest.raises(ProviderThere):
        await trial.book.add(ada, "home", TERMS, "another", CLICK)
    kept = trial.desk.vault.secrets["oidc_client_secret", provider_id("home")]
    assert kept == BoundSecret(TERMS.issuer, "hush", 1).sealed()
    await trial.book.change(ada, "home", {}, None, CLICK)
    assert (await trial.book.find("home")).client_secret is None
    await trial.book.change(ada, "home", {}, "again", CLICK)
    await trial.book.remove(ada, "home", CLICK)
    assert trial.desk.vault.secrets == {}
    with pytest.raises(ProviderNotFound):
        await trial.book.find("home")


async def test_only_a_provider_that_answers_at_an_allowed_address_is_added_by_whoever_may(trial: OidcTrial) -> None:
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


async def test_a_link_that_was_begun_in_a_session_that_has_ended_is_not_made(trial: OidcTrial) -> None:
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
    [
        {"role_claim": "groups"},
        {"admin_values": ("owners",)},
        {"links_by_verified_email": True},
        {"may_register": True},
    ],
)
async def test_only_an_administrator_lets_a_provider_say_who_is_one_who_comes_in_or_whose_an_account_is(
    trial: OidcTrial, worth: dict[str, Any]
) -> None:
    ada, keeper = await trial.desk.ada(), await trial.rig.person("manage_settings")
    plain = replace(TERMS, role_claim=None, admin_values=(), links_by_verified_email=False, may_register=False)
    with pytest.raises(NotEntitled):
        await trial.book.add(keeper, "home", replace(plain, **worth), None, CLICK)
    await trial.book.add(keeper, "home", plain, None, CLICK)
    with pytest.raises(NotEntitled):
        await trial.book.change(keeper, "home", worth, UNSET, CLICK)
    await trial.book.change(ada, "home", worth, UNSET, CLICK)
    less = {term: getattr(plain, term) for term in worth}
    for changed in ({"issuer": "https://mine.example.org"}, less):
        with pytest.raises(NotEntitled):
            await trial.book.change(keeper, "home", changed, UNSET, CLICK)
    with pytest.raises(NotEntitled):
        await trial.book.remove(keeper, "home", CLICK)
    await trial.book.change(ada, "home", less, UNSET, CLICK)
    await trial.book.remove(keeper, "home", CLICK)


async def test_a_client_secret_is_not_shown_to_another_issuer(trial: OidcTrial) -> None:
    ada = await trial.desk.ada()
    await trial.book.add(ada, "home", TERMS, "hush", CLICK)
    await trial.book.change(ada, "home", {"issuer": "https://other.example.org"}, UNSET, CLICK)
    assert (await trial.book.find("home")).client_secret is None


async def done(_: Decided) -> Answer:
    return Answer(status=200, body=b"{}")


async def test_a_repeated_change_brings_no_older_secret_back(trial: OidcTrial) -> None:
    ada = await trial.desk.ada()
    first, second = (
        {"wording": done, "idempotency": Idempotency(key=key, body_hash=key.encode())} for key in ("add", "change")
    )
    await trial.book.add(ada, "home", TERMS, "first", CLICK, **first)
    await trial.book.change(ada, "home", {}, "second", CLICK, **second)
    assert (await trial.book.add(ada, "home", TERMS, "first", CLICK, **first)).is_repeat
    assert (await trial.book.find("home")).client_secret == "second"
    await trial.book.change(ada, "home", {}, "third", CLICK)
    assert (await trial.book.change(ada, "home", {}, "second", CLICK, **second)).is_repeat
    assert (await trial.book.find("home")).client_secret == "third"


async def test_a_secret_that_could_not_be_put_is_there_once_the_same_is_said_again(trial: OidcTrial) -> None:
    ada = await trial.desk.ada()
    first, second = (
        {"wording": done, "idempotency": Idempotency(key=key, body_hash=key.encode())} for key in ("add", "change")
    )
    trial.desk.vault.failing.add("put")
    with pytest.raises(LogUnavailable):
        await trial.book.add(ada, "home", TERMS, "hush", CLICK, **first)
    assert (await trial.book.add(ada, "home", TERMS, "hush", CLICK, **first)).is_repeat
    assert (await trial.book.find("home")).client_secret == "hush"
    trial.desk.vault.failing.add("put")
    moved = {"issuer": "https://other.example.org"}
    with pytest.raises(LogUnavailable):
        await trial.book.change(ada, "home", moved, UNSET, CLICK, **second)
    assert (await trial.book.change(ada, "home", moved, UNSET, CLICK, **second)).is_repeat
    assert (await trial.book.find("home")).client_secret is None, "it was between us and the former issuer"
    trial.desk.vault.failing.add("forget")
    with pytest.raises(LogUnavailable):
        await trial.book.remove(ada, "home", CLICK)
    with pytest.raises(ProviderNotFound):
        await trial.book.remove(ada, "home", CLICK)
    assert trial.desk.vault.secrets == {}


async def test_a_change_overwrites_nothing_that_came_after_it_looked(trial: OidcTrial) -> None:
    ada = await trial.desk.ada()
    await trial.book.add(ada, "home", TERMS, "hush", CLICK)
    looked, others = trial.client.check, iter(["Theirs"])

    async def slow(provider: Provider) -> None:
        for name in others:
            await trial.book.change(ada, "home", {"name": name}, UNSET, CLICK)
        await looked(provider)

    trial.client.check = slow  # type: ignore[method-assign]
    with pytest.raises(ProviderMoved):
        await trial.book.change(ada, "home", {"may_register": True}, "another", CLICK)
    found = await trial.book.find("home")
    assert (found.name, found.client_secret) == ("Theirs", "hush")
    await trial.book.change(ada, "home", {"may_register": True}, UNSET, CLICK)
    assert (await trial.book.find("home")).name == "Theirs"


async def test_of_two_who_change_a_provider_at_once_the_later_is_told(trial: OidcTrial) -> None:
    ada = await trial.desk.ada()
    await trial.book.add(ada, "home", TERMS, "hush", CLICK)
    seen = Expected(aggregate=OIDC_PROVIDER, stream_id=provider_id("home"), version=1)
    await trial.book.change(ada, "home", {"name": "New"}, UNSET, CLICK, expected=seen)
    with pytest.raises(VersionMoved):
        await trial.book.change(ada, "home", {"name": "Newer"}, "another", CLICK, expected=seen)
    with pytest.raises(VersionMoved):
        await trial.book.remove(ada, "home", CLICK, expected=seen)
    found = await trial.book.find("home")
    assert (found.name, found.client_secret) == ("New", "hush")
