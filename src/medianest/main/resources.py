"""What the container opens when it starts and closes when it ends, and what settings become on the way."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from medianest.adapters.security.passwords import Argon2Passwords
from medianest.adapters.tmdb.credentials import tmdb_credentials
from medianest.adapters.upstream.client import UpstreamClient, upstream_client
from medianest.main.settings import Settings, SettingsError


async def entered(resource: Any) -> AsyncIterator[Any]:
    """A resource that is open for as long as the container is."""
    async with resource:
        yield resource


async def passwords() -> AsyncIterator[Argon2Passwords]:
    hasher = Argon2Passwords()
    try:
        yield hasher
    finally:
        hasher.close()


async def tmdb_client(settings: Settings) -> AsyncIterator[UpstreamClient | None]:
    if settings.tmdb_token is None:
        yield None
        return
    try:
        keys = tmdb_credentials(settings.tmdb_token)
        client = upstream_client("tmdb", settings.tmdb_url, headers=keys.headers, params=keys.params)
    except ValueError as error:
        raise SettingsError(str(error)) from error
    async with client:
        yield client


async def overseerr_client(settings: Settings) -> AsyncIterator[UpstreamClient | None]:
    if settings.overseerr_url is None or settings.overseerr_api_key is None:
        yield None
        return
    headers = {"X-Api-Key": str(settings.overseerr_api_key)}
    try:
        client = upstream_client("overseerr", settings.overseerr_url, headers=headers)
    except ValueError as error:
        raise SettingsError(str(error)) from error
    async with client:
        yield client


def expiry(settings: Settings) -> timedelta | None:
    return None if settings.request_expiry_days is None else timedelta(days=settings.request_expiry_days)
