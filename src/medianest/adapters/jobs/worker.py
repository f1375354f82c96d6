"""The worker: runs jobs, puts those of dead workers back, and starts again by itself."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final
from uuid import UUID

import procrastinate
import psycopg
import structlog
from procrastinate.exceptions import ConnectorException
from procrastinate.worker import Worker

from medianest.adapters.jobs.defer import LONG_QUEUE, QUEUE, queue_of
from medianest.adapters.jobs.retrying import PatientOutcomes, RetryByKind
from medianest.application.long_jobs import LONG
from medianest.application.tracing import Step, Tracer
from medianest.domain.kernel import Refused

Handler = Callable[..., Awaitable[None]]

CONCURRENCY: Final = 4
LONG_CONCURRENCY: Final = 2
"""Long jobs at a time, beside the others."""
POLL: Final = 1.0
"""Seconds between looks for jobs whose time has come; new ones announce themselves."""
STALLED: Final = 30.0
"""Seconds without a heartbeat after which a worker counts as dead."""
RESCUE_EVERY: Final = 10.0
GRACE: Final = 2.0
"""Seconds that running jobs are given at the end; those that need longer start anew elsewhere. Less than the parent
gives its children (3 s): a worker that is killed instead leaves its jobs until it counts as dead."""
RESTART: Final = 1.0
ORIGIN: Final = ("correlation_id", "causation_id")
"""Arguments that say where a job comes from."""

# One statement, so that two workers never put the same job back twice. It waits for a job that is locked and then looks
# again, rather than skip it: a worker that starts takes the names of dead ones off their jobs at this very moment.
_RESCUE: Final = """
UPDATE procrastinate_jobs SET status = 'todo', attempts = attempts + 1, scheduled_at = NULL, abort_requested = false
WHERE id IN (
  SELECT job.id FROM procrastinate_jobs AS job LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
  WHERE job.status = 'doing'
    AND (worker.id IS NULL OR worker.last_heartbeat < clock_timestamp() - make_interval(secs => %(stalled)s))
  FOR UPDATE OF job)
