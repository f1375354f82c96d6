"""The media servers that were added, and the ways to them."""

from collections.abc import Sequence
from typing import Protocol

from medianest.ports.media_server import MediaServer, WholeServer
from medianest.ports.plex import PlexToken
from medianest.projections.media_servers import KnownServer


class KnownServers(Protocol):
    """What the view knows of media servers."""

    async def find(self, slug: str) -> KnownServer | None: ...

    async def all(self) -> Sequence[KnownServer]:
        """By their short names."""


class WholeServers(Protocol):
    """The media servers of the house, for those who browse in them."""

    async def all(self) -> Sequence[KnownServer]:
        """The settings' own first; the others by their short names."""

    async def whole(self, slug: str) -> WholeServer:
        """Raises ServerNotFound; and PlexNotConfigured where its token is not there (any more)."""

    async def refused(self, slug: str) -> None:
        """It takes our token no more: said once."""


class ServerTokens(Protocol):
    """What opens the media servers of the house."""

    async def token(self, slug: str) -> PlexToken:
        """Raises ServerNotFound; and PlexNotConfigured where it is not there (any more)."""


class ServerConnections(Protocol):
    """Ways to media servers, kept open while neither address nor token changes."""

    async def to(self, slug: str, url: str, token: str, *, is_given: bool) -> MediaServer:
        """`is_given`: people gave the address, and not the owner in the settings. Raises ValueError, in words that
        repeat neither, for an address or a token that cannot be one."""

    async def whole(self, slug: str, url: str, token: str, *, is_given: bool) -> WholeServer:
        """The same, by all of its sides."""

    async def close(self, slug: str) -> None: ...
