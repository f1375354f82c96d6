"""The worker: runs jobs, puts those of dead workers back, and starts again by itself."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import procrastinate
import psycopg
import structlog
from procrastinate.exceptions import ConnectorException

from medianest.adapters.jobs.defer import QUEUE
from medianest.adapters.jobs.retrying import PatientOutcomes, RetryByKind
from medianest.domain.kernel import Refused

Handler = Callable[..., Awaitable[None]]

CONCURRENCY: Final = 4
POLL: Final = 1.0
"""Seconds between looks for jobs whose time has come; new ones announce themselves."""
STALLED: Final = 30.0
"""Seconds without a heartbeat after which a worker counts as dead."""
RESCUE_EVERY: Final = 10.0
GRACE: Final = 2.0
"""Seconds that running jobs are given at the end; those that need longer start anew elsewhere. Less than the parent
gives its children (3 s): a worker that is killed instead leaves its jobs until it counts as dead."""
RESTART: Final = 1.0

# One statement, so that two workers never put the same job back twice.
_RESCUE: Final = """
UPDATE procrastinate_jobs SET status = 'todo', attempts = attempts + 1, scheduled_at = NULL, abort_requested = false
WHERE id IN (
  SELECT job.id FROM procrastinate_jobs AS job LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
  WHERE job.status = 'doing'
    AND (worker.id IS NULL OR worker.last_heartbeat < clock_timestamp() - make_interval(secs => %(stalled)s))
  FOR UPDATE OF job SKIP LOCKED)
RETURNING id, task_name"""
_SWEEP: Final = "DELETE FROM procrastinate_jobs WHERE status IN ('succeeded', 'cancelled', 'aborted')"

logger = structlog.get_logger(__name__)


class JobWorker:
    """`run()` works until it is cancelled; jobs that run then may finish within `GRACE` seconds."""

    def __init__(
        self, app: procrastinate.App, *, concurrency: int, poll: float, stalled: float, rescue_every: float
    ) -> None:
        self._app = app
        self._concurrency = concurrency
        self._poll = poll
        self._stalled = stalled
        self._rescue_every = rescue_every

    async def run(self) -> None:
        while True:
            try:
                async with self._app.open_async():
                    await self._work()
                _stop_if_cancelled()
                logger.warning("job_worker_stopped")
            except (ConnectorException, psycopg.Error, OSError) as failure:
                _stop_if_cancelled()
                logger.warning("job_worker_interrupted", reason=type(failure).__name__)
            await asyncio.sleep(RESTART)

    async def _work(self) -> None:
        rescuing = asyncio.create_task(self._keep_rescuing(), name="job rescue")
        try:
            await self._app.run_worker_async(
                concurrency=self._concurrency,
                fetch_job_polling_interval=self._poll,
                update_heartbeat_interval=self._stalled / 3,
                stalled_worker_timeout=self._stalled,
                shutdown_graceful_timeout=GRACE,
                install_signal_handlers=False,  # signals are for whoever owns the process
                delete_jobs="successful",
            )
        finally:
            rescuing.cancel()

    async def _keep_rescuing(self) -> None:
        # Not a periodic job: four jobs that hang would keep it from running.
        while True:
            try:
                for job in await self._app.connector.execute_query_all_async(_RESCUE, stalled=self._stalled):
                    logger.warning("job_rescued", job=job["task_name"], job_id=job["id"])
                await self._app.connector.execute_query_async(_SWEEP)
            except ConnectorException as failure:
                logger.warning("job_rescue_interrupted", reason=type(failure).__name__)
            await asyncio.sleep(self._rescue_every)


def _stop_if_cancelled() -> None:
    """A worker that is ended while its database is away raises that failure in place of CancelledError."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def build_worker(
    dsn: str,
    handlers: Mapping[str, Handler],
    periodic: Sequence[tuple[str, str]] = (),
    *,
    concurrency: int = CONCURRENCY,
    poll: float = POLL,
    retry_unit: float = 1.0,
    stalled: float = STALLED,
    rescue_every: float = RESCUE_EVERY,
) -> JobWorker:
    """A worker that runs `handlers` by the names of their jobs, with the jobs' arguments by keyword.

    `periodic` names handlers without arguments to run by a cron line, once however many workers there are. `dsn` must
    lead to the server itself, because the worker listens for new jobs; times are in seconds. See `RetryByKind` for
    what a failure does.
    """
    connector = procrastinate.PsycopgConnector(
        conninfo=dsn,
        min_size=1,
        max_size=concurrency + 3,
        timeout=5.0,
        kwargs={"connect_timeout": 3, "application_name": "medianest jobs"},
    )
    app = procrastinate.App(connector=connector)
    app.job_manager = PatientOutcomes(connector)
    retry = RetryByKind(retry_unit)
    tasks = {
        name: app.task(name=name, queue=QUEUE, retry=retry)(_task(name, handler)) for name, handler in handlers.items()
    }
    for cron, name in periodic:
        app.periodic(cron=cron, lock=name, queueing_lock=name)(tasks[name])
    return JobWorker(app, concurrency=concurrency, poll=poll, stalled=stalled, rescue_every=rescue_every)


def _task(name: str, handler: Handler) -> Callable[..., Awaitable[None]]:
    async def task(timestamp: int | None = None, **args: Any) -> None:
        del timestamp  # the queue's own, for periodic jobs
        try:
            await handler(**args)
        except Refused as refused:
            # The domain's no is an answer, and asking again brings no other.
            logger.info("job_refused", job=name, code=refused.code)

    return task