RETURNING id, task_name"""
# A release with one queue left its long jobs in that, or still does so beside us.
_TO_THEIR_QUEUE: Final = """
UPDATE procrastinate_jobs SET queue_name = %(queue)s
WHERE status IN ('todo', 'doing') AND queue_name <> %(queue)s AND task_name = ANY(%(names)s)"""
_SWEEP: Final = "DELETE FROM procrastinate_jobs WHERE status IN ('succeeded', 'cancelled', 'aborted')"

logger = structlog.get_logger(__name__)


class JobWorker:
    """`run()` works until it is cancelled; jobs that run then may finish within `GRACE` seconds. `long` runs the long
    jobs, `app` all others; both have the same connector."""

    def __init__(
        self,
        app: procrastinate.App,
        long: procrastinate.App,
        *,
        concurrency: int,
        poll: float,
        stalled: float,
        rescue_every: float,
    ) -> None:
        self._app = app
        self._long = long
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
        await self._put_right()
        rescuing = asyncio.create_task(self._keep_rescuing(), name="job rescue")
        workers = [
            self._worker(self._app, QUEUE, self._concurrency),
            self._worker(self._long, LONG_QUEUE, LONG_CONCURRENCY),
        ]

        async def serve(worker: Worker) -> None:
            try:
                await worker.run()  # type: ignore[no-untyped-call]
            finally:
                for each in workers:
                    each.stop()  # type: ignore[no-untyped-call]

        try:
            # Whoever cancels this cancels both, as often as they do it.
            ended = await asyncio.gather(*map(serve, workers), return_exceptions=True)
        finally:
            rescuing.cancel()
        for failure in ended:
            if failure is not None:
                raise failure

    def _worker(self, app: procrastinate.App, queue: str, concurrency: int) -> Worker:
        return Worker(
            app,
            queues=[queue],
            concurrency=concurrency,
            fetch_job_polling_interval=self._poll,
            update_heartbeat_interval=self._stalled / 3,
            stalled_worker_timeout=self._stalled,
            shutdown_graceful_timeout=GRACE,
            install_signal_handlers=False,  # signals are for whoever owns the process
            delete_jobs="successful",
        )

    async def _keep_rescuing(self) -> None:
        # Not a periodic job: jobs that hang would keep it from running.
        while True:
            await asyncio.sleep(self._rescue_every)
            try:
                await self._put_right()
            except ConnectorException as failure:
                logger.warning("job_rescue_interrupted", reason=type(failure).__name__)

    async def _put_right(self) -> None:
        execute = self._app.connector.execute_query_async
        await execute(_TO_THEIR_QUEUE, queue=LONG_QUEUE, names=list(LONG))
        for job in await self._app.connector.execute_query_all_async(_RESCUE, stalled=self._stalled):
            logger.warning("job_rescued", job=job["task_name"], job_id=job["id"])
        await execute(_SWEEP)


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
    tracer: Tracer | None = None,
) -> JobWorker:
    """A worker that runs `handlers` by the names of their jobs, with the jobs' arguments by keyword.

    Of these, `correlation_id` and `causation_id` say where a job comes from: every attempt at one that has the first
    leaves a step with `tracer`. Handlers that do not ask for them do not get them.

    `periodic` names handlers without arguments to run by a cron line, once however many workers there are. `dsn` must
    lead to the server itself, because the worker listens for new jobs; times are in seconds. See `RetryByKind` for
    what a failure does. `concurrency` is that of all jobs that are not long.
    """
    connector = procrastinate.PsycopgConnector(
        conninfo=dsn,
        min_size=1,
        max_size=concurrency + 3,
        timeout=5.0,
        kwargs={"connect_timeout": 3, "application_name": "medianest jobs"},
    )
    tasks = {name: _task(name, handler, tracer) for name, handler in handlers.items()}
    app, long = (_app(connector, tasks, RetryByKind(retry_unit)) for _ in range(2))
    for cron, name in periodic:
        # Each half has the clock of its own jobs. One without any would not notice (in procrastinate 3.10) that its
        # heartbeat has ended, and its jobs would be taken for those of a dead worker.
        its = long if queue_of(name) == LONG_QUEUE else app
        its.periodic(cron=cron, lock=name, queueing_lock=name)(its.tasks[name])
    return JobWorker(app, long, concurrency=concurrency, poll=poll, stalled=stalled, rescue_every=rescue_every)


def _app(
    connector: procrastinate.PsycopgConnector, tasks: Mapping[str, Handler], retry: RetryByKind
) -> procrastinate.App:
    app = procrastinate.App(connector=connector)
    app.job_manager = PatientOutcomes(connector)
    for name, task in tasks.items():
        app.task(name=name, queue=queue_of(name), retry=retry)(task)
    return app


def _task(name: str, handler: Handler, tracer: Tracer | None) -> Callable[..., Awaitable[None]]:
    asked_for = inspect.signature(handler).parameters
    takes_all = any(parameter.kind is parameter.VAR_KEYWORD for parameter in asked_for.values())

    async def task(timestamp: int | None = None, **args: Any) -> None:
        del timestamp  # the queue's own, for periodic jobs
        given = {key: args[key] for key in args if takes_all or key in asked_for or key not in ORIGIN}
        with _step(tracer, name, args) as step:
            try:
                await handler(**given)
            except Refused as refused:
                # The domain's no is an answer, and asking again brings no other.
                step.outcome = f"refused:{refused.code}"
                logger.info("job_refused", job=name, code=refused.code)

    return task


def _step(tracer: Tracer | None, name: str, args: Mapping[str, Any]) -> AbstractContextManager[Step]:
    correlation_id, causation_id = (args.get(key) for key in ORIGIN)
    if tracer is None or correlation_id is None:
        return nullcontext(Step(name=name))
    cause = UUID(causation_id) if causation_id else None
    return tracer.begin("job", name, correlation_id=correlation_id, causation_id=cause)
