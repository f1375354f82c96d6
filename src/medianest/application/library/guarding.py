"""Once a day: are the tokens of the media servers known at plex.tv, which forgets those that nobody uses there?"""

from contextlib import suppress

import structlog

from medianest.domain.media_server import ServerNotFound
from medianest.ports.failures import PlexNotConfigured, PlexUnavailable, SealBroken
from medianest.ports.library import MediaServers
from medianest.ports.media_server import ServerRefusesToken
from medianest.ports.media_servers import ServerTokens
from medianest.ports.plex import PlexAccounts, PlexTokenRejected

logger = structlog.get_logger("medianest.library")


class TokenGuard:
    def __init__(self, servers: MediaServers, tokens: ServerTokens, accounts: PlexAccounts) -> None:
        self._servers = servers
        self._tokens = tokens
        self._accounts = accounts

    async def keep_alive(self) -> None:
        """Use each token at plex.tv. Whatever cannot be learned now changes nothing: PlexUnavailable is raised at the
        end, so that it is tried again."""
        silent: PlexUnavailable | None = None
        for slug in await self._servers.slugs():
            # It was removed a moment ago, or its token does not open any more, which every look at it says.
            with suppress(ServerNotFound, PlexNotConfigured, SealBroken):
                try:
                    await self._use(slug)
                except PlexUnavailable as unavailable:
                    silent = unavailable
        if silent is not None:
            raise silent

    async def _use(self, slug: str) -> None:
        try:
            await self._accounts.ping(await self._tokens.token(slug))
        except PlexTokenRejected:
            await self._ask_itself(slug)

    async def _ask_itself(self, slug: str) -> None:
        """Whom a server lets in is for the server to say: a token of its own need not be known at plex.tv."""
        server = await self._servers.open(slug)
        try:
            await server.libraries()
        except ServerRefusesToken:
            await self._servers.refused(slug)
        else:
            logger.warning("plex_tv_rejects_token", server=slug)
