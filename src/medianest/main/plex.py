"""Plex: plex.tv and the media server of the settings, and any number of other media servers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from medianest import __version__
from medianest.adapters.plex import (
    PlexActivity,
    PlexCollections,
    PlexServer,
    PlexTvAccounts,
    PlexWire,
    client_identifier,
)
from medianest.adapters.upstream import Limits
from medianest.adapters.upstream.client import UpstreamClient, upstream_client
from medianest.application.outgoing import AllowedAddresses
from medianest.main.resources import as_setting
from medianest.main.settings import Settings
from medianest.ports.surroundings import Clock

PATIENT = Limits(total=30.0, concurrency=4)
"""A small machine with a large library takes its time for a page of it."""
OPEN_PATHS = ("/identity",)
"""What a media server tells anybody, whatever token they show."""


async def plex_tv_client(settings: Settings) -> AsyncIterator[UpstreamClient]:
    """Without credentials: what is asked about somebody is sent with their own. Also without a media server in the
    settings: those that people add have tokens that are kept alive there."""
    with as_setting():
        client = upstream_client("plex.tv", settings.plex_tv_url)
    async with client:
        yield client


async def plex_server_client(settings: Settings) -> AsyncIterator[UpstreamClient | None]:
    if settings.plex_url is None or settings.plex_token is None:
        yield None
        return
    with as_setting():
        client = upstream_client(
            "plex",
            settings.plex_url,
            headers={"X-Plex-Token": str(settings.plex_token)},
            limits=PATIENT,
            open_paths=OPEN_PATHS,
        )
    async with client:
        yield client


def plex_accounts(
    tv: httpx.AsyncClient, server: httpx.AsyncClient | None, clock: Clock, settings: Settings, key: bytes
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PlexServerAdapters:
    """One media server behind its ports; `client` can say how it is doing."""

    client: UpstreamClient
    media: PlexServer
    collections: PlexCollections
    activity: PlexActivity


@asynccontextmanager
async def plex_server_at(
    name: str, url: str, token: str, key: bytes, *, allowed: AllowedAddresses | None = None, limits: Limits = PATIENT
) -> AsyncIterator[PlexServerAdapters]:
    """The media server at `url`, for as long as it is entered. `name` labels its figures; `key` is the server's own, as
    above; `allowed` goes with an address that people gave. Raises ValueError, in words that repeat neither, for an
    address or a token that cannot be one."""
    headers = {"X-Plex-Token": token}
    async with upstream_client(
        name, url, headers=headers, limits=limits, allowed=allowed, open_paths=OPEN_PATHS
    ) as client:
        yield plex_server_adapters(client, key)


def plex_server_adapters(client: UpstreamClient, key: bytes) -> PlexServerAdapters:
    """`client` leads to the server and sends its token."""
    wire = PlexWire(client, client_identifier=client_identifier(key), version=__version__)
    return PlexServerAdapters(
        client=client, media=PlexServer(wire), collections=PlexCollections(wire), activity=PlexActivity(wire)
    )
