"""API keys as they are now: what opens them, and when they were last used."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

import msgspec

from medianest.domain.api_key import Scope
from medianest.ports.sessions import Sighting
from medianest.ports.views import Page
from medianest.projections.api_keys import KeyCard

PREFIX: Final = "mn_"
"""What every key begins with, so that whoever finds one in a file knows what it opens, and scanners for lost secrets
can look for it."""


class HeldKey(msgspec.Struct, frozen=True, kw_only=True):
    """What a key opens, in whose name, and until when (None: until it is revoked)."""

    key_id: UUID
    user_id: UUID
    scopes: frozenset[Scope]
    expires_at: datetime | None = None


class ApiKeys(Protocol):
    """Keys of 256 random bits, stored hashed."""

    async def issue(self, key: HeldKey) -> str:
        """Make a key; the answer is the key itself, which nobody can read again."""

    async def read(self, key: str, now: datetime) -> HeldKey | None:
        """None for a key that is unknown, revoked or expired."""

    async def of(self, user_id: UUID, now: datetime) -> Sequence[UUID]:
        """Those of a person that open something, the oldest first."""

    async def revoke(self, key_id: UUID) -> None:
        """It opens nothing from now on, in no process."""

    async def seen(self, sightings: Mapping[UUID, Sighting]) -> None:
        """Remember when and from where keys were last used."""

    async def last_used(self, key_ids: Collection[UUID]) -> Mapping[UUID, Sighting]: ...

    async def forget(self, user_id: UUID) -> None:
        """Delete all of a person's."""


class ApiKeyList(Protocol):
    async def of(self, user_id: UUID, *, limit: int, after: tuple[str, ...] | None) -> Page[KeyCard]:
        """The keys of a person, expired and revoked ones included, the newest first."""
