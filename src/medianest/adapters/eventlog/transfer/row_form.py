"""A row of the log in its canonical form (see `seals.canonical`), made from its values: what is hashed to compare it
with its seal is the very same that is sent to the database."""

import struct
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection

from medianest.adapters.eventlog.rows import StoredRow
from medianest.adapters.eventlog.seals.canonical import COLUMNS, SIGNATURE, TRAILER

EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
NULL: Final = struct.pack(">i", -1)
HEADER: Final = SIGNATURE + bytes(8)
COPY: Final = f"COPY events ({COLUMNS}) FROM STDIN (FORMAT BINARY)"


def canonical_form(row: StoredRow) -> bytes:
    """Raises struct.error for a number that its column cannot hold."""
    fields = (
        struct.pack(">q", row.position),
        row.category.encode(),
        row.stream_id.bytes,
        struct.pack(">q", row.version),
        row.tag.encode(),
        struct.pack(">h", row.schema),
        row.event_id.bytes,
        row.actor.bytes,
        _id(row.session_id),
        row.correlation_id.encode(),
        _id(row.causation_id),
        _time(row.occurred_at),
        _time(row.recorded_at),
        row.body,
    )
    sized = (NULL if field is None else struct.pack(">i", len(field)) + field for field in fields)
    return struct.pack(">h", len(fields)) + b"".join(sized)


async def insert(connection: AsyncConnection[Any], forms: Iterable[bytes]) -> None:
    """Add rows to the log as they are, positions included. Raises what psycopg raises."""
    async with connection.cursor() as cursor, cursor.copy(COPY.encode()) as copy:
        await copy.write(b"".join((HEADER, *forms, TRAILER)))


def _id(value: UUID | None) -> bytes | None:
    return None if value is None else value.bytes


def _time(moment: datetime) -> bytes:
    return struct.pack(">q", (moment - EPOCH) // MICROSECOND)
