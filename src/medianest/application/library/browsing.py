"""What the media servers say when people browse in them: asked once for everybody who looks at the same moment."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from medianest.application.kept_reads import KeptReads, Lifetimes, Read
from medianest.domain.kernel import Refused
from medianest.domain.media_server import ServerNotFound
from medianest.ports.failures import PlexNotConfigured, PlexRefusesToken
from medianest.ports.media_server import ItemNotThere, ServerRefusesToken, WholeServer
from medianest.ports.media_servers import WholeServers
from medianest.projections.media_servers import KnownServer

T = TypeVar("T")

SHELF: Final = Lifetimes(fresh=60, stale=300, kept=86_400, missing=30)
"""What is in a library: somebody who goes back and forth between two pages asks nobody."""
PLAN: Final = Lifetimes(fresh=300, stale=1800, kept=86_400, missing=30)
"""Which libraries there are, and whose."""
MOMENT: Final = Lifetimes(fresh=5, stale=5, kept=5, missing=5)
"""What is true of now, and of no other time: it is not shown while the server is away."""
COLLECTIONS: Final = "collections"
"""The kind of read that a change of a collection spoils."""


class NotOnServer(Refused):
    code, kind = "not_on_media_server", "missing"
    text = "The media server has nothing there, or no longer."


class ServerBrowser:
    def __init__(self, servers: WholeServers, reads: KeptReads) -> None:
        self._servers = servers
        self._reads = reads

    async def all(self) -> list[KnownServer]:
        return [*await self._servers.all()]

    async def pick(self, slug: str | None) -> KnownServer:
        """The one of that short name, or the first. Raises ServerNotFound, and PlexNotConfigured where there is
        none."""
        servers = await self._servers.all()
        if slug is None and not servers:
            raise PlexNotConfigured
        found = next((one for one in servers if slug in (None, one.slug)), None)
        if found is None:
            raise ServerNotFound
        return found

    async def read(
        self,
        server: KnownServer,
        kind: str,
        name: str,
        shape: type[T],
        ask: Callable[[WholeServer], Awaitable[T]],
        *,
        lifetimes: Lifetimes = SHELF,
        largest: int | None = None,
    ) -> T:
        """`name` tells this read from others of its kind. Raises NotOnServer, PlexUnavailable, PlexRefusesToken."""

        async def fetch() -> T | None:
            try:
                return await self._asked(server.slug, ask)
            except NotOnServer:
                return None

        kept = await self._reads.get(
            Read(
                upstream=server.slug,
                kind=f"plex_{kind}",
                # Changed, it may be another machine, where the same keys are other things.
                name=f"{server.version}:{name}",
                shape=shape,
                lifetimes=lifetimes,
                fetch=fetch,
                subject=kind,
                largest=largest,
            )
        )
        if kept is None:
            raise NotOnServer
        return kept.value

    async def change(self, server: KnownServer, ask: Callable[[WholeServer], Awaitable[T]], *kinds: str) -> T:
        """Have the server do something, after which what it said of these kinds is asked for anew. Raises as `read`."""
        try:
            return await self._asked(server.slug, ask)
        finally:  # also where its answer was lost: it may have been done
            for kind in kinds:
                await self._reads.forget(server.slug, kind)

    async def _asked(self, slug: str, ask: Callable[[WholeServer], Awaitable[T]]) -> T:
        try:
            return await ask(await self._servers.whole(slug))
        except ItemNotThere:
            raise NotOnServer from None
        except ServerRefusesToken:
            await self._servers.refused(slug)
            raise PlexRefusesToken(retry_after=60.0) from None
