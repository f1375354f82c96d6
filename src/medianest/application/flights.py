"""Coalescing: callers who ask for the same thing at the same time share one call."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Flights(Generic[T]):
    """One flight per key. It goes on while anybody waits for it: a caller who is cancelled leaves the others be, and
    the flight is cancelled with its last caller."""

    def __init__(self) -> None:
        self._flights: dict[Hashable, asyncio.Task[T]] = {}
        self._passengers: dict[asyncio.Task[T], int] = {}
        self.joined = 0
        """How many callers found a flight under way."""

    def is_under_way(self, key: Hashable) -> bool:
        return key in self._flights

    async def board(self, key: Hashable, call: Callable[[], Awaitable[T]]) -> T:
        """The outcome of `call`, or of the flight for `key` that is under way. Raises what the call raises."""
        flight = self._flights.get(key)
        if flight is None:
            flight = asyncio.ensure_future(_run(call))
            self._flights[key] = flight
            self._passengers[flight] = 0
        else:
            self.joined += 1
        self._passengers[flight] += 1
        try:
            return await asyncio.shield(flight)
        finally:
            self._leave(key, flight)

    def _leave(self, key: Hashable, flight: asyncio.Task[T]) -> None:
        self._passengers[flight] -= 1
        # A landed flight takes no more passengers, even while earlier ones have yet to wake up.
        if (flight.done() or not self._passengers[flight]) and self._flights.get(key) is flight:
            del self._flights[key]
        if not self._passengers[flight]:
            del self._passengers[flight]
            flight.cancel()


async def _run(call: Callable[[], Awaitable[T]]) -> T:
    return await call()
