"""The writer: appends of this process share transactions.

While one batch commits, the next one gathers, so the batch grows with the load by itself and a lone caller never
waits. One connection, one task; the log's lock keeps the writers of other processes apart.
"""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection, errors

from medianest.adapters.eventlog.connection import connect, is_passing
from medianest.adapters.eventlog.room import Room
from medianest.adapters.eventlog.rows import Placed
from medianest.adapters.eventlog.transaction import Accepted, Repeated, Waiting, write_batch
from medianest.ports.event_log import Append, Conflict, LogFull, ReceiptTaken
from medianest.ports.failures import LogUnavailable

BATCH: Final = 512
EVENTS: Final = 2_000
"""With so many a batch has enough: the answer to them fits into what a connection takes unread, so that a process which
is frozen before it reads it does not hold up the database, and with it the lock."""

PATIENCE: Final = 5.0
"""Seconds a caller waits before it is told that the log is away."""
RECONNECTING: Final = 0.7
"""The part of its callers' patience that a batch waits for the database to come back."""
PAUSE: Final = 0.1


class AppendWriter:
    """`async with AppendWriter(url) as writer:`; leaving records what still waits. `patience` is in seconds. `room`
    hears whether there was some."""

    def __init__(self, url: str, *, room: Room | None = None, patience: float = PATIENCE) -> None:
        self._url = url
        self._room = room
        self._patience = patience
        self._queue: deque[Waiting] = deque()
        self._wake = asyncio.Event()
        self._connection: AsyncConnection[Any] | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_closing = False

    async def __aenter__(self) -> "AppendWriter":
        self._is_closing = False
        self._task = asyncio.create_task(self._run(), name="event log writer")
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._is_closing = True
        self._wake.set()
        if self._task is not None:
            # Callers wait no longer than this either, so whatever is left then has nobody who waits for it.
            _, late = await asyncio.wait({self._task}, timeout=self._patience)
            for task in late:
                task.cancel()
            self._task = None
        await self._disconnect()

    async def write(self, append: Append, placed: Sequence[Placed]) -> Accepted | Repeated:
        """Record `append` with the batch it falls into. Raises Conflict, ReceiptTaken, LogUnavailable, LogFull.

        After LogUnavailable it may have been recorded all the same; repeating it is safe. A caller that is cancelled
        takes its append back if the batch has not begun, and changes nothing for others.
        """
        if self._is_closing or self._task is None:
            raise LogUnavailable
        waiting = Waiting(append, placed, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._wake.set()
        try:
            async with asyncio.timeout(self._patience):
                outcome = await waiting.answer
        except TimeoutError:
            raise LogUnavailable from TimeoutError(f"not recorded within {self._patience:g} s")
        if isinstance(outcome, Conflict | ReceiptTaken):
            raise outcome
        return outcome

    async def _run(self) -> None:
        while not (self._is_closing and not self._queue):
            await self._wake.wait()
            self._wake.clear()
            while batch := self._next_batch():
                await self._record(batch)

    def _next_batch(self) -> Sequence[Waiting]:
        """Those who have waited longest, without whoever gave up."""
        batch: list[Waiting] = []
        events = 0
        while self._queue and len(batch) < BATCH and events < EVENTS:
            waiting = self._queue.popleft()
            if not waiting.answer.done():
                batch.append(waiting)
                events += len(waiting.placed)
        return batch

    async def _record(self, batch: Sequence[Waiting]) -> None:
        """Answer everybody in `batch`, whatever happens."""
        try:
            await self._record_together(batch)
        except Exception as error:
            for waiting in batch:
                if not waiting.answer.done():
                    waiting.answer.set_exception(_for_caller(error))
        except asyncio.CancelledError:
            for waiting in batch:
                waiting.answer.cancel()
            raise

    async def _record_together(self, batch: Sequence[Waiting]) -> None:
        """Together if possible. When the statement fails for what is in it (a unique key says that something was
        there before, a value that the database does not take), one by one, so that each is answered for itself."""
        try:
            await self._attempt(batch, doubtful=False)
        except Exception as error:
            if is_passing(error):
                raise
            for waiting in batch:
                try:
                    await self._attempt([waiting], doubtful=True)
                except Exception as own:
                    if not waiting.answer.done():
                        waiting.answer.set_exception(_for_caller(own))

    async def _attempt(self, batch: Sequence[Waiting], *, doubtful: bool) -> None:
        """Record `batch`, across a loss of the connection: then what was recorded is read back before answering.

        The reading back is certain, because it begins by taking the lock that the lost transaction held to its end.
        """
        give_up = time.monotonic() + RECONNECTING * self._patience
        while True:
            try:
                if self._connection is None:
                    self._connection = await connect(self._url, "writer")
                outcomes = await write_batch(self._connection, batch, doubtful=doubtful)
            except Exception as error:
                if self._room is not None and isinstance(error, errors.DiskFull):
                    self._room.met(is_missing=True)
                if not is_passing(error) or isinstance(error, errors.DiskFull):
                    raise
                await self._disconnect()
                if time.monotonic() + PAUSE > give_up:
                    raise
                await asyncio.sleep(PAUSE)
                doubtful = True
            else:
                # Whoever lost, repeated, or had nothing to write needed no room, and so has not seen any.
                if self._room is not None and any(isinstance(it, Accepted) and it.places for _, it in outcomes):
                    self._room.met(is_missing=False)
                for waiting, outcome in outcomes:
                    if not waiting.answer.done():
                        waiting.answer.set_result(outcome)
                return

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                await connection.close()


def _for_caller(error: Exception) -> Exception:
    failure: Exception = error
    if isinstance(error, errors.DiskFull):
        failure = LogFull()
    elif isinstance(error, errors.UniqueViolation):
        # Under the lock, with the heads just read: only somebody who bypasses the writers can come between.
        failure = Conflict("another append came first on one of the streams")
    elif is_passing(error):
        failure = LogUnavailable()
    if failure is not error:
        failure.__cause__ = error
    return failure
