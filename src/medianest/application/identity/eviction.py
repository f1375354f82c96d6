"""Everybody out: what lets people into an account is shut around a change of its password."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import msgspec

from medianest.application.identity.keys import KeyDesk
from medianest.application.identity.links import LinkDesk
from medianest.application.identity.sessions import SessionDesk
from medianest.application.identity.signing_in import CHALLENGE
from medianest.ports.challenges import Challenges
from medianest.ports.event_log import Context
from medianest.ports.second_factor import RememberedDevices


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """How far it goes beyond sign-ins that are half-way and sessions, of which those in `but` stay. `ways`: API keys
    and accounts elsewhere as well."""

    but: Collection[UUID] = ()
    devices: bool = True
    ways: bool = True


class Evicted(msgspec.Struct, frozen=True, kw_only=True):
    """What was shut: keys with what they were called (None where that is not known), and the providers at which an
    account was linked."""

    keys: Mapping[UUID, str | None] = {}
    providers: Sequence[str] = ()

    def and_then(self, later: "Evicted") -> "Evicted":
        return Evicted(keys={**self.keys, **later.keys}, providers=(*self.providers, *later.providers))


class Eviction:
    def __init__(
        self,
        sessions: SessionDesk,
        keys: KeyDesk,
        links: LinkDesk,
        *,
        challenges: Challenges,
        devices: RememberedDevices,
    ) -> None:
        self._sessions = sessions
        self._keys = keys
        self._links = links
        self._challenges = challenges
        self._devices = devices

    async def shut(self, actor: UUID, user_id: UUID, context: Context, reach: Reach) -> Evicted:
        """May be done again at any time, and then shuts what was opened meanwhile. Raises Refused (`not_allowed`).

        Ways in first and what they opened last, and sign-ins that are half-way before sessions: whoever completes one
        opens a session before they spend it, so one of the two is seen. A session may have made another way in before
        it ended: so all is looked through again until nothing more is found.
        """
        evicted = Evicted()
        while True:
            keys: Mapping[UUID, str | None] = {}
            providers: Sequence[str] = ()
            if reach.ways:
                keys = await self._keys.revoke_all(actor, user_id, context)
                providers = await self._links.unlink_all(actor, user_id, context)
            if reach.devices:
                await self._devices.forget(user_id)
            await self._challenges.drop(CHALLENGE, user_id)
            ended = await self._sessions.end_all(actor, user_id, "password_changed", context, but=reach.but)
            evicted = evicted.and_then(Evicted(keys=keys, providers=providers))
            if not (keys or providers or ended):
                return evicted
