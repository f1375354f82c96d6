"""The processes of MediaNest, the tables below them, and where and how others reach them."""

import asyncio
import sys
from collections.abc import Mapping
from typing import Any

from medianest.adapters.embedded.servers import Endpoints, Servers
from medianest.adapters.postgres import migrations
from medianest.main.address import check_address
from medianest.main.children import Child
from medianest.main.operations.connected import connected, log, log_as, with_endpoints
from medianest.main.parent import run_parent
from medianest.main.server_key import server_key
from medianest.main.settings import Settings


def announce(line: str) -> None:
    """What a person at the terminal should see, apart from the log."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def serve(settings: Settings) -> None:
    from medianest.main import server

    async with connected(settings) as named:
        await server.serve(named, announce)


async def work(settings: Settings) -> None:
    from medianest.main import worker

    async with connected(settings) as named:
        await worker.work(named)


async def up(settings: Settings) -> int:
    log_as(settings)
    server_key(settings)
    await check_address(settings)
    servers = None if settings.database_url else Servers(settings.data_dir, report=log.info)

    def prepare(endpoints: Endpoints | None) -> None:
        applied = migrations.migrate(str(with_endpoints(settings, endpoints).database_direct_url))
        if applied:
            log.info("the tables are up to date", applied=applied)

    children = [Child(name=name, command=(sys.executable, "-m", "medianest", name)) for name in ("serve", "work")]
    return await run_parent(children, servers, prepare=prepare)


async def migrate(settings: Settings) -> list[int]:
    async with connected(settings, up_to_date=False) as named:
        return await asyncio.to_thread(migrations.migrate, str(named.database_direct_url))


def openapi() -> Mapping[str, Any]:
    from medianest.adapters.http.foundation.openapi import schema_of
    from medianest.main.documented import documented_app

    return schema_of(documented_app())


async def database_url(settings: Settings) -> str:
    async with connected(settings, up_to_date=False) as named:
        return str(named.database_url)
