"""Work on several media servers at once: what one of them brings about keeps no other from its turn."""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, Final, TypeVar

from medianest.domain.media_server import ServerNotFound

AT_ONCE: Final = 8
"""Servers that are read at once: those that are slow, and fewer than these, keep nobody waiting."""

Found = TypeVar("Found")


async def abreast(works: Iterable[Coroutine[Any, Any, Sequence[Found]]]) -> Sequence[Found]:
    """What came of all of them, in their order; each is done to its end, whatever becomes of the others. A server that
    was removed a moment ago has nothing to say (ServerNotFound). Raises what else the first one raised."""
    room = asyncio.Semaphore(AT_ONCE)

    async def in_turn(work: Coroutine[Any, Any, Sequence[Found]]) -> Sequence[Found]:
        async with room:
            return await work

    found: list[Found] = []
    problems: list[BaseException] = []
    for came in await asyncio.gather(*map(in_turn, works), return_exceptions=True):
        if not isinstance(came, BaseException):
            found += came
        elif not isinstance(came, ServerNotFound):
            problems.append(came)
    if problems:
        raise problems[0]
    return found
