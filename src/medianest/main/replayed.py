"""An event of the log as a line of JSON, for programs."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from medianest.application.queries.lines import plain
from medianest.domain.kernel import Recorded


class _Line(msgspec.Struct, rename="camel"):
    position: int
    category: str
    stream: UUID
    version: int
    action: str
    schema: int
    event_id: UUID
    actor: UUID
    session_id: UUID | None
    correlation_id: str
    causation_id: UUID | None
    occurred_at: datetime
    recorded_at: datetime
    body: dict[str, Any]


_ENCODER: Final = msgspec.json.Encoder()


def replayed(recorded: Recorded) -> bytes:
    """With its newline. `schema` is the shape of the body, today's whatever it was stored in; times are UTC."""
    line = _Line(
        position=recorded.position,
        category=recorded.category,
        stream=recorded.stream_id,
        version=recorded.version,
        action=recorded.event.tag,
        schema=recorded.event.schema,
        event_id=recorded.event_id,
        actor=recorded.actor,
        session_id=recorded.session_id,
        correlation_id=recorded.correlation_id,
        causation_id=recorded.causation_id,
        occurred_at=recorded.occurred_at,
        recorded_at=recorded.recorded_at,
        body=plain(recorded.event),
    )
    return _ENCODER.encode(line) + b"\n"
