"""The accounts elsewhere by which people come in, and the providers that were added, as the views would have them."""

from collections.abc import Sequence
from uuid import UUID

from medianest.projections.linked_accounts import LINKED_ACCOUNTS, Link
from medianest.projections.oidc_providers import OIDC_PROVIDERS, AddedProvider
from tests.fakes.views import FakeViews


class FakeLinkedAccounts:
    """Implements `LinkedAccounts`."""

    def __init__(self, views: FakeViews) -> None:
        self._views = views

    async def of(self, user_id: UUID) -> Sequence[Link]:
        links = [link for link in await self._all() if link.user_id == user_id]
        return sorted(links, key=lambda link: (link.linked_at, link.account_id))

    async def at(self, provider: str, *, limit: int, after: UUID | None) -> Sequence[Link]:
        links = [link for link in await self._all() if link.provider == provider]
        following = [link for link in links if after is None or link.account_id > after]
        return sorted(following, key=lambda link: link.account_id)[:limit]

    async def _all(self) -> Sequence[Link]:
        return list(await self._views.rows(LINKED_ACCOUNTS))


class FakeAddedProviders:
    """Implements `AddedProviders`."""

    def __init__(self, views: FakeViews) -> None:
        self._views = views

    async def find(self, slug: str) -> AddedProvider | None:
        return next((one for one in await self.all() if one.slug == slug), None)

    async def all(self) -> Sequence[AddedProvider]:
        return sorted(await self._views.rows(OIDC_PROVIDERS), key=lambda one: one.slug)
