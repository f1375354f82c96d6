"""A worker whose only job never ends: `python -m tests.programs.job_worker DATABASE_URL`. It says when it begins."""

import asyncio
import sys

from medianest.adapters.jobs.worker import build_worker


async def hang() -> None:
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(build_worker(sys.argv[1], {"work": hang}).run())
