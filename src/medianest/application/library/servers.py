"""The media servers of the house: the one of the settings, and those that people added."""

from collections.abc import Collection, Sequence
from hashlib import sha256
from itertools import count
from typing import Final
from uuid import UUID

import msgspec

from medianest.application.bound_secrets import BoundSecrets
from medianest.application.library.following import ServerFollowUp
from medianest.application.library.tokens import TokenWatch
from medianest.application.outgoing import AllowedAddresses
from medianest.application.states import States
from medianest.domain.kernel import Refused
from medianest.domain.media_server import (
    MEDIA_SERVER,
    AddServer,
    ChangeServer,
    RemoveServer,
    ServerNotFound,
    ServerThere,
    server_id,
)
from medianest.ports.event_log import Context
from medianest.ports.failures import PlexNotConfigured
from medianest.ports.front_door import Commands, Expected, Idempotency, Outcome, VersionMoved, Wording
from medianest.ports.library import LibraryIndex, LibraryScans
from medianest.ports.media_server import MediaServer, ServerRefusesToken, WholeServer
from medianest.ports.media_servers import KnownServers, ServerConnections
from medianest.ports.plex import PlexToken
from medianest.ports.surroundings import Clock
from medianest.projections.media_servers import KnownServer

OWN: Final = "plex"
"""The short name of the server of the settings."""

TRIAL: Final = "(trial"
"""How the names of ways begin that are tried once; no short name looks like this."""
_TRIALS: Final = count(1)


class ServerInvalid(Refused):
    code, kind = "media_server_invalid", "invalid"


class ServerOfSettings(Refused):
    code = "media_server_of_settings"
    text = "This media server stands in the settings of the server. Whoever runs it changes it there."


class ServerMoved(Refused):
    code = "media_server_moved"
    text = "Somebody else changed this media server at the same moment. Look at it, and change it again."


class OwnServer(msgspec.Struct, frozen=True, kw_only=True):
    """As the settings name it."""

    url: str
    token: str


