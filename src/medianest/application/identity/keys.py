"""API keys: made and shown once, listed with their last use, revoked."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from medianest.application.states import States
from medianest.domain.api_key import API_KEY, ApiKey, ApiKeyNotFound, MakeApiKey, RevokeApiKey, Scope
from medianest.domain.kernel import Refused
from medianest.ports.api_keys import ApiKeyList, ApiKeys, HeldKey
from medianest.ports.event_log import Context
from medianest.ports.front_door import Commands, Outcome
from medianest.ports.sessions import Sighting
from medianest.ports.surroundings import Clock, Ids
from medianest.ports.views import Page
from medianest.projections.api_keys import API_KEYS, KeyCard

LISTED: Final = 100
"""Keys whose names are looked up when all are revoked."""


class MadeKey(msgspec.Struct, frozen=True, kw_only=True):
    """`secret` is the key itself, which nobody can read again."""

    card: KeyCard
    secret: str
    outcome: Outcome


class KeySeen(msgspec.Struct, frozen=True, kw_only=True):
    """`last_use` is None for a key that was never used, or that was revoked."""

    card: KeyCard
    last_use: Sighting | None


class KeyDesk:
    def __init__(
        self, commands: Commands, states: States, *, keys: ApiKeys, listing: ApiKeyList, clock: Clock, ids: Ids
    ) -> None:
        self._commands = commands
        self._states = states
        self._keys = keys
        self._listing = listing
        self._clock = clock
        self._ids = ids

    async def make(
        self, actor: UUID, *, name: str, scopes: Collection[Scope], expires_at: datetime | None, context: Context
    ) -> MadeKey:
        """A key of the actor's own. Raises Refused (`api_key_needs_name`, `api_key_expires_in_the_past`, ...)."""
        now = self._clock.now()
        key = HeldKey(key_id=self._ids.new(), user_id=actor, scopes=frozenset(scopes), expires_at=expires_at)
        # First what opens, then the event that says so: never an event of a key that nobody has.
        secret = await self._keys.issue(key)
        command = MakeApiKey(
            actor=actor,
            at=now,
            key_id=key.key_id,
            name=name,
            scopes=key.scopes,
            expires_at=expires_at,
            by_session=context.session_id,
        )
        try:
            outcome = await self._commands.run([command], context)
        except Refused:
            await self._keys.revoke(key.key_id)
            raise
        card = API_KEYS.apply(None, outcome.recorded[0])
        if card is None:
            raise LookupError(f"no key was made as {key.key_id}")
        return MadeKey(card=card, secret=secret, outcome=outcome)

    async def revoke(self, actor: UUID, user_id: UUID, key_id: UUID, context: Context) -> Outcome:
        """Revoke a key of this person. Raises Refused (`api_key_not_found`, `not_allowed`)."""
        key: ApiKey | None = (await self._states.load(API_KEY, key_id))[0]
        if key is None or key.user_id != user_id:
            raise ApiKeyNotFound
        outcome = await self._commands.run([RevokeApiKey(actor=actor, at=self._clock.now(), key_id=key_id)], context)
        await self._keys.revoke(key_id)
        return outcome

    async def revoke_all(self, actor: UUID, user_id: UUID, context: Context) -> Mapping[UUID, str | None]:
        """Every key of a person that opens something, whether a list shows it yet or not. What each was called; None
        where that is not known. Raises Refused (`not_allowed`)."""
        found = await self._keys.of(user_id, self._clock.now())
        if not found:
            return {}
        listed = await self._listing.of(user_id, limit=LISTED, after=None)
        names = {card.key_id: card.name for card in listed.items}
        for key_id in found:
            command = RevokeApiKey(actor=actor, at=self._clock.now(), key_id=key_id)
            with suppress(ApiKeyNotFound):  # it is being made at this moment: without its row it opens nothing
                await self._commands.run([command], context)
            await self._keys.revoke(key_id)
        return {key_id: names.get(key_id) for key_id in found}

    async def of(self, user_id: UUID, *, limit: int, after: tuple[str, ...] | None) -> Page[KeySeen]:
        """The keys of a person, the newest first."""
        page = await self._listing.of(user_id, limit=limit, after=after)
        uses = await self._keys.last_used([card.key_id for card in page.items])
        items = [KeySeen(card=card, last_use=uses.get(card.key_id)) for card in page.items]
        return Page(items=items, next_key=page.next_key)

    async def held(self, key: str) -> HeldKey | None:
        """What a key opens now; None for one that is unknown, revoked or expired."""
        return await self._keys.read(key, self._clock.now())
