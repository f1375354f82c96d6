"""The audit trail as a file: lines of JSON, or a table for a spreadsheet, made a piece at a time."""

import csv
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from io import StringIO
from typing import Final, Literal

from medianest.adapters.http.resources import EventResource, encode, event_resource
from medianest.application.queries.audit import ReadAudit
from medianest.ports.audit import AuditFilter
from medianest.ports.front_door import Queries

NDJSON: Final = "application/x-ndjson"
CSV: Final = "text/csv"

PIECE: Final = 200
"""Events that are held at once."""

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet may take for the beginning of a formula (OWASP, "CSV Injection"): the last ones are the full-width
forms of the first four, which some of them read alike."""

HEADS: Final = (
    *("position", "recordedAt", "occurredAt", "actorId", "actor", "category", "stream", "version", "action"),
    *("sentence", "correlationId", "causationId", "sessionId", "body"),
)


CUT_OFF: Final = "Cut off: you may no longer read this."
"""The last line for somebody whose rights or session ended while they were reading."""


async def exported(
    queries: Queries,
    criteria: AuditFilter,
    form: Literal["ndjson", "csv"],
    *,
    until: int,
    is_welcome: Callable[[], Awaitable[bool]],
    piece: int = PIECE,
) -> AsyncIterator[bytes]:
    """Everything that fits `criteria` up to position `until`, the oldest first. It ends, however slow the reader is and
    whatever is recorded meanwhile; `is_welcome` is asked before each piece."""
    if form == "csv":
        yield _table([HEADS])
    after = 0
    while True:
        if not await is_welcome():
            yield _table([[CUT_OFF]]) if form == "csv" else encode({"cutOff": CUT_OFF}) + b"\n"
            return
        lines = await queries.ask(ReadAudit(criteria=criteria, after=after, until=until, limit=piece))
        events = [event_resource(line) for line in lines]
        if events:
            after = events[-1].position
            yield _table(_rows(events)) if form == "csv" else b"".join(encode(one) + b"\n" for one in events)
        if len(events) < piece:
            return


def _rows(events: Sequence[EventResource]) -> list[Sequence[str]]:
    return [
        (
            str(one.position),
            _rfc3339(one.recorded_at),
            _rfc3339(one.occurred_at),
            str(one.actor.id),
            one.actor.name or "",
            one.category,
            str(one.stream),
            str(one.version),
            one.action,
            one.sentence,
            one.correlation_id,
            str(one.causation_id or ""),
            str(one.session_id or ""),
            encode(one.body).decode(),
        )
        for one in events
    ]


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _table(rows: Sequence[Sequence[str]]) -> bytes:
    written = StringIO()
    csv.writer(written).writerows([_harmless(cell) for cell in row] for row in rows)
    return written.getvalue().encode()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
