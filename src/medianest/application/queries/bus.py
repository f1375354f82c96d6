"""The query bus: a table of questions and who answers them."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from medianest.ports.front_door import Query

T = TypeVar("T")

Answering = Mapping[type[Query[Any]], Callable[[Any], Awaitable[Any]]]


class QueryBus:
    """Implements `Queries`. Each of `desks` is a table from questions to what answers them."""

    def __init__(self, *desks: Answering) -> None:
        self._answering: dict[type[Query[Any]], Callable[[Any], Awaitable[Any]]] = {}
        for desk in desks:
            if twice := self._answering.keys() & desk.keys():
                raise ValueError(f"two answers to {twice}")
            self._answering.update(desk)

    async def ask(self, query: Query[T]) -> T:
        answer: T = await self._answering[type(query)](query)
        return answer
