"""When a job that did not succeed is tried again."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final

import psycopg
import structlog
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.exceptions import ConnectorException, JobAborted
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

from medianest.ports.failures import Unavailable

LONGEST: Final = 60.0
LONGEST_ASKED: Final = 600.0
"""Seconds that a server may ask us to stay away. One that says a day is up again sooner, as a rule."""
TRIES: Final = 5
OUTAGE: Final = 60.0
"""Seconds for which the outcome of a job is kept while the database is away."""

logger = structlog.get_logger(__name__)


class RetryByKind(BaseRetryStrategy):
    """What is unavailable is tried again for ever, after 1, 2, 4, up to 60 times `unit` seconds, and not before it
    asks for, within `LONGEST_ASKED`. A job that was interrupted by the end of its worker starts anew at once. Anything
    else is a bug: it is tried `TRIES` times, for it may be a passing one, and then kept as failed."""

    def __init__(self, unit: float = 1.0) -> None:
        self._unit = unit

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, JobAborted | asyncio.CancelledError):
            return RetryDecision()
        pause = min(2.0 ** min(job.attempts, 10), LONGEST) * self._unit
        if isinstance(exception, Unavailable):
            return _in(max(pause, min(exception.retry_after, LONGEST_ASKED)))
        return _in(pause) if job.attempts + 1 < TRIES else None


def _in(seconds: float) -> RetryDecision:
    return RetryDecision(retry_at=datetime.now(UTC) + timedelta(seconds=seconds))


class PatientOutcomes(JobManager):
    """Waits for the database before it records what became of a job. Otherwise a job that ended during a short outage
    would count as running for as long as its worker lives."""

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        deadline = _now() + OUTAGE
        while True:
            try:
                return await super().finish_job(job, status, delete_job)
            except ConnectorException as failure:
                await _pause(failure, deadline)

    async def retry_job(
        self,
        job: Job,
        retry_at: datetime | None = None,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        deadline = _now() + OUTAGE
        while True:
            try:
                return await super().retry_job(job, retry_at, priority, queue, lock)
            except ConnectorException as failure:
                await _pause(failure, deadline)


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _pause(failure: ConnectorException, deadline: float) -> None:
    """Raises `failure` when it is no outage, or when that has lasted too long."""
    if not isinstance(failure.__cause__, psycopg.OperationalError | psycopg.InterfaceError) or _now() > deadline:
        raise failure
    logger.warning("job_outcome_waits", reason=type(failure.__cause__).__name__)
    await asyncio.sleep(1.0)
