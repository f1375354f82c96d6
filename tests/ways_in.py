"""What happens to what a house is connected with: invitations, API keys, accounts elsewhere, those who vouch for
people, and media servers."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

from medianest.domain.api_key import ApiKey, MakeApiKey, RevokeApiKey
from medianest.domain.invitation import CreateInvitation, Invitation, RevokeInvitation, UseInvitation
from medianest.domain.kernel import Command
from medianest.domain.linked_account import LinkAccount, LinkedAccount, LoseAccess, RegainAccess, UnlinkAccount
from medianest.domain.media_server import (
    AddServer,
    ChangeServer,
    MediaServer,
    RecordTokenRefused,
    RecordTokenTaken,
    RemoveServer,
)
from medianest.domain.oidc_provider import AddProvider, ChangeProvider, OidcProvider, ProviderTerms, RemoveProvider

S = TypeVar("S")

ATTIC: Final = {"name": "Attic", "url": "https://attic.example.org:32400"}

TERMS: Final = ProviderTerms(
    name="The family",
    issuer="https://id.example.org",
    client_id="medianest",
    scopes=("openid", "email"),
    role_claim=None,
    admin_values=(),
    links_by_verified_email=False,
    may_register=True,
)


def at_a_way_in(chance: random.Random, states: Mapping[UUID, Any], people: Sequence[UUID], at: datetime) -> Command:
    """Of what there is none yet comes first; the last account elsewhere, the last provider and the last server stay,
    so that the views of them never are empty again."""
    by: dict[str, Any] = {"actor": chance.choice(people), "at": at}
    new = UUID(int=chance.getrandbits(128))
    links, providers, servers = _all(LinkedAccount, states), _all(OidcProvider, states), _all(MediaServer, states)
    opening: dict[type, Command] = {
        Invitation: CreateInvitation(
            **by,
            invitation_id=new,
            role="member",
            uses=chance.choice([1, 3]),
            expires_at=at + timedelta(days=7),
            note=chance.choice([None, "The cousins"]),
        ),
        ApiKey: MakeApiKey(
            **by,
            key_id=new,
            name="The clock in the kitchen",
            scopes=frozenset({"read", "request"}),
            expires_at=chance.choice([None, at + timedelta(days=30)]),
        ),
        LinkedAccount: LinkAccount(
            **by, account_id=new, user_id=by["actor"], provider="plex", name=chance.choice([None, "somebody_at_plex"])
        ),
        OidcProvider: AddProvider(**by, slug=f"provider-{len(providers)}", terms=TERMS),
        MediaServer: AddServer(**by, slug=f"server-{len(servers)}", **ATTIC),
    }
    for kind, command in opening.items():
        if not _all(kind, states):
            return command
    invitation, key = chance.choice(_all(Invitation, states)), chance.choice(_all(ApiKey, states))
    link, provider, server = chance.choice(links), chance.choice(providers), chance.choice(servers)
    usual: list[Command] = [
        *opening.values(),
        UseInvitation(**by, invitation_id=invitation.invitation_id, user_id=by["actor"]),
        RevokeInvitation(**by, invitation_id=invitation.invitation_id),
        RevokeApiKey(**by, key_id=key.key_id),
        LoseAccess(**by, account_id=link.account_id, reason="no_access"),
        RegainAccess(**by, account_id=link.account_id),
        ChangeProvider(**by, slug=provider.slug, terms=replace(TERMS, admin_values=("owners",)), has_new_secret=False),
        ChangeServer(**by, slug=server.slug, **ATTIC, has_new_token=True),
        RecordTokenRefused(**by, slug=server.slug),
        RecordTokenTaken(**by, slug=server.slug),
    ]
    if len(links) > 1:
        usual.append(UnlinkAccount(**by, account_id=link.account_id, user_id=link.user_id))
    if len(providers) > 1:
        usual.append(RemoveProvider(**by, slug=provider.slug))
    if len(servers) > 1:
        usual.append(RemoveServer(**by, slug=server.slug))
    return chance.choice(usual)


def _all(kind: type[S], states: Mapping[UUID, Any]) -> Sequence[S]:
    return [state for state in states.values() if isinstance(state, kind)]
