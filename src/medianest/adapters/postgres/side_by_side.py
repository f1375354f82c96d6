"""Answering events of different streams side by side, so that the log takes what follows from them together."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar
from uuid import UUID

from medianest.domain.kernel import Recorded

T = TypeVar("T")

AT_ONCE: Final = 16


async def side_by_side(events: Sequence[Recorded], answer: Callable[[Recorded], Awaitable[T]]) -> dict[int, T]:
    """The answers by position, those of one stream given in its order. An event whose answer raised is left out, and so
    are the later ones of its stream: they are for whoever looks into it, one by one."""
    streams: defaultdict[UUID, list[Recorded]] = defaultdict(list)
    for recorded in events:
        streams[recorded.stream_id].append(recorded)
    answers: dict[int, T] = {}
    turns = asyncio.Semaphore(AT_ONCE)

    async def in_order(stream: Sequence[Recorded]) -> None:
        async with turns:
            for recorded in stream:
                try:
                    answers[recorded.position] = await answer(recorded)
                except Exception:  # raised again when it is its turn
                    return

    await asyncio.gather(*(in_order(stream) for stream in streams.values()))
    return answers
