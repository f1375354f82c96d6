"""`serve`: HTTP, the copy of the people in memory, and the live feed."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial

import structlog
import uvicorn
from litestar import Litestar

from medianest import __version__
from medianest.adapters.http.app import TAGS, api, credentials_of, door_dependencies
from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.app import HttpSettings, create_app
from medianest.adapters.http.foundation.connection import bounded
from medianest.adapters.http.foundation.csrf import CsrfTokens
from medianest.adapters.http.foundation.health import health_routes
from medianest.adapters.http.foundation.observation import HttpMetrics
from medianest.adapters.http.foundation.origins import origins_of
from medianest.adapters.http.foundation.paging import Cursors
from medianest.adapters.http.foundation.rate_limit import Rate, Rates
from medianest.adapters.http.recognition import noticing, with_api_keys
from medianest.adapters.http.writing import Writing
from medianest.adapters.overseerr.webhook import parse_report
from medianest.adapters.system.large_blocks import give_back_large_blocks
from medianest.adapters.system.open_files import connection_limit
from medianest.adapters.system.parent_pipe import exit_with_parent
from medianest.application.collector import leave_alone_what_is_here
from medianest.application.networks import networks_of
from medianest.application.tasks import end
from medianest.main.address import listen
from medianest.main.container import Container, opened
from medianest.main.figures import Figures
from medianest.main.kept_figures import KeptFigures
from medianest.main.leaving import Leave
from medianest.main.optional_libraries import FOR_ROUTES, passed_over
from medianest.main.readiness import Readiness
from medianest.main.server_key import server_key
from medianest.main.settings import Settings

GRACE = 2
"""Seconds that open requests are given at the end."""

log = structlog.get_logger("medianest.serve")


def front_door(container: Container, settings: Settings, key: bytes) -> FrontDoor:
    people = container.people()
    progress = container.progress()
    streams = container.streams()
    people.watch(streams.end, ended=streams.end_session)
    return FrontDoor(
        commands=container.commands(),
        queries=container.queries(),
        identity=container.identity(),
        settings=container.settings_desk(),
        servers=container.server_book(),
        machines=container.machine_desk(),
        removals=container.removals(),
        reports=container.report_desk(),
        export=container.export(),
        asking=container.asking(),
        arranger=container.server_arranger(),
        asking_for_all=container.asking_for_all(),
        undoing=container.undoing(),
        board=container.requests_desk(),
        people=people,
        live=container.live(),
        tail=container.tail(),
        streams=streams,
        jobs=container.jobs(),
        rebuilds=container.rebuilds(),
        writing=Writing(progress, people, key),
        cursors=Cursors(key),
        csrf=CsrfTokens(key),
        clock=container.clock(),
        ids=container.ids(),
        webhook_authorization=settings.overseerr_webhook_authorization,
        read_report=parse_report,
    )


def application(
    container: Container, settings: Settings, key: bytes, is_leaving: Callable[[], bool]
) -> tuple[Litestar, FrontDoor]:
    door = front_door(container, settings, key)
    readiness = Readiness(
        log=container.log(),
        room=container.room(),
        progress=container.progress(),
        rebuilds=container.rebuilds(),
        cache=container.cache(),
        jobs=container.jobs(),
        parked=container.parked(),
        seals=container.seal_checks(),
        is_leaving=is_leaving,
    )
    metrics = HttpMetrics()
    figures = Figures(
        metrics.registry,
        log=container.log(),
        progress=container.progress(),
        jobs=container.jobs(),
        parked=container.parked(),
        streams=container.streams(),
        upstreams=container.upstreams().figures,
    )
    metrics.registry.register(KeptFigures(container.reads().counts, container.near_cache()))
    health = health_routes(
        ready=readiness.report, metrics=metrics, metrics_token=settings.metrics_token, refresh=figures.refresh
    )
    with passed_over(FOR_ROUTES):
        app = create_app(
            [api(), *health],
            settings=HttpSettings(
                version=__version__,
                rate_limits=settings.rate_limits,
                rates=_rates(settings),
                trusted_proxies=networks_of(settings.trusted_proxies or ""),
                cors_origins=origins_of(settings.cors_origins or ""),
            ),
            authenticate=with_api_keys(
                credentials_of(container.access_tokens(), door.people, door.clock), door.identity.keys, door.people
            ),
            notice=noticing(door.identity),
            rate_limiter=container.rate_limiter(),
            metrics=metrics,
            dependencies=door_dependencies(door),
            tags=TAGS,
            tracer=container.tracer(),
            csrf=door.csrf,
        )
    return app, door


def _rates(settings: Settings) -> Rates:
    return Rates(
        api=Rate(quota=settings.rate_api_per_minute, window=60),
        auth=Rate(quota=settings.rate_auth_per_minute, window=60),
        pictures=Rate(quota=settings.rate_pictures_per_minute, window=60),
        requests=Rate(quota=settings.rate_requests_per_hour, window=3600),
        comments=Rate(quota=settings.rate_comments_per_hour, window=3600),
        downloads=Rate(quota=settings.rate_downloads_per_hour, window=3600),
    )


async def serve(settings: Settings, announce: Callable[[str], None]) -> None:
    """Answer HTTP until SIGINT or SIGTERM. `announce` is told what a person should see once it listens."""
    give_back_large_blocks()
    key = server_key(settings)
    listener = await listen(settings)
    async with opened(settings, key) as container:

        def go() -> None:
            door.streams.close()
            server.should_exit = True

        leave = Leave(settings.drain_seconds, go)
        app, door = application(container, settings, key, lambda: leave.is_under_way)
        server = _Server(
            uvicorn.Config(
                leave.around(app),
                log_config=None,
                access_log=False,
                server_header=False,
                http=bounded(connection_limit()),
                proxy_headers=False,
                ws="none",
                lifespan="on",
                timeout_keep_alive=65,
                timeout_graceful_shutdown=GRACE,
            )
        )

        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, leave.begin)
        exit_with_parent(leave.at_once)
        presence = door.identity.presence
        following = (
            door.people.follow(),
            door.live.follow(),
            door.live.follow_rebuilds(),
            door.live.follow_scans(),
            presence.run(),
            container.upstream_watch().run(),
        )
        followers = [asyncio.create_task(follow) for follow in following]
        for follower in followers:
            # Without them nobody would notice that somebody was suspended: rather stop, and be started anew.
            follower.add_done_callback(lambda _: leave.at_once())
        try:
            server.on_started = partial(_welcome, container, settings, announce)
            await server.serve([listener])
            for follower in followers:
                if follower.done():
                    follower.result()  # neither ends by itself: raise what ended it
        finally:
            await end(*followers)
            with suppress(TimeoutError):  # a database that is away now keeps nobody from going
                async with asyncio.timeout(GRACE):
                    await presence.flush()


async def _welcome(container: Container, settings: Settings, announce: Callable[[str], None]) -> None:
    leave_alone_what_is_here()
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    announce(f"MediaNest is at http://{host}:{settings.port}")
    if not await container.people().has_administrator():
        tokens = container.setup_tokens()
        announce(f"setup token: {await tokens.current()}")


class _Server(uvicorn.Server):
    """Signals are ours: uvicorn would raise them again once it has stopped."""

    on_started: Callable[[], Awaitable[None]]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            await self.on_started()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