class ServerBook:
    """Implements `MediaServers`, `WholeServers` and `ServerTokens`. `own` wins over an added one of the same short
    name. `reserved` are short names that no added one may have."""

    def __init__(
        self,
        commands: Commands,
        states: States,
        tokens: TokenWatch,
        *,
        own: OwnServer | None,
        known: KnownServers,
        connections: ServerConnections,
        reserved: Collection[str] = (),
        index: LibraryIndex,
        scans: LibraryScans,
        allowed: AllowedAddresses,
        secrets: BoundSecrets,
        clock: Clock,
    ) -> None:
        self._commands = commands
        self._states = states
        self._tokens = tokens
        self.own = own
        self._known = known
        self._connections = connections
        self._reserved = frozenset(reserved)
        self._allowed = allowed
        self._secrets = secrets
        self._clock = clock
        self._follow_up = ServerFollowUp(
            commands, states, secrets=secrets, index=index, scans=scans, connections=connections, clock=clock
        )

    async def slugs(self) -> Sequence[str]:
        return [one.slug for one in await self.all()]

    async def all(self) -> Sequence[KnownServer]:
        """The settings' own first; the others by their short names."""
        known = {one.slug: one for one in await self._known.all()}
        own = known.pop(OWN, None)
        added = [one for one in known.values() if one.url is not None]
        if self.own is None:
            return [*([own] if own is not None and own.url is not None else []), *added]
        refuses = own is not None and own.refuses_token
        # Set to another address it is another server, and what the former one said is not to be taken for its own.
        version = int.from_bytes(sha256(self.own.url.encode()).digest()[:6])
        return [KnownServer(slug=OWN, name=None, url=None, refuses_token=refuses, version=version), *added]

    async def open(self, slug: str) -> MediaServer:
        return (await self.whole(slug)).media

    async def whole(self, slug: str) -> WholeServer:
        url, token, is_given = await self._way_to(slug)
        return await self._connections.whole(slug, url, token, is_given=is_given)

    async def token(self, slug: str) -> PlexToken:
        return PlexToken((await self._way_to(slug))[1])

    async def _way_to(self, slug: str) -> tuple[str, str, bool]:
        """Its address and its token, and whether people gave them."""
        if slug == OWN and self.own is not None:
            return self.own.url, self.own.token, False
        found = await self._known.find(slug)
        if found is None or found.url is None:
            raise ServerNotFound
        if (token := await self._secrets.find(server_id(slug), found.url)) is None:
            raise PlexNotConfigured
        return found.url, token, True

    async def refused(self, slug: str) -> None:
        await self._tokens.refused(slug)

    async def taken(self, slug: str) -> None:
        await self._tokens.taken(slug)

    async def add(
        self,
        actor: UUID,
        slug: str,
        context: Context,
        *,
        name: str,
        url: str,
        token: str,
        wording: Wording | None = None,
        idempotency: Idempotency | None = None,
    ) -> Outcome:
        """Raises Refused (`media_server_exists`, `media_server_invalid`, `address_not_allowed`), and PlexUnavailable
        where no media server answers there."""
        self._ensure_added(slug, ServerThere)
        if slug in self._reserved:
            raise ServerInvalid(f"`{slug}` is what MediaNest calls another server. Take another short name.")
        machine = await self._check(url, token)
        command = AddServer(actor=actor, at=self._clock.now(), slug=slug, name=name, url=url)
        outcome = await self._commands.run([command], context, wording=wording, idempotency=idempotency)
        await self._follow_up.stands(slug, context, outcome, url=url, token=token, machine=machine)
        return outcome

    async def change(
        self,
        actor: UUID,
        slug: str,
        context: Context,
        *,
        name: str | None = None,
        url: str | None = None,
        token: str | None = None,
        wording: Wording | None = None,
        idempotency: Idempotency | None = None,
        expected: Expected | None = None,
    ) -> Outcome:
        """None stays as it is. Another address needs its token: the one that is kept was given to that server alone.
        Where another server answers from now on, what was known of the former one's libraries is given up. Raises
        Refused, PlexUnavailable, VersionMoved."""
        self._ensure_added(slug, ServerOfSettings)
        found = await self._states.load(MEDIA_SERVER, server_id(slug))
        known, version = found
        if known is None or known.url is None or known.name is None:
            raise ServerNotFound
        if url not in (None, known.url) and token is None:
            raise ServerInvalid("Another address needs its token.")
        machine: str | None = None
        if url is not None or token is not None:
            given = token or await self._secrets.find(server_id(slug), known.url)
            machine = await self._check(url or known.url, given or "")
        command = ChangeServer(
            actor=actor,
            at=self._clock.now(),
            slug=slug,
            name=name or known.name,
            url=url or known.url,
            has_new_token=token is not None,
        )
        # Whatever is left out was read above: it is not to overwrite what somebody made of it meanwhile.
        seen = Expected(aggregate=MEDIA_SERVER, stream_id=server_id(slug), version=version)
        try:
            outcome = await self._commands.run(
                [command], context, wording=wording, idempotency=idempotency, expected=expected or seen
            )
        except VersionMoved as moved:
            if expected is None:
                raise ServerMoved from moved
            raise
        await self._follow_up.stands(slug, context, outcome, url=command.url, token=token, machine=machine)
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
        """What was known of its libraries is given up, and called gone by nobody. Raises Refused, VersionMoved."""
        self._ensure_added(slug, ServerOfSettings)
        command = RemoveServer(actor=actor, at=self._clock.now(), slug=slug)
        try:
            outcome = await self._commands.run([command], context, idempotency=idempotency, expected=expected)
        except ServerNotFound:  # who was broken off before all of it was done asks again
            await self._follow_up.is_gone(slug, context)
            raise
        await self._follow_up.is_gone(slug, context)
        return outcome

    def _ensure_added(self, slug: str, otherwise: type[Refused]) -> None:
        if self.own is not None and slug == OWN:
            raise otherwise

    async def _check(self, url: str, token: str) -> str:
        """The machine that answers there and takes the token."""
        self._allowed.check(url)
        trial = f"{TRIAL} {next(_TRIALS)})"
        try:
            server = await self._connections.to(trial, url, token, is_given=True)
            identity = await server.identity()
            await server.libraries()
        except ValueError as problem:
            raise ServerInvalid(str(problem)) from None
        except ServerRefusesToken:
            raise ServerInvalid("The media server does not take this token.") from None
        finally:
            await self._connections.close(trial)
        return identity.machine_identifier
