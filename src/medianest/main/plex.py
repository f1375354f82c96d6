"""Plex, as the settings name it: plex.tv, and the media server that people have to have access to."""

from collections.abc import AsyncIterator

import httpx

from medianest import __version__
from medianest.adapters.plex import PlexTvAccounts, client_identifier
from medianest.adapters.upstream.client import UpstreamClient, upstream_client
from medianest.main.resources import as_setting
from medianest.main.settings import Settings
from medianest.ports.surroundings import Clock


async def plex_tv_client(settings: Settings) -> AsyncIterator[UpstreamClient | None]:
    """Without credentials: what is asked about somebody is sent with their own."""
    if settings.plex_url is None:
        yield None
        return
    with as_setting():
        client = upstream_client("plex.tv", settings.plex_tv_url)
    async with client:
        yield client


async def plex_server_client(settings: Settings) -> AsyncIterator[UpstreamClient | None]:
    if settings.plex_url is None or settings.plex_token is None:
        yield None
        return
    with as_setting():
        client = upstream_client("plex", settings.plex_url, headers={"X-Plex-Token": str(settings.plex_token)})
    async with client:
        yield client


def plex_accounts(
    tv: httpx.AsyncClient | None, server: httpx.AsyncClient | None, clock: Clock, settings: Settings, key: bytes
) -> PlexTvAccounts:
    """`key` is the server's own, which never changes; so neither does what MediaNest calls itself at Plex."""
    return PlexTvAccounts(
        tv,
        server,
        clock,
        client_identifier=client_identifier(key),
        version=__version__,
        app_url=settings.plex_app_url,
    )
