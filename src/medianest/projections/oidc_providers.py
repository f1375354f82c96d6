"""The OpenID providers that administrators added."""

from collections.abc import Sequence
from typing import Final

import msgspec

from medianest.domain.kernel import Recorded
from medianest.domain.oidc_provider import OidcProviderEvent, ProviderAdded, ProviderChanged, ProviderRemoved
from medianest.projections.kernel import Projection, Touch


class AddedProvider(msgspec.Struct, frozen=True, kw_only=True):
    """`version` is its stream's."""

    slug: str
    name: str
    issuer: str
    client_id: str
    scopes: tuple[str, ...]
    role_claim: str | None
    admin_values: tuple[str, ...]
    links_by_verified_email: bool
    may_register: bool
    version: int


def touches(recorded: Recorded) -> Sequence[Touch]:
    event = recorded.event
    return (Touch("slug", event.slug),) if isinstance(event, OidcProviderEvent) else ()


def apply(provider: AddedProvider | None, recorded: Recorded) -> AddedProvider | None:
    match recorded.event:
        case ProviderAdded(slug=slug, terms=terms) | ProviderChanged(slug=slug, terms=terms):
            return AddedProvider(
                slug=slug,
                name=terms.name,
                issuer=terms.issuer,
                client_id=terms.client_id,
                scopes=terms.scopes,
                role_claim=terms.role_claim,
                admin_values=terms.admin_values,
                links_by_verified_email=terms.links_by_verified_email,
                may_register=terms.may_register,
                version=recorded.version,
            )
        case ProviderRemoved():
            return None
    return provider


OIDC_PROVIDERS: Final[Projection[AddedProvider]] = Projection(
    name="oidc_providers",
    shape=1,
    row=AddedProvider,
    key="slug",
    events=(ProviderAdded, ProviderChanged, ProviderRemoved),
    touches=touches,
    apply=apply,
)
