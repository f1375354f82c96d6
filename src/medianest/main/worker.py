"""`work`: the views, the reactions and the jobs."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Final
from uuid import UUID

import structlog

from medianest.adapters.eventlog.seals.sealer import Sealer
from medianest.adapters.jobs.defer import defer_jobs
from medianest.adapters.jobs.worker import GRACE, build_worker
from medianest.adapters.postgres.projector import Projector
from medianest.adapters.postgres.reactions import ReactionRunner
from medianest.adapters.postgres.view_builder import ViewBuilder
from medianest.adapters.system.large_blocks import give_back_large_blocks
from medianest.adapters.system.parent_pipe import exit_with_parent
from medianest.application.collector import leave_alone_what_is_here
from medianest.application.jobs import PERIODIC, job_handlers
from medianest.application.library_jobs import LIBRARY_PERIODIC
from medianest.application.link_jobs import CHECK_PLEX
from medianest.application.origin import context_of
from medianest.application.reactions import REACTIONS
from medianest.application.tasks import end
from medianest.domain.kernel import Command
from medianest.main.container import Container, opened
from medianest.main.server_key import server_key
from medianest.main.settings import Settings
from medianest.main.view_jobs import TIDY_VIEWS, VERIFY_VIEWS, view_job_handlers
from medianest.ports.event_log import Context
from medianest.ports.traces import KEPT
from medianest.projections.catalog import PROJECTIONS

END_SESSIONS: Final = ("7 * * * *", "end_sessions")
SWEEP: Final = ("17 * * * *", "sweep")
VERIFY_SEALS: Final = ("20 3 * * *", "verify_seals")

logger = structlog.get_logger(__name__)


async def work(settings: Settings) -> None:
    """Keep the views current, react, and run jobs until SIGINT or SIGTERM."""
    give_back_large_blocks()
    async with opened(settings, server_key(settings)) as container:
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopping.set)
        exit_with_parent(stopping.set)
        tasks = [asyncio.create_task(part, name=name) for name, part in parts(container).items()]
        waiting = asyncio.create_task(stopping.wait())
        leave_alone_what_is_here()
        try:
            done, _ = await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
            for task in done - {waiting}:
                task.result()  # no part ends by itself: raise what ended it, and let the parent start us again
        finally:
            # Not again before the jobs under way had their time to finish.
            await end(waiting, *tasks, again=GRACE + 0.5)


def parts(container: Container) -> Mapping[str, Coroutine[Any, Any, None]]:
    """What `work` runs side by side, by name; none of it ends by itself."""
    log = container.log()
    direct_url = container.direct_url()
    commands = container.commands()

    async def run(command: Command, context: Context, command_id: UUID) -> None:
        await commands.run([command], context, command_id=command_id)

    projections = list(PROJECTIONS.values())
    projector = Projector(log, direct_url, projections)
    builder = ViewBuilder(log, direct_url, projections)
    reactions = ReactionRunner(log, direct_url, REACTIONS, run=run, defer=defer_jobs)
    jobs = build_worker(
        direct_url,
        _job_handlers(container),
        [*PERIODIC, *LIBRARY_PERIODIC, END_SESSIONS, SWEEP, VERIFY_SEALS, VERIFY_VIEWS, TIDY_VIEWS, CHECK_PLEX],
        tracer=container.tracer(),
    )
    sealer: Sealer = container.sealer()
    return {
        "sealer": sealer.run(),
        "projector": projector.run(),
        "builder": builder.run(),
        "reactions": reactions.run(),
        "jobs": jobs.run(),
        "upstreams": container.upstream_watch().run(),
    }


def _job_handlers(container: Container) -> Mapping[str, Callable[..., Awaitable[None]]]:
    receipts = container.receipts()
    credentials = container.credentials()
    keyring = container.keyring()
    verifier, seal_checks = container.seal_verifier(), container.seal_checks()
    sessions, keys = container.sessions(), container.api_keys()
    session_desk, ids = container.session_desk(), container.ids()
    challenges, devices = container.challenges(), container.remembered_devices()
    attempts, security_log = container.attempts(), container.security_log()
    factors = container.factors()
    eraser = container.eraser()
    traces = container.traces()
    bound_secrets = container.server_tokens(), container.provider_secrets()
    clock = container.clock()

    async def sweep() -> None:
        """Receipts, sessions, challenges, remembered devices and seeds that nobody can use any more, hashes and keys of
        people who were never recorded, words of people who are forgotten, attempts, refusals and traces that are old,
        and secrets of servers and providers that were removed."""
        await receipts.sweep()
        await credentials.sweep()
        await keyring.sweep()
        await eraser.erase()
        await sessions.sweep(clock.now())
        await keys.sweep(clock.now())
        await challenges.sweep(clock.now())
        await devices.sweep(clock.now())
        await factors.sweep(clock.now())
        await attempts.sweep(clock.now())
        await security_log.sweep(clock.now())
        await traces.sweep(clock.now() - KEPT)
        for secrets in bound_secrets:
            await secrets.sweep()

    async def end_sessions() -> None:
        """Record the end of sessions that time has ended."""
        while await session_desk.expire(context_of(None, None, ids)):
            pass

    async def verify_seals() -> None:
        report = await verifier.verify()
        await seal_checks.record(report)
        if report.fault is not None:
            logger.error("the_log_is_not_what_was_sealed", fault=report.fault.text)
        else:
            # Whoever keeps these lines elsewhere keeps an anchor a night.
            logger.info("seals_verified", position=report.position, seal=report.seal, mac=report.mac.hex())

    requests, people, letters = container.request_jobs(), container.people_jobs(), container.letter_jobs()
    return {
        **job_handlers(requests, people, letters),
        **view_job_handlers(container),
        **container.library_jobs().handlers(),
        "sweep": sweep,
        "end_sessions": end_sessions,
        "verify_seals": verify_seals,
        CHECK_PLEX[1]: container.link_jobs().check_plex,
    }
