"""Verifying the seals beside the least that could be done: the same rows by COPY, and a SHA-256 of each."""

import asyncio
import time
from hashlib import sha256
from statistics import median
from typing import Any

import psycopg

from benchmarks.report import Table
from medianest.adapters.eventlog.codec import EventCodec
from medianest.adapters.eventlog.memory import MemoryEventLog, MemoryKeyring
from medianest.adapters.eventlog.seals.canonical import BETWEEN
from medianest.adapters.eventlog.seals.sealer import Sealer
from medianest.adapters.eventlog.seals.verifying import SealVerifier
from medianest.adapters.postgres.pool import Database
from medianest.adapters.system.surroundings import UtcClock

ROUNDS = 3
END = 2**63 - 1


async def measure(url: str, key: bytes) -> Table:
    """On the log at `url`, which holds some events; what is not sealed there is sealed first. `key` is the server's.

    Rounds in turn, so that a busy moment of the machine meets both. Raises RuntimeError for a log that was touched.
    """
    clock = UtcClock()
    async with Database(url) as pool:
        # The log is for its wake-ups alone, and nothing waits here.
        sealer = Sealer(pool, MemoryEventLog(EventCodec({}, MemoryKeyring()), clock), key, clock)
        before = await _sealed(pool)
        began = time.perf_counter()
        await sealer.catch_up()
        sealing = time.perf_counter() - began
        newly = await _sealed(pool) - before
    verifier = SealVerifier(url, key)
    bare: list[float] = []
    ours: list[float] = []
    events = 0
    for _ in range(ROUNDS):
        began = time.perf_counter()
        events = await asyncio.to_thread(_bare, url)
        bare.append(time.perf_counter() - began)
        began = time.perf_counter()
        report = await verifier.verify()
        ours.append(time.perf_counter() - began)
        if report.fault is not None or report.events != events:
            raise RuntimeError("the log of the benchmark is not what was sealed")
    ratios = [least / own for least, own in zip(bare, ours, strict=True)]
    rows = [
        ["bare: COPY and SHA-256 of each row", f"{median(bare):.1f} s", f"{events / median(bare):,.0f}", "1.00"],
        ["verify", f"{median(ours):.1f} s", f"{events / median(ours):,.0f}", f"{median(ratios):.2f}"],
    ]
    if newly:
        rows.append(["sealing a log that was not sealed", f"{sealing:.1f} s", f"{newly / sealing:,.0f}", ""])
    note = (
        f"{events:,} events; {ROUNDS} rounds in turn, medians. Verifying also compares every digest and position with"
        " the seals, and the seals with one another."
    )
    return Table("Verifying the seals", note, ("what", "time", "events/s", "ratio"), rows)


async def _sealed(pool: Database) -> int:
    async with pool.connection() as connection:
        ((count,),) = await (
            await connection.execute("SELECT coalesce(sum(cardinality(positions)), 0)::bigint FROM seals")
        ).fetchall()
    return int(count)


def _bare(url: str) -> int:
    """How many rows there are."""
    rows = 0
    connection: psycopg.Connection[Any]
    with psycopg.connect(url) as connection, connection.cursor() as cursor, cursor.copy(BETWEEN, (0, END)) as copy:
        for message in copy:
            sha256(message).digest()
            rows += 1
    return rows - 1  # the trailer is a message too
