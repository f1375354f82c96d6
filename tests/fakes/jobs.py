"""Work for later, on a list."""

from collections.abc import Mapping, Sequence

from medianest.ports.work import Job, OpenJob


class FakeJobs:
    """Implements `Jobs`. While a job with the same lock waits in `waiting`, another one is not added, and an urgent one
    takes its place. `open` is what is told of correlations."""

    def __init__(self) -> None:
        self.waiting: list[Job] = []
        self.open: list[tuple[str, OpenJob]] = []

    async def defer(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            place = next((n for n, other in enumerate(self.waiting) if job.lock and other.lock == job.lock), None)
            if place is None:
                self.waiting.append(job)
            elif job.is_urgent:
                self.waiting[place] = job

    async def figures(self) -> Mapping[str, int]:
        return {"waiting": len(self.waiting), "running": 0, "failed": 0}

    async def of_correlation(self, correlation_id: str, *, limit: int) -> Sequence[OpenJob]:
        return [job for given, job in self.open if given == correlation_id][:limit]
