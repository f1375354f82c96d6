"""API keys in memory."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from medianest.ports.api_keys import PREFIX, HeldKey
from medianest.ports.sessions import Sighting
from medianest.ports.views import Page
from medianest.projections.api_keys import API_KEYS, KeyCard
from tests.fakes.views import FakeViews


class FakeApiKeys:
    """Implements `ApiKeys`. A key is its number."""

    def __init__(self) -> None:
        self._keys: dict[str, HeldKey] = {}
        self._seen: dict[UUID, Sighting] = {}
        self._count = 0

    async def issue(self, key: HeldKey) -> str:
        self._count += 1
        secret = f"{PREFIX}{self._count:043}"
        self._keys[secret] = key
        return secret

    async def read(self, key: str, now: datetime) -> HeldKey | None:
        held = self._keys.get(key)
        return None if held is not None and held.expires_at is not None and held.expires_at <= now else held

    async def of(self, user_id: UUID, now: datetime) -> Sequence[UUID]:
        theirs = [held for held in self._keys.values() if held.user_id == user_id]
        return [held.key_id for held in theirs if held.expires_at is None or held.expires_at > now]

    async def revoke(self, key_id: UUID) -> None:
        self._drop(lambda held: held.key_id == key_id)

    async def seen(self, sightings: Mapping[UUID, Sighting]) -> None:
        held = {key.key_id for key in self._keys.values()}
        for key_id, sighting in sightings.items():
            if key_id in held:
                before = self._seen.get(key_id)
                at = sighting.at if before is None else max(before.at, sighting.at)
                self._seen[key_id] = Sighting(at=at, address=sighting.address)

    async def last_used(self, key_ids: Collection[UUID]) -> Mapping[UUID, Sighting]:
        return {key_id: self._seen[key_id] for key_id in key_ids if key_id in self._seen}

    async def forget(self, user_id: UUID) -> None:
        self._drop(lambda held: held.user_id == user_id)

    def _drop(self, is_gone: Callable[[HeldKey], bool]) -> None:
        for held in self._keys.values():
            if is_gone(held):
                self._seen.pop(held.key_id, None)
        self._keys = {secret: held for secret, held in self._keys.items() if not is_gone(held)}


class FakeApiKeyList:
    """Implements `ApiKeyList`, on one page."""

    def __init__(self, views: FakeViews) -> None:
        self._views = views

    async def of(self, user_id: UUID, *, limit: int, after: tuple[str, ...] | None) -> Page[KeyCard]:
        cards = [card for card in await self._views.rows(API_KEYS) if card.user_id == user_id]
        return Page(items=cards[::-1][:limit])
