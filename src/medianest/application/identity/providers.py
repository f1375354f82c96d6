"""The OpenID providers of the house: the one of the settings, and those that administrators added."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Final
from uuid import UUID

import msgspec

from medianest.application.bound_secrets import GONE, BoundSecrets, SecretKind
from medianest.application.outgoing import AllowedAddresses
from medianest.application.states import States
from medianest.domain.kernel import Event, Refused
from medianest.domain.oidc_provider import (
    OIDC_PROVIDER,
    AddProvider,
    ChangeProvider,
    ProviderAdded,
    ProviderChanged,
    ProviderNotFound,
    ProviderRemoved,
    ProviderTerms,
    ProviderThere,
    RemoveProvider,
    provider_id,
)
from medianest.ports.event_log import Context
from medianest.ports.front_door import Commands, Expected, Idempotency, Outcome, VersionMoved, Wording
from medianest.ports.links import AddedProviders
from medianest.ports.oidc import OidcClient, OidcRejected, Provider
from medianest.ports.surroundings import Clock
from medianest.projections.oidc_providers import AddedProvider


def _given_for(event: Event) -> str | None:
    match event:
        case ProviderAdded(terms=terms) | ProviderChanged(terms=terms, has_new_secret=True):
            return terms.issuer
        case ProviderRemoved():
            return GONE
    return None


SECRET: Final = SecretKind(
    name="oidc_client_secret",
    category=OIDC_PROVIDER.category,
    given_for=_given_for,
)


class ProviderInvalid(Refused):
    code, kind = "oidc_provider_invalid", "invalid"


class ProviderOfSettings(Refused):
    code = "oidc_provider_of_settings"
    text = "This sign-in provider stands in the settings of the server. Whoever runs it changes it there."


class ProviderMoved(Refused):
    code = "oidc_provider_moved"
    text = "Somebody else changed this sign-in provider at the same moment. Look at it, and change it again."


class ProviderBook:
    """`own` is the provider of the settings, and wins over an added one of the same short name."""

    def __init__(
        self,
        commands: Commands,
        states: States,
        *,
        own: Provider | None,
        added: AddedProviders,
        client: OidcClient,
        allowed: AllowedAddresses,
        secrets: BoundSecrets,
        clock: Clock,
    ) -> None:
        self._commands = commands
        self._states = states
        self.own = own
        self._added = added
        self._client = client
        self._allowed = allowed
        self._secrets = secrets
        self._clock = clock

    async def find(self, slug: str) -> Provider:
        """Raises ProviderNotFound."""
        if self.own is not None and self.own.slug == slug:
            return self.own
        if (found := await self._added.find(slug)) is None:
            raise ProviderNotFound
        return await self._whole(found)

    async def added(self) -> Sequence[AddedProvider]:
        """Those of administrators, by their short names; without what the settings' own hides."""
        return [one for one in await self._added.all() if self.own is None or one.slug != self.own.slug]

    async def names(self) -> Sequence[tuple[str, str]]:
        """The short name of each, and what people know it as."""
        own = [] if self.own is None else [(self.own.slug, self.own.name)]
        return [*own, *((one.slug, one.name) for one in await self.added())]

    async def add(
        self,
        actor: UUID,
        slug: str,
        terms: ProviderTerms,
        client_secret: str | None,
        context: Context,
        *,
        wording: Wording | None = None,
        idempotency: Idempotency | None = None,
    ) -> Outcome:
        """Raises Refused (`oidc_provider_exists`, `oidc_provider_invalid`, `address_not_allowed`), and OidcUnavailable
        where nobody answers there."""
        self._ensure_added(slug, ProviderThere)
        await self._check(slug, terms, client_secret)
        command = AddProvider(actor=actor, at=self._clock.now(), slug=slug, terms=terms)
        outcome = await self._commands.run([command], context, wording=wording, idempotency=idempotency)
        await self._secrets.put(provider_id(slug), terms.issuer, client_secret, outcome)
        return outcome

    async def change(
        self,
        actor: UUID,
        slug: str,
        changed: Mapping[str, Any],
        client_secret: str | msgspec.UnsetType | None,
        context: Context,
        *,
        wording: Wording | None = None,
        idempotency: Idempotency | None = None,
        expected: Expected | None = None,
    ) -> Outcome:
        """`changed` are terms by their names; what is left out stays. Raises Refused, OidcUnavailable, VersionMoved."""
        self._ensure_added(slug, ProviderOfSettings)
        found = await self._states.load(OIDC_PROVIDER, provider_id(slug))
        known, version = found
        if known is None:
            raise ProviderNotFound
        terms = replace(known.terms, **changed)
        has_new_secret = not isinstance(client_secret, msgspec.UnsetType)
        if not has_new_secret and terms.issuer != known.terms.issuer:  # it is between us and that one alone
            client_secret, has_new_secret = None, True
        if isinstance(client_secret, msgspec.UnsetType):
            client_secret = await self._secrets.find(provider_id(slug), terms.issuer)
        await self._check(slug, terms, client_secret)
        command = ChangeProvider(
            actor=actor, at=self._clock.now(), slug=slug, terms=terms, has_new_secret=has_new_secret
        )
        # Whatever is left out was read above: it is not to overwrite what somebody made of it meanwhile.
        seen = Expected(aggregate=OIDC_PROVIDER, stream_id=provider_id(slug), version=version)
        try:
            outcome = await self._commands.run(
                [command], context, wording=wording, idempotency=idempotency, expected=expected or seen
            )
        except VersionMoved as moved:
            if expected is None:
                raise ProviderMoved from moved
            raise
        if has_new_secret:
            await self._secrets.put(provider_id(slug), terms.issuer, client_secret, outcome)
        return outcome

    async def remove(
        self,
        actor: UUID,
        slug: str,
        context: Context,
        *,
        idempotency: Idempotency | None = None,
        expected: Expected | None = None,
    ) -> Outcome:
        """Raises Refused, VersionMoved."""
        self._ensure_added(slug, ProviderOfSettings)
        command = RemoveProvider(actor=actor, at=self._clock.now(), slug=slug)
        try:
            outcome = await self._commands.run([command], context, idempotency=idempotency, expected=expected)
        except ProviderNotFound:  # who was broken off before its secret was gone asks again
            await self._secrets.forget(provider_id(slug))
            raise
        await self._secrets.forget(provider_id(slug))
        return outcome

    def _ensure_added(self, slug: str, otherwise: type[Refused]) -> None:
        if self.own is not None and self.own.slug == slug:
            raise otherwise

    async def _check(self, slug: str, terms: ProviderTerms, client_secret: str | None) -> None:
        """Whether people could be sent there now."""
        try:
            provider = _provider(slug, terms, client_secret)
        except ValueError as problem:
            raise ProviderInvalid(str(problem)) from None
        self._allowed.check(terms.issuer)
        try:
            await self._client.check(provider)
        except OidcRejected as rejected:
            raise ProviderInvalid(f"This provider cannot be trusted as it is: {rejected.reason}.") from rejected

    async def _whole(self, found: AddedProvider) -> Provider:
        terms = ProviderTerms(**{term.name: getattr(found, term.name) for term in fields(ProviderTerms)})
        return _provider(found.slug, terms, await self._secrets.find(provider_id(found.slug), found.issuer))


def _provider(slug: str, terms: ProviderTerms, client_secret: str | None) -> Provider:
    """Raises ValueError for what no provider can be."""
    return Provider(
        slug=slug,
        name=terms.name,
        issuer=terms.issuer,
        client_id=terms.client_id,
        client_secret=client_secret,
        scopes=terms.scopes,
        role_claim=terms.role_claim,
        roles=dict.fromkeys(terms.admin_values, "admin"),
        links_by_verified_email=terms.links_by_verified_email,
        may_register=terms.may_register,
    )
