"""The processes of MediaNest, the tables below them, and where and how others reach them."""

import asyncio
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from medianest.adapters.embedded.servers import Endpoints, Servers
from medianest.main.address import handing_on, listen
from medianest.main.children import Child
from medianest.main.operations.connected import connected, log, log_as, with_endpoints
from medianest.main.operations.schema import bring_up_to_date
from medianest.main.optional_libraries import FOR_SERVE, FOR_WORK, passed_over
from medianest.main.parent import run_parent
from medianest.main.server_key import server_key
from medianest.main.settings import Settings


def announce(line: str) -> None:
    """What a person at the terminal should see, apart from the log."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def serve(settings: Settings) -> None:
    with passed_over(FOR_SERVE):
        from medianest.main import server

    async with connected(settings) as named:
        await server.serve(named, announce)


async def work(settings: Settings) -> None:
    with passed_over(FOR_WORK):
        from medianest.main import worker

    async with connected(settings) as named:
        await worker.work(named)


async def up(settings: Settings) -> int:
    return await run(settings)


async def run(
    settings: Settings,
    environment: Mapping[str, str] = MappingProxyType({}),
    prepare_more: Callable[[Settings], None] = lambda _: None,
) -> int:
    """Run everything until a signal comes; the exit status.

    `environment` is what the children need beyond this process's own. `prepare_more` is called in a thread when the
    tables are up to date and before the children start, with settings that name the servers.
    """
    log_as(settings)
    server_key(settings)
    listener = await listen(settings)  # said before anything is started, and not in its midst
    servers = None if settings.database_url else Servers(settings.data_dir, report=log.info)

    def prepare(endpoints: Endpoints | None) -> None:
        named = with_endpoints(settings, endpoints)
        applied = bring_up_to_date(named)
        if applied:
            log.info("the tables are up to date", applied=applied)
        prepare_more(named)

    program = (sys.executable, "-m", "medianest")
    serve = Child(
        name="serve",
        command=(*program, "serve"),
        environment={**environment, **handing_on(listener)},
        descriptors=(listener.fileno(),),
        drain=settings.drain_seconds,
    )
    work = Child(name="work", command=(*program, "work"), environment=environment)
    with listener:
        return await run_parent([serve, work], servers, prepare=prepare)


async def migrate(settings: Settings) -> list[int]:
    async with connected(settings, up_to_date=False) as named:
        return await asyncio.to_thread(bring_up_to_date, named)


def openapi() -> Mapping[str, Any]:
    from medianest.adapters.http.foundation.openapi import schema_of
    from medianest.main.documented import documented_app

    return schema_of(documented_app())


async def database_url(settings: Settings) -> str:
    """Past any pooler: what it is for, such as a dump, sets things for its session."""
    async with connected(settings, up_to_date=False) as named:
        return str(named.database_direct_url)
