"""A log many times as large as the one it is made from: as if so many such houses had lived under one roof.

Every append of the smaller log comes so many times in a row, each time of other people with other streams: what differs
are the ids, in the columns and in the bodies alike, by another permutation of their hexadecimal digits. So people,
streams, sizes and the time that all of it took are spread as in the smaller log. Nobody has a key in the larger one:
what was sealed there reads as forgotten.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Final

import psycopg

from medianest.adapters.eventlog.rows import COLUMNS, LOG_CHANNEL, StoredRow
from medianest.main.demo.fill import ANSWERED, CONTINUE

IDS: Final = re.compile(rb"\b([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32})\b")
"""UUIDs, and what clicks are known by."""
DIGITS: Final = b"123456789abcdef"
"""Without the 0: the system's id, which is nothing else, stays what it is."""
MOST: Final = len(DIGITS)
"""Times. Digits that go round once more are the first ones again."""
RECORDED_AT: Final = StoredRow._fields.index("recorded_at")
PACKET: Final = 1 << 20
"""Bytes that are sent together."""

INDEXES: Final = """SELECT 'DROP INDEX ' || indexrelid::regclass, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = 'events'::regclass AND NOT indisprimary ORDER BY indexrelid"""
KEY: Final = """SELECT format('ALTER TABLE events DROP CONSTRAINT %I', conname),
  format('ALTER TABLE events ADD CONSTRAINT %I %s', conname, pg_get_constraintdef(oid))
FROM pg_constraint WHERE conrelid = 'events'::regclass AND contype = 'p'"""
# A whole index goes into the WAL: packing it takes longer than building it.
SETTINGS: Final = """SELECT set_config('maintenance_work_mem', '512MB', false),
  set_config('wal_compression', 'off', false)"""


def enlarge(source: str, target: str, times: int) -> int:
    """Fill the migrated, empty log at `target` with that at `source`, so many times, as whoever owns the server; how
    many events there are then.

    Raises ValueError for more than `MOST` times.
    """
    if not 1 <= times <= MOST:
        raise ValueError(f"a log is enlarged 1 to {MOST} times, not {times}")
    with psycopg.connect(source) as reading, psycopg.connect(target, autocommit=True) as writing:
        writing.execute(SETTINGS)
        with _without_indexes(writing), writing.transaction():
            events = _copied(reading, writing, times)
            writing.execute(CONTINUE, {"head": events, "channel": LOG_CHANNEL})
            writing.execute(ANSWERED, (events,))
    return events


@contextmanager
def _without_indexes(connection: psycopg.Connection) -> Iterator[None]:
    """Built when all is there, they take a fraction of the time of indexes that grow with it."""
    built = [*connection.execute(INDEXES), *connection.execute(KEY)]
    for drop, _ in built:
        connection.execute(drop)
    yield
    for _, build in built:
        connection.execute(build)


def _copied(reading: psycopg.Connection, writing: psycopg.Connection, times: int) -> int:
    events = size = 0
    packet: list[bytes] = []
    with (
        reading.cursor().copy(f"COPY (SELECT {COLUMNS} FROM events ORDER BY position) TO STDOUT".encode()) as rows,
        writing.cursor().copy(f"COPY events ({COLUMNS}) FROM STDIN".encode()) as copy,
    ):
        for events, line in enumerate(_repeated(map(bytes, rows), times), start=1):
            packet.append(b"%d\t%b" % (events, line))
            size += len(line)
            if size > PACKET:
                copy.write(b"".join(packet))
                packet, size = [], 0
        copy.write(b"".join(packet))
    return events


def _repeated(rows: Iterable[bytes], times: int) -> Iterator[bytes]:
    """Rows in the text format of COPY, without their positions."""
    tables = [bytes.maketrans(DIGITS, DIGITS[turn:] + DIGITS[:turn]) for turn in range(times)]
    for _, append in groupby(rows, lambda row: row.split(b"\t", RECORDED_AT + 1)[RECORDED_AT]):
        lines = [IDS.split(row.partition(b"\t")[2]) for row in append]
        for table in tables:
            for parts in lines:
                moved = parts.copy()
                moved[1::2] = b" ".join(parts[1::2]).translate(table).split(b" ")
                yield b"".join(moved)
