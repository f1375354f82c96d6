"""An OpenID provider that an administrator added: somebody whose word on who people are is taken.

| a provider that is | add   | change  | remove  |
|--------------------|-------|---------|---------|
| not there          | added | no      | no      |
| there              | no    | changed | removed |

`no`: refused. Its client secret is no part of it: that is kept encrypted, and in no event. Who is linked by it stays
so when it goes, and comes in by it again when it comes back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import UUID, uuid5

from medianest.domain.kernel import Aggregate, Command, Event, Refused

NAMESPACE: Final = UUID("6c0f7d6e-3f0b-5a55-9a4c-52e7d6f0c3ab")
"""Under which the ids of providers are made. It can never change: the ids of stored streams depend on it."""


def provider_id(slug: str) -> UUID:
    return uuid5(NAMESPACE, slug)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderTerms:
    """What it is, and what it has a say in; see `ports/oidc.py`. `admin_values` are those of the role claim that make
    an administrator."""

    name: str
    issuer: str
    client_id: str
    scopes: tuple[str, ...]
    role_claim: str | None
    admin_values: tuple[str, ...]
    links_by_verified_email: bool
    may_register: bool

    @property
    def is_weighty(self) -> bool:
        """Whether its word makes or unmakes administrators, opens accounts that were here before, or opens the house
        to strangers, which is an administrator's to do wherever it is done."""
        has_roles = self.role_claim is not None or bool(self.admin_values)
        return has_roles or self.links_by_verified_email or self.may_register


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcProviderCommand(Command):
    slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddProvider(OidcProviderCommand):
    terms: ProviderTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeProvider(OidcProviderCommand):
    """`has_new_secret`: its client secret is another from now on, or is gone."""

    terms: ProviderTerms
    has_new_secret: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveProvider(OidcProviderCommand):
    """Nobody comes in by it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcProviderEvent(Event):
    slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAdded(OidcProviderEvent):
    tag: ClassVar[str] = "oidc_provider.added"
    terms: ProviderTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderChanged(OidcProviderEvent):
    tag: ClassVar[str] = "oidc_provider.changed"
    terms: ProviderTerms
    has_new_secret: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRemoved(OidcProviderEvent):
    tag: ClassVar[str] = "oidc_provider.removed"


class ProviderThere(Refused):
    code = "oidc_provider_exists"
    text = "There is a sign-in provider of this short name already. Change that one, or take another name."


class ProviderNotFound(Refused):
    code, kind = "oidc_provider_not_found", "missing"
    text = "There is no such sign-in provider."


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcProvider:
    slug: str
    terms: ProviderTerms


def decide(command: OidcProviderCommand, state: OidcProvider | None) -> Sequence[OidcProviderEvent]:
    if isinstance(command, AddProvider):
        if state is not None:
            raise ProviderThere
        return [ProviderAdded(slug=command.slug, terms=command.terms)]
    if state is None:
        raise ProviderNotFound
    match command:
        case ChangeProvider(slug=slug, terms=terms, has_new_secret=has_new_secret):
            if terms == state.terms and not has_new_secret:
                return []
            return [ProviderChanged(slug=slug, terms=terms, has_new_secret=has_new_secret)]
        case RemoveProvider(slug=slug):
            return [ProviderRemoved(slug=slug)]
        case _:
            raise TypeError(f"not a command of a sign-in provider: {type(command).__name__}")


def evolve(state: OidcProvider | None, event: OidcProviderEvent) -> OidcProvider | None:
    match event:
        case ProviderAdded(slug=slug, terms=terms) | ProviderChanged(slug=slug, terms=terms):
            return OidcProvider(slug=slug, terms=terms)
        case ProviderRemoved():
            return None
    return state


OIDC_PROVIDER: Aggregate[OidcProviderCommand, OidcProviderEvent, OidcProvider] = Aggregate(
    category="oidc_provider",
    commands=(AddProvider, ChangeProvider, RemoveProvider),
    events=(ProviderAdded, ProviderChanged, ProviderRemoved),
    state=OidcProvider,
    state_version=1,
    stream_id=lambda command: provider_id(command.slug),
    decide=decide,
    evolve=evolve,
)
