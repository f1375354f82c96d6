"""Verifying: the log and its seals side by side, from the database's own bytes, in memory that does not grow."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from threading import Event
from typing import Any, Final

import psycopg
from psycopg import Connection

from medianest.adapters.eventlog.seals.anchor import Anchor
from medianest.adapters.eventlog.seals.canonical import UTF8, Digested, rows_between
from medianest.adapters.eventlog.seals.chain import Chain, Link
from medianest.adapters.eventlog.seals.findings import NOWHERE, SealFault, SealReport, cut, difference
from medianest.adapters.eventlog.seals.seal import Seal, SealKeys
from medianest.domain.kernel import Refused
from medianest.ports.failures import LogUnavailable

LOWEST: Final = -(2**63)
HEAD: Final = "SELECT coalesce(max(position), 0) FROM events"
UNSEALED: Final = "SELECT count(*) FROM events WHERE position > %s"
CHECKED: Final = "SELECT position FROM seal_checks"
CONNECTION: Final[Mapping[str, Any]] = {
    "connect_timeout": 3,
    "application_name": "medianest verify",
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}

OnProgress = Callable[[int, int], None]
"""Told (positions looked at, positions in all), from another thread."""


class PositionAhead(Refused):
    code, kind = "position_ahead", "invalid"


class Stopped(Exception):
    """Whoever asked waits no longer."""


class SealVerifier:
    """`direct_url` leads to the server itself; `master` is the server's secret. Reads only."""

    def __init__(self, direct_url: str, master: bytes) -> None:
        self._url = direct_url
        self._keys = SealKeys(master)

    async def verify(
        self, *, after: int = 0, anchor: Anchor | None = None, on_progress: OnProgress | None = None
    ) -> SealReport:
        """Look at everything behind position `after`, from the beginning of the seal that covers the next one.

        In a thread of its own: a million digests must not hold up the event loop. Raises PositionAhead,
        LogUnavailable.
        """
        stop = Event()

        def progress(done: int, total: int) -> None:
            if stop.is_set():
                raise Stopped
            if on_progress is not None:
                on_progress(done, total)

        try:
            return await asyncio.to_thread(self._verify, after, anchor, progress)
        finally:
            stop.set()

    def _verify(self, after: int, anchor: Anchor | None, progress: OnProgress) -> SealReport:
        try:
            with psycopg.connect(self._url, autocommit=True, **CONNECTION) as connection:
                return _Walk(connection, Chain(connection, self._keys, anchor), progress).report(after)
        except psycopg.OperationalError as error:
            raise LogUnavailable from error


class _Walk:
    """One verification: stretch by stretch, so that no statement runs long and memory stays flat."""

    def __init__(self, connection: Connection[Any], chain: Chain, progress: OnProgress) -> None:
        self._connection = connection
        self._chain = chain
        self._progress = progress
        self._events = 0
        self._seals = 0
        self._good = chain.link

    def report(self, after: int) -> SealReport:
        began, head = time.monotonic(), self._number(HEAD)
        if 0 < after >= head:
            raise PositionAhead(f"There is no position {after + 1}: the log ends at {head}.")
        fault = self._chain.begin(after)
        begun = self._good = self._chain.link
        while fault is None:
            seals, fault = self._chain.next()
            if not seals:
                break
            fault = self._compare(seals, begun.last, head) or fault
        fault = fault or self._chain.end() or self._against_last_check()
        good = self._good
        return SealReport(
            after=begun.last,
            position=good.last,
            events=self._events,
            seals=self._seals,
            unsealed=self._number(UNSEALED, self._chain.link.last),
            seal=good.number,
            mac=good.mac,
            seconds=round(time.monotonic() - began, 3),
            fault=fault,
        )

    def _compare(self, seals: Sequence[tuple[Seal, Link]], begun: int, head: int) -> SealFault | None:
        """The first row that is not as one of `seals` says."""
        (first, _), (_, end) = seals[0], seals[-1]
        # Nothing may stand in front of the first event either.
        lowest = LOWEST if first.number == 1 else first.after
        with self._connection.transaction():
            self._connection.execute(f"SELECT {UTF8}")
            rows = rows_between(self._connection, lowest, end.last)
            row = next(rows, NOWHERE)
            for seal, link in seals:
                covered: list[Digested] = []
                while row[0] <= seal.last and len(covered) <= len(seal.positions):
                    covered.append(row)
                    row = next(rows, NOWHERE)
                if fault := difference(seal, covered):
                    rows.close()
                    return fault
                self._good = link
                self._events += len(covered)
                self._seals += 1
                self._progress(link.last - begun, max(head, link.last) - begun)
        return None

    def _against_last_check(self) -> SealFault | None:
        """An anchor of sorts, if only in the same database: how far the last check came."""
        checked, link = self._number(CHECKED), self._chain.link
        if checked <= link.last:
            return None
        why = f"The last check found the log sealed up to position {checked}; now the seals end at {link.last}."
        return cut(link.number + 1, link.last, checked, why)

    def _number(self, query: str, *values: int) -> int:
        row = self._connection.execute(query.encode(), values).fetchone()
        return int(row[0]) if row else 0
