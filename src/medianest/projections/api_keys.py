"""Everybody's API keys, as lists show them. Nothing here opens anything."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from medianest.domain.api_key import ApiKeyMade, ApiKeyRevoked, Scope
from medianest.domain.kernel import Forgotten, Recorded
from medianest.domain.user.events import UserDeleted
from medianest.projections.kernel import Index, PersonalColumns, Projection, Touch


class KeyCard(msgspec.Struct, frozen=True, kw_only=True):
    """`expires_at` None: it never expires by itself. Of whoever is deleted no key is left."""

    key_id: UUID
    user_id: UUID
    name: str | None
    scopes: tuple[Scope, ...]
    made_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None = None


def touches(recorded: Recorded) -> Sequence[Touch]:
    if isinstance(recorded.event, UserDeleted):
        return (Touch("user_id", recorded.event.user_id),)
    return (Touch("key_id", recorded.stream_id),)


def apply(card: KeyCard | None, recorded: Recorded) -> KeyCard | None:
    match recorded.event:
        case ApiKeyMade() as made:
            return KeyCard(
                key_id=made.key_id,
                user_id=made.user_id,
                name=None if isinstance(made.name, Forgotten) else made.name,
                scopes=made.scopes,
                made_at=recorded.occurred_at,
                expires_at=made.expires_at,
            )
        case ApiKeyRevoked() if card is not None:
            return replace(card, revoked_at=recorded.occurred_at)
        case UserDeleted():
            return None
    return card


API_KEYS: Final[Projection[KeyCard]] = Projection(
    name="api_keys",
    shape=1,
    row=KeyCard,
    key="key_id",
    events=(ApiKeyMade, ApiKeyRevoked, UserDeleted),
    touches=touches,
    apply=apply,
    indexes=(Index("user_id", finds_touched=True),),
    personal=(PersonalColumns(("name",), of="user_id"),),
)
