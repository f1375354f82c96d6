"""Which ways lead in here: what a page offers to somebody who is not signed in."""

from collections.abc import Sequence

import msgspec

from medianest.application.identity.providers import ProviderBook
from medianest.application.rules_in_force import RulesInForce
from medianest.ports.plex import PlexAccounts


class WayIn(msgspec.Struct, frozen=True, kw_only=True):
    """An identity provider: its short name, and what people know it as."""

    slug: str
    name: str


class WaysIn:
    """`can_reset`: by a letter."""

    def __init__(self, *, plex: PlexAccounts, providers: ProviderBook, rules: RulesInForce, can_reset: bool) -> None:
        self._plex = plex
        self._providers = providers
        self._rules = rules
        self.can_reset = can_reset

    @property
    def can_register(self) -> bool:
        """Without an invitation."""
        return self._rules.registration_is_open

    @property
    def has_plex(self) -> bool:
        return self._plex.is_configured

    async def providers(self) -> Sequence[WayIn]:
        return [WayIn(slug=slug, name=name) for slug, name in await self._providers.names()]
