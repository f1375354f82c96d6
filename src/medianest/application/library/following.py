"""What follows from a change of a media server, outside the log: its token, and what is known of its libraries."""

from uuid import UUID

from medianest.application.bound_secrets import BoundSecrets
from medianest.application.library.giving_up import exchange, give_up
from medianest.application.states import States
from medianest.domain.media_server import MEDIA_SERVER, server_id
from medianest.ports.event_log import Context
from medianest.ports.front_door import Commands, Outcome
from medianest.ports.library import LibraryIndex, LibraryScans
from medianest.ports.media_servers import ServerConnections
from medianest.ports.surroundings import Clock


class ServerFollowUp:
    """Each may be run again: whoever was broken off in it says the same again, and finds it done."""

    def __init__(
        self,
        commands: Commands,
        states: States,
        *,
        secrets: BoundSecrets,
        index: LibraryIndex,
        scans: LibraryScans,
        connections: ServerConnections,
        clock: Clock,
    ) -> None:
        self._commands = commands
        self._states = states
        self._secrets = secrets
        self._index = index
        self._scans = scans
        self._connections = connections
        self._clock = clock

    async def stands(
        self, slug: str, context: Context, outcome: Outcome, *, url: str, token: str | None, machine: str | None
    ) -> None:
        """A command ended in `outcome`, by which the server has this address, this token if one was given, and is this
        machine if it was asked. Nothing where another command came since."""
        if token is not None:
            await self._secrets.put(server_id(slug), url, token, outcome)
        if machine is not None and await self._url(server_id(slug)) == url:
            at = self._clock.now()
            await exchange(slug, machine, self._commands, self._index, self._scans, at=at, context=context)

    async def is_gone(self, slug: str, context: Context) -> None:
        """Nothing where it came back since."""
        if await self._url(server_id(slug)) is None:
            await self._secrets.forget(server_id(slug))
            await give_up(slug, self._commands, self._index, at=self._clock.now(), context=context)
            await self._connections.close(slug)

    async def _url(self, stream_id: UUID) -> str | None:
        known = (await self._states.load(MEDIA_SERVER, stream_id))[0]
        return None if known is None else known.url
