"""Rows of a view as COPY takes them in its binary format: the quickest way to put many rows where there are none.

Format: the documentation of PostgreSQL, "COPY", "Binary Format"; arrays and jsonb as their types' receive functions
read them.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from medianest.adapters.postgres.view_table import ViewTable

HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER: Final = b"\xff\xff"
NULL: Final = b"\xff\xff\xff\xff"
EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
JSONB_VERSION: Final = b"\x01"
UUID_OID: Final = 2950
TEXT_OID: Final = 25

_pack_size = struct.Struct("!i").pack
_pack_sized_int = struct.Struct("!iq").pack
_pack_array = struct.Struct("!iiIii").pack

Encode = Callable[[Any], bytes]
"""A value, not None, as a field: its length in four bytes, then its bytes."""


def rows_as_bytes(table: ViewTable[Any]) -> Callable[[Sequence[Any]], bytes]:
    """What turns rows of `table` into the body of a COPY, between `HEADER` and `TRAILER`."""
    start = struct.pack("!h", len(table.columns))
    fields = [(column.name, _FIELDS[column.type]) for column in table.columns]

    def encode(rows: Sequence[Any]) -> bytes:
        parts: list[bytes] = []
        add = parts.append
        for row in rows:
            add(start)
            for name, field in fields:
                value = getattr(row, name)
                add(NULL if value is None else field(value))
        return b"".join(parts)

    return encode


def _uuid(value: UUID) -> bytes:
    return b"\0\0\0\x10" + value.bytes


def _int(value: int) -> bytes:
    return _pack_sized_int(8, value)


def _bool(value: bool) -> bytes:
    return b"\0\0\0\x01\x01" if value else b"\0\0\0\x01\0"


def _text(value: str) -> bytes:
    encoded = value.encode()
    if b"\x00" in encoded:  # which text in Postgres cannot hold
        encoded = encoded.replace(b"\x00", b"")
    return _pack_size(len(encoded)) + encoded


def _moment(value: datetime) -> bytes:
    since = value - EPOCH
    return _pack_sized_int(8, (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds)


def _jsonb(value: object) -> bytes:
    encoded = msgspec.json.encode(value)
    return _pack_size(len(encoded) + 1) + JSONB_VERSION + encoded


def _array(members: Sequence[bytes], oid: int) -> bytes:
    """One dimension without NULL; an empty array has none."""
    if not members:
        return struct.pack("!iiiI", 12, 0, 0, oid)
    body = b"".join(members)
    return _pack_size(20 + len(body)) + _pack_array(1, 0, oid, len(members), 1) + body


def _uuids(value: Sequence[UUID]) -> bytes:
    return _array([_uuid(member) for member in value], UUID_OID)


def _texts(value: Sequence[str]) -> bytes:
    return _array([_text(member) for member in value], TEXT_OID)


_FIELDS: Final[Mapping[str, Encode]] = {
    "uuid": _uuid,
    "bigint": _int,
    "boolean": _bool,
    "text": _text,
    "timestamptz": _moment,
    "jsonb": _jsonb,
    "uuid[]": _uuids,
    "text[]": _texts,
}
