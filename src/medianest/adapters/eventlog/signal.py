"""Wake-ups: one LISTEN connection per process, which wakes everybody who waits for something in the database.

A wake-up can be lost (the connection is renewed, the server restarts), so whoever waits also looks by himself now
and then: `Subscription.wait` returns nothing in that case, and returns early after the connection was renewed.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection, sql

from medianest.adapters.eventlog.connection import connect
from medianest.application.tasks import end

RETRY: Final = 0.5
"""Seconds between attempts to connect."""
KEPT: Final = 1000
"""Payloads kept for a subscriber who does not ask; of more, the oldest go."""
SILENCE: Final = 15.0
"""Seconds without a word after which the connection is tried with a query."""


class Subscription:
    """What is said on one channel. Not shared: each waiter has its own."""

    def __init__(self) -> None:
        self._heard: deque[str] = deque(maxlen=KEPT)
        self._wake = asyncio.Event()

    async def wait(self, timeout: float) -> Sequence[str]:
        """The payloads since the last call, oldest first, as soon as there are any.

        Empty after `timeout` seconds, and when wake-ups may have been lost: then look for yourself.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._wake.wait()
        self._wake.clear()
        heard = list(self._heard)
        self._heard.clear()
        return heard

    def hear(self, payload: str) -> None:
        self._heard.append(payload)
        self._wake.set()

    def look(self) -> None:
        self._wake.set()


class Signals:
    """`async with Signals(direct_url, channels) as signals:`. The URL must lead to the server itself: LISTEN does not
    work through a pooler in transaction mode. Subscribe before the first read of what the channel speaks of."""

    def __init__(self, direct_url: str, channels: Iterable[str]) -> None:
        self._url = direct_url
        self._subscriptions: dict[str, set[Subscription]] = {channel: set() for channel in channels}
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Signals":
        self._task = asyncio.create_task(self._run(), name="database signals")
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._task is not None:
            await end(self._task)
            self._task = None

    def subscribe(self, channel: str) -> Subscription:
        """Everything said on `channel` from now on. Its first `wait` returns at once, for a first look.
        Raises KeyError for a channel that was not named at the beginning."""
        subscription = Subscription()
        self._subscriptions[channel].add(subscription)
        subscription.look()
        return subscription

    def unsubscribe(self, channel: str, subscription: Subscription) -> None:
        self._subscriptions[channel].discard(subscription)

    async def _run(self) -> None:
        while True:
            with suppress(psycopg.Error, OSError):
                async with await connect(self._url, "signals") as connection:
                    await self._listen(connection)
            await asyncio.sleep(RETRY)

    async def _listen(self, connection: AsyncConnection[Any]) -> None:
        for channel in self._subscriptions:
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        for subscriptions in self._subscriptions.values():
            for subscription in subscriptions:
                subscription.look()
        while True:
            async for notice in connection.notifies(timeout=SILENCE):
                for subscription in self._subscriptions.get(notice.channel, ()):
                    subscription.hear(notice.payload)
            await connection.execute("SELECT 1")


class HeadWatch:
    """The last position that this process knows of, and those who wait for more."""

    def __init__(self) -> None:
        self._head = 0
        self._moved = asyncio.Event()

    def advance(self, position: int) -> None:
        if position > self._head:
            self._head = position
            self._moved.set()
            self._moved = asyncio.Event()

    async def wait(self, *, after: int, timeout: float) -> None:
        """Return when the head is past `after`, or after `timeout` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while self._head <= after:
                    await self._moved.wait()
