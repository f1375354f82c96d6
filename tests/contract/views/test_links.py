"""What the views of accounts elsewhere and of added providers promise."""

from typing import Any
from uuid import UUID

from medianest.adapters.postgres.links import PostgresAddedProviders, PostgresLinkedAccounts
from medianest.adapters.postgres.pool import Database
from medianest.projections.linked_accounts import LINKED_ACCOUNTS, Link
from medianest.projections.oidc_providers import OIDC_PROVIDERS, AddedProvider
from tests.contract.views.conftest import Fill
from tests.contract.views.rows import ADA, at


def a_link(number: int, **fields: Any) -> Link:
    given = {"account_id": UUID(int=number), "user_id": ADA, "provider": "plex", "name": None, "linked_at": at(number)}
    return Link(**{**given, **fields})


async def test_links_are_found_by_person_and_walked_by_provider(database: Database, fill: Fill) -> None:
    links = PostgresLinkedAccounts(database)
    assert await links.of(ADA) == []
    hers = [a_link(1, linked_at=at(9), lost="no_access"), a_link(2, provider="home", name="ada there")]
    others = [a_link(n, user_id=UUID(int=n)) for n in range(3, 8)]
    await fill(LINKED_ACCOUNTS, [*hers, *others])
    assert await links.of(ADA) == [hers[1], hers[0]]
    seen: list[Link] = []
    while page := await links.at("plex", limit=2, after=seen[-1].account_id if seen else None):
        seen.extend(page)
    assert seen == [hers[0], *others]


async def test_added_providers_come_back_as_they_were_written(database: Database, fill: Fill) -> None:
    providers = PostgresAddedProviders(database)
    assert await providers.find("home") is None
    written = [
        AddedProvider(
            slug=slug,
            name="The family",
            issuer="https://id.example.org",
            client_id="medianest",
            scopes=("openid", "email"),
            role_claim=claim,
            admin_values=("owners",) if claim else (),
            links_by_verified_email=False,
            may_register=True,
            version=3,
        )
        for slug, claim in (("work", None), ("home", "groups"))
    ]
    await fill(OIDC_PROVIDERS, written)
    assert await providers.all() == [written[1], written[0]]
    assert await providers.find("work") == written[0]
