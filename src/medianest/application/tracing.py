"""Which step is under way: so that a call deep inside a request or a job is known to be a part of it.

with tracer.begin("job", "hand_on", correlation_id=..., causation_id=...) as step:   # at the edge
    ...
    with part("call", "overseerr POST /api/v1/request") as call:                     # anywhere below
        call.outcome = "201"
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from medianest.domain.kernel import Refused
from medianest.ports.surroundings import Clock, Ids
from medianest.ports.traces import StepKind, Traces, TraceStep

OK: Final = "ok"


@dataclass(slots=True, kw_only=True)
class Step:
    """What is under way. `name` and `outcome` may be filled in while it runs; without an outcome it is `ok`, or what
    the failure that ends it is called. `is_kept = False` leaves no trace of it."""

    name: str
    outcome: str = ""
    is_kept: bool = True


@dataclass(frozen=True, slots=True)
class _Thread:
    """The step under way, as its parts see it."""

    tracer: "Tracer"
    correlation_id: str
    step_id: UUID


_current: Final[ContextVar[_Thread | None]] = ContextVar("medianest_step", default=None)


class Tracer:
    """Times steps and hands them to `traces`."""

    def __init__(self, traces: Traces, clock: Clock, ids: Ids) -> None:
        self._traces = traces
        self._clock = clock
        self._ids = ids

    @contextmanager
    def begin(
        self,
        kind: StepKind,
        name: str,
        *,
        correlation_id: str,
        causation_id: UUID | None = None,
        parent_id: UUID | None = None,
    ) -> Iterator[Step]:
        """A step of the story `correlation_id`, which ends with the block. Whatever the block raises goes on."""
        step = Step(name=name)
        thread = _Thread(self, correlation_id, self._ids.new())
        token = _current.set(thread)
        began_at = self._clock.now()
        failure: BaseException | None = None
        try:
            yield step
        except BaseException as error:
            failure = error
            raise
        finally:
            _current.reset(token)
            if step.is_kept:
                self._traces.record(
                    TraceStep(
                        step_id=thread.step_id,
                        correlation_id=correlation_id,
                        parent_id=parent_id,
                        causation_id=causation_id,
                        kind=kind,
                        name=step.name,
                        outcome=step.outcome or _outcome_of(failure),
                        began_at=began_at,
                        ended_at=max(began_at, self._clock.now()),  # a clock may be set back
                    )
                )


@contextmanager
def part(kind: StepKind, name: str) -> Iterator[Step]:
    """A part of the step under way. Outside of any, such as in a periodic job, nothing is recorded."""
    thread = _current.get()
    if thread is None:
        yield Step(name=name)
        return
    with thread.tracer.begin(kind, name, correlation_id=thread.correlation_id, parent_id=thread.step_id) as step:
        yield step


def _outcome_of(failure: BaseException | None) -> str:
    """By its class alone: the text of a failure may quote what somebody wrote."""
    match failure:
        case None:
            return OK
        case Refused(code=code):
            return f"refused:{code}"
        case asyncio.CancelledError():  # given up: by a deadline, or by the end of the process
            return "interrupted"
    return f"failed:{type(failure).__name__}"
