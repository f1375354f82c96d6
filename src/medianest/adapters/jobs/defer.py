"""Adding jobs, alone or in somebody's transaction, and counting them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg_pool import AsyncConnectionPool

from medianest.application.long_jobs import LONG
from medianest.ports.work import Job, OpenJob

QUEUE: Final = "default"
LONG_QUEUE: Final = "long"

# Procrastinate's own function fails as a whole when one job of many waits already, and with it the transaction. The
# lock also keeps two jobs of the same name from running at once: both would look before either had acted. A job that
# runs by now is not met here: then the new one waits behind it.
_DEFER: Final = """
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args)
SELECT job.queue, job.name, job.lock, job.lock, job.args::jsonb
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]) AS job (queue, name, lock, args) ORDER BY job.lock
ON CONFLICT (queueing_lock) WHERE status = 'todo' DO UPDATE SET args = excluded.args, scheduled_at = NULL
WHERE excluded.queueing_lock = ANY(%s::text[])"""

_FIGURES: Final = """
SELECT count(*) FILTER (WHERE status = 'todo'), count(*) FILTER (WHERE status = 'doing'),
  count(*) FILTER (WHERE status = 'failed')
FROM procrastinate_jobs"""

_OF_CORRELATION: Final = """
SELECT task_name AS name, attempts, scheduled_at AS due_at, (args->>'causation_id')::uuid AS causation_id,
  CASE status WHEN 'todo' THEN 'waiting' WHEN 'failed' THEN 'failed' ELSE 'running' END AS status,
  coalesce((SELECT max(at) FROM procrastinate_events WHERE job_id = job.id), scheduled_at, now()) AS since
FROM procrastinate_jobs AS job
WHERE args->>'correlation_id' = %s AND status IN ('todo', 'doing', 'aborting', 'failed') ORDER BY id LIMIT %s"""


async def defer_jobs(connection: AsyncConnection[Any], jobs: Sequence[Job]) -> None:
    """Add `jobs` in the transaction of `connection`; those whose lock waits already are left out, and urgent ones take
    the place of what waits."""
    if not jobs:
        return
    chosen = _once_a_lock(jobs)
    queues = [queue_of(job.name) for job in chosen]
    names = [job.name for job in chosen]
    locks = [job.lock for job in chosen]
    args = [msgspec.json.encode(job.args).decode() for job in chosen]
    urgent = [job.lock for job in chosen if job.is_urgent]
    await connection.execute(_DEFER, (queues, names, locks, args, urgent))


def queue_of(name: str) -> str:
    """Where a job of this name waits for its place."""
    return LONG_QUEUE if name in LONG else QUEUE


def _once_a_lock(jobs: Sequence[Job]) -> Sequence[Job]:
    """As they would be left if they were added one after the other: one statement changes no row twice."""
    chosen: dict[object, Job] = {}
    for number, job in enumerate(jobs):
        place = number if job.lock is None else job.lock
        if place not in chosen or job.is_urgent:
            chosen[place] = job
    return list(chosen.values())


class ProcrastinateJobs:
    """Implements `Jobs`. `pool` raises LogUnavailable when the database is away."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        self._pool = pool

    async def defer(self, jobs: Sequence[Job]) -> None:
        async with self._pool.connection() as connection:
            await defer_jobs(connection, jobs)

    async def figures(self) -> Mapping[str, int]:
        """`waiting` (also for their next attempt), `running`, and `failed` for good."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_FIGURES)).fetchone()
        waiting, running, failed = row or (0, 0, 0)
        return {"waiting": waiting, "running": running, "failed": failed}

    async def of_correlation(self, correlation_id: str, *, limit: int) -> Sequence[OpenJob]:
        async with self._pool.connection() as connection, connection.cursor(row_factory=class_row(OpenJob)) as cursor:
            return await (await cursor.execute(_OF_CORRELATION, (correlation_id, limit))).fetchall()
