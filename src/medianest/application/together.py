"""Asking together: what many want to know at the same time is one question to whoever knows it."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Final, Generic, TypeVar

from medianest.ports.failures import Unavailable

K = TypeVar("K")
V = TypeVar("V")

AT_ONCE: Final = 2
"""Questions on their way. The more, the fewer keys in each of them; a lone caller waits for none."""


class _Question(Generic[K, V]):
    """Keys that are asked for at one go, once it is their turn."""

    def __init__(self) -> None:
        self.keys: set[K] = set()
        self.answer: asyncio.Future[Mapping[K, V]] = asyncio.get_running_loop().create_future()

    def fail(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)
            self.answer.exception()  # nobody may be left who wants to know


class Together(Generic[K, V]):
    """Finds values by keys with `fetch`, which takes many keys.

    Whoever asks while `at_once` questions are on their way is gathered into the next one, so that each sees what had
    been committed when it asked: nobody is given the answer to a question that left before. Raises what `fetch` raises.
    Where that is Unavailable, whoever waits for the next one is told so too, instead of waiting as long once more.
    """

    def __init__(self, fetch: Callable[[Collection[K]], Awaitable[Mapping[K, V]]], *, at_once: int = AT_ONCE) -> None:
        self._fetch = fetch
        self._turns = asyncio.Semaphore(at_once)
        self._next: _Question[K, V] | None = None
        self._leaving: set[asyncio.Task[None]] = set()

    @property
    def is_free(self) -> bool:
        """Whether a question would leave at once."""
        return self._next is None and not self._turns.locked()

    async def find(self, key: K) -> V | None:
        return (await self.ask(key)).get(key)

    async def ask(self, key: K) -> Mapping[K, V]:
        """The answer to the question that `key` went into, with what others asked for."""
        if (question := self._next) is None:
            question = self._next = _Question()
            task = asyncio.create_task(self._leave(question))
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)
        question.keys.add(key)
        return await asyncio.shield(question.answer)  # one who gives up leaves the others be

    async def _leave(self, question: _Question[K, V]) -> None:
        try:
            async with self._turns:
                if question.answer.done():  # by the failure of the one before
                    return
                self._next = None
                question.answer.set_result(await self._fetch(question.keys))
        except Unavailable as error:
            question.fail(error)
            self._give_up_next(error)
        except Exception as error:
            question.fail(error)
        except asyncio.CancelledError:
            question.answer.cancel()
            if self._next is question:
                self._next = None
            raise

    def _give_up_next(self, error: Unavailable) -> None:
        if self._next is not None:
            self._next.fail(error)
            self._next = None


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
