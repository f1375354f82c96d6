"""Asking together: what many want to know at the same time is one question to whoever knows it."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Final, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

AT_ONCE: Final = 2
"""Questions on their way. The more, the fewer keys in each of them; a lone caller waits for none."""


class Together(Generic[K, V]):
    """Finds values by keys with `fetch`, which takes many keys.

    Whoever asks while `at_once` questions are on their way is gathered into the next one, so that each sees what had
    been committed when it asked: nobody is given the answer to a question that left before. Raises what `fetch` raises.
    """

    def __init__(self, fetch: Callable[[Collection[K]], Awaitable[Mapping[K, V]]], *, at_once: int = AT_ONCE) -> None:
        self._fetch = fetch
        self._turns = asyncio.Semaphore(at_once)
        self._wanted: set[K] = set()
        self._next: asyncio.Task[Mapping[K, V]] | None = None

    @property
    def is_free(self) -> bool:
        """Whether a question would leave at once."""
        return self._next is None and not self._turns.locked()

    async def find(self, key: K) -> V | None:
        return (await self.ask(key)).get(key)

    async def ask(self, key: K) -> Mapping[K, V]:
        """The answer to the question that `key` went into, with what others asked for."""
        self._wanted.add(key)
        if self._next is None:
            self._next = asyncio.create_task(self._leave())
        return await asyncio.shield(self._next)  # one who gives up leaves the others be

    async def _leave(self) -> Mapping[K, V]:
        async with self._turns:
            wanted, self._wanted, self._next = self._wanted, set(), None
            return await self._fetch(wanted)


class Alike(Generic[K, V]):
    """Asks the same question once for all who ask it at the same time, as when a change was told to everybody and all
    of them read the first page again. Other questions are not held up by it. Raises what `fetch` raises."""

    def __init__(self, fetch: Callable[[K], Awaitable[V]]) -> None:
        self._fetch = fetch
        self._lanes: dict[K, Together[K, V]] = {}

    async def find(self, key: K) -> V:
        lane = self._lanes.setdefault(key, Together(self._each))
        try:
            return (await lane.ask(key))[key]
        finally:
            if lane.is_free:
                self._lanes.pop(key, None)

    async def _each(self, keys: Collection[K]) -> Mapping[K, V]:
        return {key: await self._fetch(key) for key in keys}
