"""What an operation stands on: settings that name both servers, and the container with its resources open."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import structlog
from msgspec.structs import replace

from medianest.adapters.embedded.servers import Endpoints, Servers
from medianest.adapters.system.logging import configure_logging
from medianest.main.operations.schema import bring_up_to_date
from medianest.main.server_key import server_key
from medianest.main.settings import Secret, Settings

if TYPE_CHECKING:
    from medianest.main.container import Container

log = structlog.get_logger("medianest")


def log_as(settings: Settings) -> None:
    configure_logging(settings.log, settings.log_level.upper())


def with_endpoints(settings: Settings, endpoints: Endpoints | None) -> Settings:
    """The settings with the addresses of the private servers, where there are such."""
    if endpoints is None:
        return replace(settings, database_direct_url=settings.database_direct_url or settings.database_url)
    url = Secret(endpoints.database_url)
    return replace(settings, database_url=url, database_direct_url=url, redis_url=Secret(endpoints.redis_url))


@asynccontextmanager
async def connected(settings: Settings, *, up_to_date: bool = True) -> AsyncIterator[Settings]:
    """Settings that name both servers: the configured ones, those of a MediaNest that runs, or some of our own for
    as long as this takes."""
    log_as(settings)  # unconfigured, logs would go to stdout, into what scripts read
    with ExitStack() as stack:
        endpoints = None
        if settings.database_url is None:
            servers = Servers(settings.data_dir, report=log.debug)
            endpoints = stack.enter_context(servers.attach_or_start())
        named = with_endpoints(settings, endpoints)
        if up_to_date:
            await asyncio.to_thread(bring_up_to_date, named)
        yield named


@asynccontextmanager
async def connected_container(settings: Settings) -> "AsyncIterator[Container]":
    from medianest.main.container import opened

    async with connected(settings) as named, opened(named, server_key(settings)) as container:
        yield container
