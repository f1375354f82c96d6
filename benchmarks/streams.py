"""Live streams: how soon what somebody did is heard by others, and what a stream that waits costs."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Final

import httpx

from benchmarks.crowd import Crowd, Listening
from benchmarks.household import Household
from benchmarks.memory import memory_of_parts
from benchmarks.report import GOAL_COLUMNS, Goal, Table, judged, milliseconds, quantile

STREAMS: Final = 1_000
EACH: Final = 20
"""Streams of one person: as many as one may have."""
SAMPLES: Final = 200
WITHIN: Final = 10.0
"""Seconds after which an event counts as lost."""
P99: Final = Goal(0.1, is_limit=True)


async def measure(house: Household, *, streams: int = STREAMS, samples: int = SAMPLES) -> Table:
    """Beside `streams` open streams, one person after the other asks for a film; each of their own streams hears of
    it. Raises TimeoutError where one does not."""
    tokens = house.tokens[: streams // EACH]
    titles = [house.new_title() for _ in range(samples)]
    await house.warm(titles)
    before = _held(house)
    crowd = Crowd(house.port)
    try:
        listeners: dict[str, Sequence[Listening]] = {}
        for token in tokens:
            listeners[token] = await crowd.join(token, EACH)
        held = _held(house) - before
        times = await _heard(house, listeners, titles)
    finally:
        crowd.leave()
    p50, p99 = quantile(times, 0.5), quantile(times, 0.99)
    memory = f"{held / len(crowd.streams):.1f} kB" if held else "not measured"
    rows = [
        ["from the answer to the event, p50", milliseconds(p50), *judged(p50, None, milliseconds)],
        ["from the answer to the event, p99", milliseconds(p99), *judged(p99, P99, milliseconds)],
        ["memory for each open stream", memory, *judged(held, None, milliseconds)],
    ]
    note = (
        f"{len(crowd.streams):,} streams open, {EACH} for each of {len(tokens)} people. {samples} times somebody asks "
        "for a film and all their streams are told; 0 where the event was there before the answer. The memory is the "
        "growth of `serve`."
    )
    return Table("Live streams", note, ("what", "figure", *GOAL_COLUMNS), rows)


async def _heard(
    house: Household, listeners: Mapping[str, Sequence[Listening]], titles: Sequence[int]
) -> Sequence[float]:
    times: list[float] = []
    tokens = list(listeners)
    async with httpx.AsyncClient(base_url=house.url, trust_env=False, timeout=WITHIN) as client:
        for number, title in enumerate(titles):
            token = tokens[number % len(tokens)]
            word = f'"tmdbId":{title},'.encode()
            heard = [stream.hears(word) for stream in listeners[token]]
            answer = await client.post(
                "/api/v1/media/request",
                json={"mediaType": "movie", "tmdbId": title},
                headers={"Authorization": f"Bearer {token}"},
            )
            answered = time.perf_counter()
            answer.raise_for_status()
            moments = await asyncio.wait_for(asyncio.gather(*heard), WITHIN)
            times += [max(0.0, moment - answered) for moment in moments]
            for stream in listeners[token]:
                stream.forget(word)
    return times


def _held(house: Household) -> float:
    """Kilobytes of `serve`; 0 where the system does not say."""
    parts = house.running.parts()
    return memory_of_parts(parts)["serve"].resident / 1000 if "serve" in parts else 0.0
