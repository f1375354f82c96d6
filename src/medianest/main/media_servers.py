"""The ways to media servers: one client for each, kept while neither its address nor its token changes."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Self

from medianest.adapters.plex.webhook import webhook_secret
from medianest.adapters.upstream.client import UpstreamClient
from medianest.adapters.upstream.register import UpstreamRegister
from medianest.application.library.servers import TRIAL, OwnServer
from medianest.application.outgoing import AllowedAddresses
from medianest.main.plex import PlexServerAdapters, plex_server_adapters, plex_server_at
from medianest.main.settings import Settings
from medianest.ports.media_server import MediaServer


def own_server(settings: Settings) -> OwnServer | None:
    if settings.plex_url is None or settings.plex_token is None:
        return None
    return OwnServer(url=settings.plex_url, token=str(settings.plex_token))


def report_secret(settings: Settings, key: bytes) -> str:
    """What the address of the servers' reports ends in."""
    return str(settings.plex_webhook_secret or webhook_secret(key))


@dataclass(frozen=True, slots=True)
class _Way:
    leads: tuple[str, str, bool]
    adapters: PlexServerAdapters
    entered: AsyncExitStack


class PlexConnections:
    """Implements `ServerConnections`; closes them all when it is left. `key` is the server's own. `own` leads to the
    server of the settings. The way to one that people gave is shown in `register` by its short name."""

    def __init__(
        self, key: bytes, allowed: AllowedAddresses, own: UpstreamClient | None, register: UpstreamRegister
    ) -> None:
        self._key = key
        self._allowed = allowed
        self._own = own
        self._register = register
        self._ways: dict[str, _Way] = {}
        self._former = AsyncExitStack()
        self._changing = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_failure: object) -> None:
        for slug in [*self._ways]:
            await self.close(slug)
        await self._former.aclose()

    async def to(self, slug: str, url: str, token: str, *, is_given: bool) -> MediaServer:
        return (await self.whole(slug, url, token, is_given=is_given)).media

    async def whole(self, slug: str, url: str, token: str, *, is_given: bool) -> PlexServerAdapters:
        if self._own is not None and not is_given:
            return plex_server_adapters(self._own, self._key)
        leads = (url, token, is_given)
        async with self._changing:
            way = self._ways.get(slug)
            if way is None or way.leads != leads:
                if way is not None:  # somebody may be half-way through a scan by the former one
                    await self._former.enter_async_context(way.entered)
                entered = AsyncExitStack()
                allowed = self._allowed if is_given else None
                opened = await entered.enter_async_context(plex_server_at(slug, url, token, self._key, allowed=allowed))
                way = self._ways[slug] = _Way(leads, opened, entered)
        if not slug.startswith(TRIAL):
            self._register.add(slug, way.adapters.client)
        return way.adapters

    async def close(self, slug: str) -> None:
        """One that was only tried at once; any other with the rest, since somebody may be reading through it."""
        if (way := self._ways.pop(slug, None)) is not None:
            if slug.startswith(TRIAL):
                await way.entered.aclose()
            else:
                await self._former.enter_async_context(way.entered)
