"""How fast the log is read from end to end: our complete records against a bare loop over a binary COPY."""

import asyncio
import struct
import time
from collections.abc import Awaitable, Callable, Mapping
from statistics import median
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from benchmarks.databases import log_of
from benchmarks.report import Table
from medianest.application.collector import paused_collector
from medianest.domain.catalog import EVENT_TYPES
from medianest.domain.personal import personal_fields
from medianest.ports.event_log import EventLog

ROUNDS = 3
PAGE = 500
BARE = "COPY (SELECT position, stream_id, version, tag, body FROM events ORDER BY position) TO STDOUT (FORMAT BINARY)"
HEADER = 19  # bytes: signature, flags and length of an extension (PostgreSQL documentation, "COPY")
UUID_AT, VERSION_AT, TAG_AT = 18, 38, 50  # in a row: two bytes of count, and before each field four of its length


async def measure(url: str, key: bytes) -> Table:
    """On the log at `url`, which holds some events; `key` is the server's.

    Rounds in turn, so that a busy moment of the machine meets everybody.
    """
    rates: dict[str, list[float]] = {}
    async with log_of(url, key) as log:
        head = await log.head()
        readers: Mapping[str, Callable[[], Awaitable[int]]] = {
            "bare COPY, sealed fields left as they are": lambda: asyncio.to_thread(_bare, url),
            "our log, `scan`": lambda: _scanned(log, head),
            f"our log, `read` in pages of {PAGE:,}": lambda: _paged(log),
        }
        events = await _scanned(log, head)
        for _ in range(ROUNDS):
            for name, read in readers.items():
                began = time.perf_counter()
                with paused_collector():  # as whoever rebuilds, verifies or follows the log does
                    count = await read()
                if count != events:
                    raise RuntimeError(f"{name} did not read everything")
                rates.setdefault(name, []).append(events / (time.perf_counter() - began))
    baseline = next(iter(rates.values()))
    rows = [
        [name, f"{median(own):,.0f}", f"{median(a / b for a, b in zip(own, baseline, strict=True)):.2f}"]
        for name, own in rates.items()
    ]
    note = (
        f"{events:,} events of a made-up house, read from end to end into typed events; {ROUNDS} rounds in turn, "
        "medians. The bare loop reads position, stream, version, name and body; ours also actor, ids, times and "
        "correlation, and opens what is sealed."
    )
    return Table("Reading the log", note, ("who reads", "events/s", "ratio"), rows)


async def _scanned(log: EventLog, until: int) -> int:
    return sum([len(batch) async for batch in log.scan(after=0, until=until)])


async def _paged(log: EventLog) -> int:
    """As those who follow it read."""
    after = count = 0
    while page := await log.read(after=after, limit=PAGE):
        after, count = page[-1].position, count + len(page)
    return count


def _bare(url: str) -> int:
    decoders: dict[bytes, Callable[[bytes], Any]] = {
        tag.encode(): msgspec.json.Decoder(dict if personal_fields(event_type) else event_type).decode
        for tag, event_type in EVENT_TYPES.items()
    }
    position_of, length_of = struct.Struct("!q").unpack_from, struct.Struct("!i").unpack_from
    count = 0
    with psycopg.connect(url) as connection, connection.cursor() as cursor, cursor.copy(BARE) as copy:
        for message in copy:
            row = bytes(message)[HEADER:] if count == 0 else bytes(message)
            if len(row) == 2:
                continue  # the trailer
            tag_ends = TAG_AT + length_of(row, TAG_AT - 4)[0]
            _event = (
                position_of(row, 6)[0],
                UUID(bytes=row[UUID_AT : UUID_AT + 16]),
                position_of(row, VERSION_AT)[0],
                decoders[row[TAG_AT:tag_ends]](row[tag_ends + 4 :]),
            )
            count += 1
    return count
