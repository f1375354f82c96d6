"""How a job for later remembers in whose click it began: two of its arguments, which every reaction gives its jobs."""

from collections.abc import Mapping
from uuid import UUID

from medianest.domain.kernel import Recorded
from medianest.ports.event_log import Context
from medianest.ports.surroundings import Ids


def origin(recorded: Recorded) -> Mapping[str, str]:
    """The arguments of a job that follows from an event."""
    return {"correlation_id": recorded.correlation_id, "causation_id": str(recorded.event_id)}


def context_of(correlation_id: str | None, causation_id: str | None, ids: Ids) -> Context:
    """What such a job writes with: the thread that began with somebody's click, or a new one."""
    return Context(
        correlation_id=correlation_id or ids.new().hex,
        causation_id=UUID(causation_id) if causation_id else None,
    )
