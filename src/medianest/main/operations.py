"""What the commands of the CLI do. Each imports what it needs when it runs: the parent and the worker hold no HTTP."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec
import structlog
from msgspec.structs import replace

from medianest.adapters.embedded.servers import Endpoints, Servers
from medianest.adapters.postgres import migrations
from medianest.adapters.system.logging import configure_logging
from medianest.domain.kernel import Refused
from medianest.main.address import check_address
from medianest.main.children import Child
from medianest.main.parent import run_parent
from medianest.main.server_key import server_key
from medianest.main.settings import Secret, Settings
from medianest.ports.event_log import Context
from medianest.ports.views import ViewState

if TYPE_CHECKING:
    from medianest.main.container import Container

log = structlog.get_logger("medianest")


def announce(line: str) -> None:
    """What a person at the terminal should see, apart from the log."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def serve(settings: Settings) -> None:
    from medianest.main import server

    async with _connected(settings) as connected:
        await server.serve(connected, announce)


async def work(settings: Settings) -> None:
    from medianest.main import worker

    async with _connected(settings) as connected:
        await worker.work(connected)


async def up(settings: Settings) -> int:
    _log_as(settings)
    server_key(settings)
    await check_address(settings)
    servers = None if settings.database_url else Servers(settings.data_dir, report=log.info)

    def prepare(endpoints: Endpoints | None) -> None:
        applied = migrations.migrate(str(_with(settings, endpoints).database_direct_url))
        if applied:
            log.info("the tables are up to date", applied=applied)

    children = [Child(name=name, command=(sys.executable, "-m", "medianest", name)) for name in ("serve", "work")]
    return await run_parent(children, servers, prepare=prepare)


async def migrate(settings: Settings) -> list[int]:
    async with _connected(settings, up_to_date=False) as connected:
        return await asyncio.to_thread(migrations.migrate, str(connected.database_direct_url))


async def setup_token(settings: Settings) -> str | None:
    async with _container(settings) as container:
        if await container.people().has_administrator():
            return None
        token: str = await container.setup_tokens().current()
        return token


class AccountInvalid(Refused):
    code, kind = "account_invalid", "invalid"


async def create_administrator(settings: Settings, email: str, name: str, password: str) -> str:
    """The same bounds as over HTTP, where this person has to sign in afterwards."""
    from medianest.adapters.http.foundation.schema import Email, Password, ShortText

    for value, bounds, complaint in (
        (email, Email, "This is no e-mail address. It looks like ada@example.org."),
        (name, ShortText, "A name has 1 to 200 characters."),
        (password, Password, "A password has 8 to 1024 characters."),
    ):
        try:
            msgspec.convert(value, bounds)
        except msgspec.ValidationError:
            raise AccountInvalid(complaint) from None
    async with _container(settings) as container:
        accounts = container.accounts()
        context = Context(correlation_id=uuid4().hex)
        return str(await accounts.add_administrator(email=email, name=name, password=password, context=context))


async def projection_states(settings: Settings) -> Sequence[ViewState]:
    async with _container(settings) as container:
        states: Sequence[ViewState] = await container.progress().states()
        return states


async def rebuild(settings: Settings, name: str, on_progress: Callable[[int, int], None]) -> None:
    from medianest.adapters.postgres.rebuild import rebuild as rebuild_view
    from medianest.projections.catalog import PROJECTIONS

    async with _container(settings) as container:
        await rebuild_view(PROJECTIONS[name], container.log(), container.direct_url(), on_progress)


def openapi() -> Mapping[str, Any]:
    from medianest.adapters.http.foundation.openapi import schema_of
    from medianest.main.documented import documented_app

    return schema_of(documented_app())


async def database_url(settings: Settings) -> str:
    async with _connected(settings, up_to_date=False) as connected:
        return str(connected.database_url)


def _log_as(settings: Settings) -> None:
    configure_logging(settings.log, settings.log_level.upper())


def _with(settings: Settings, endpoints: Endpoints | None) -> Settings:
    """The settings with the addresses of the private servers, where there are such."""
    if endpoints is None:
        return replace(settings, database_direct_url=settings.database_direct_url or settings.database_url)
    url = Secret(endpoints.database_url)
    return replace(settings, database_url=url, database_direct_url=url, redis_url=Secret(endpoints.redis_url))


@asynccontextmanager
async def _connected(settings: Settings, *, up_to_date: bool = True) -> AsyncIterator[Settings]:
    """Settings that name both servers: the configured ones, those of a MediaNest that runs, or some of our own for
    as long as this takes."""
    _log_as(settings)  # unconfigured, logs would go to stdout, into what scripts read
    with ExitStack() as stack:
        endpoints = None
        if settings.database_url is None:
            servers = Servers(settings.data_dir, report=log.debug)
            endpoints = stack.enter_context(servers.attach_or_start())
        connected = _with(settings, endpoints)
        if up_to_date:
            await asyncio.to_thread(migrations.migrate, str(connected.database_direct_url))
        yield connected


@asynccontextmanager
async def _container(settings: Settings) -> "AsyncIterator[Container]":
    from medianest.main.container import opened

    async with _connected(settings) as connected, opened(connected, server_key(settings)) as container:
        yield container
