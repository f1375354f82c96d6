"""Trace steps, on a list."""

from collections.abc import Sequence
from datetime import datetime

from medianest.ports.traces import TraceStep


class FakeTraces:
    """Implements `Traces`: keeps them in `steps`."""

    def __init__(self) -> None:
        self.steps: list[TraceStep] = []

    def record(self, step: TraceStep) -> None:
        self.steps.append(step)

    async def of(self, correlation_id: str, *, limit: int) -> Sequence[TraceStep]:
        found = [step for step in self.steps if step.correlation_id == correlation_id]
        return sorted(found, key=lambda step: (step.began_at, step.step_id))[:limit]

    async def sweep(self, before: datetime) -> None:
        self.steps = [step for step in self.steps if step.began_at >= before]
