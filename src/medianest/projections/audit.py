"""Who did what, when, and what it followed from: one line for every event of the log, for ever."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from medianest.domain.kernel import Recorded
from medianest.projections.kernel import Projection, Touch


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """`tag` is the stored name of the event, `stream_id` what it happened to and `version` its number there. What the
    event says stays in the log: a line holds ids alone, so there is nothing in it to forget."""

    position: int
    recorded_at: datetime
    occurred_at: datetime
    actor: UUID
    category: str
    stream_id: UUID
    version: int
    tag: str
    correlation_id: str
    causation_id: UUID | None
    session_id: UUID | None


def touches(recorded: Recorded) -> Sequence[Touch]:
    return (Touch("position", recorded.position),)


def apply(entry: AuditEntry | None, recorded: Recorded) -> AuditEntry:
    return entry or AuditEntry(
        position=recorded.position,
        recorded_at=recorded.recorded_at,
        occurred_at=recorded.occurred_at,
        actor=recorded.actor,
        category=recorded.category,
        stream_id=recorded.stream_id,
        version=recorded.version,
        tag=recorded.event.tag,
        correlation_id=recorded.correlation_id,
        causation_id=recorded.causation_id,
        session_id=recorded.session_id,
    )


AUDIT: Final[Projection[AuditEntry]] = Projection(
    name="audit",
    shape=1,
    row=AuditEntry,
    key="position",
    events=None,
    touches=touches,
    apply=apply,
    is_append_only=True,
)
