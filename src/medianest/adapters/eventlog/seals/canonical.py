"""The form in which a row of the log is sealed, and its digest.

The form is PostgreSQL's binary COPY format (documentation of COPY, "Binary Format") of one row: the number of fields
as int16, then each field as an int32 length (-1: NULL) and its bytes in network order. bigint and smallint are two's
complement, uuid its 16 bytes, timestamptz an int64 of microseconds since 2000-01-01 UTC, text and json their UTF-8.
It is the same in every version that MediaNest runs on, and what dump and restore, replication and `medianest export`
keep. The file's header and trailer are no part of it. The digest of a row is the SHA-256 of that form.
"""

import struct
from collections.abc import AsyncIterator, Generator
from hashlib import sha256
from typing import Any, Final

from psycopg import AsyncConnection, Connection

# Written out, and in this order for ever: a column that the table gains one day is not among what old seals cover.
COLUMNS: Final = (
    "position, category, stream_id, version, tag, schema, event_id, actor, session_id, correlation_id, causation_id,"
    " occurred_at, recorded_at, body"
)
AFTER: Final = (
    f"COPY (SELECT {COLUMNS} FROM events WHERE position > %s ORDER BY position LIMIT %s) TO STDOUT (FORMAT BINARY)"
)
BETWEEN: Final = (
    f"COPY (SELECT {COLUMNS} FROM events WHERE position > %s AND position <= %s ORDER BY position)"
    " TO STDOUT (FORMAT BINARY)"
)
UTF8: Final = "set_config('client_encoding', 'UTF8', true)"
"""Whoever digests rows selects this in their transaction first: text is sent in the encoding the client asks for."""

SIGNATURE: Final = b"PGCOPY\n\xff\r\n\0"
EXTENSION: Final = len(SIGNATURE) + 8
"""Where the header ends, apart from an extension whose length stands in its last four bytes."""
TRAILER: Final = b"\xff\xff"


Message = bytes | bytearray | memoryview

Digested = tuple[int, bytes]
"""A row of the log: its position, and the SHA-256 of its canonical form. A plain tuple: there are millions."""

POSITION: Final = 6
"""Where the value of the first field begins, which is the position: behind the number of fields and its length."""
_position: Final = struct.Struct(">q").unpack_from


async def next_rows(connection: AsyncConnection[Any], after: int, limit: int) -> list[Digested]:
    """The first `limit` rows behind position `after`, within a transaction that selected `UTF8`."""
    async with connection.cursor() as cursor, cursor.copy(AFTER, (after, limit)) as copy:
        messages: AsyncIterator[Any] = aiter(copy)
        return [_digested(row) async for message in messages if (row := _row(message))]


def rows_between(connection: Connection[Any], after: int, until: int) -> Generator[Digested, None, None]:
    """The rows with `after` < position <= `until`, as they come, within a transaction that selected `UTF8`."""
    with connection.cursor() as cursor, cursor.copy(BETWEEN, (after, until)) as copy:
        for message in copy:
            if row := _row(message):
                yield _digested(row)


def _row(message: Message) -> Message:
    """A CopyData message holds one row (documentation of the protocol, "COPY Operations"), the first of them behind
    the header; the last one is the trailer alone. Empty without a row. A row begins with 0: it has few fields."""
    if not message[0]:
        return message
    rest = bytes(message)
    if rest.startswith(SIGNATURE):
        rest = rest[EXTENSION + int.from_bytes(rest[EXTENSION - 4 : EXTENSION]) :]
    return b"" if rest == TRAILER else rest


def _digested(row: Message) -> Digested:
    return _position(row, POSITION)[0], sha256(row).digest()
