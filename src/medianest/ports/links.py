"""The accounts elsewhere by which people come in, and the providers that were added, as the views have them."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from medianest.projections.linked_accounts import Link
from medianest.projections.oidc_providers import AddedProvider


class LinkedAccounts(Protocol):
    async def of(self, user_id: UUID) -> Sequence[Link]:
        """Somebody's, in the order in which they were linked."""

    async def at(self, provider: str, *, limit: int, after: UUID | None) -> Sequence[Link]:
        """Everybody's at a provider, by account id, from the one after `after`."""


class AddedProviders(Protocol):
    async def find(self, slug: str) -> AddedProvider | None: ...

    async def all(self) -> Sequence[AddedProvider]:
        """By their short names."""
