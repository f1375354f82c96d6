"""The ports `MediaServer`, `MediaCollections`, `MediaServerActivity` and `ServerReports`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from medianest.adapters.standin.server import Standin
from medianest.adapters.upstream import Limits
from medianest.main.plex import PlexServerAdapters, plex_server_at

QUICK = Limits(total=0.5, attempts=2, first_wait=0.01, jitter=0.01, breaker_threshold=1000)
KEY = b"the key of a server that knows its media servers"


@asynccontextmanager
async def asked(server: Standin, token: str, *, limits: Limits = QUICK) -> AsyncIterator[PlexServerAdapters]:
    """The adapters for the server that stands in."""
    async with plex_server_at("plex", server.url, token, KEY, limits=limits) as adapters:
        yield adapters
