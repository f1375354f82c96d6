"""Somebody at a live stream."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.e2e.house import eventually


@dataclass
class Listening:
    """What came over somebody's live stream so far: (position, kind, resource)."""

    status: int
    heard: list[tuple[int, str, Any]] = field(default_factory=list)
    is_over: bool = False

    async def hears(self, heard: str, /, **fields: object) -> tuple[int, Any]:
        async def look() -> tuple[int, Any] | None:
            for position, was, resource in self.heard:
                if was == heard and fields.items() <= resource.items():
                    return position, resource
            return None

        return await eventually(look)


@asynccontextmanager
async def listening(
    person: httpx.AsyncClient, after: int | None = None, path: str = "/live", **query: str
) -> AsyncIterator[Listening]:
    headers = {} if after is None else {"Last-Event-ID": str(after)}
    async with person.stream("GET", path, params=query, headers=headers, timeout=30) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        listening = Listening(answer.status_code)
        welcomed = asyncio.Event()

        async def read() -> None:
            event: dict[str, str] = {}
            async for line in answer.aiter_lines():
                welcomed.set()
                name, _, value = line.partition(": ")
                if line and name:
                    event[name] = value
                elif "data" in event:
                    listening.heard.append((int(event["id"]), event["event"], json.loads(event["data"])))
                if not line:
                    event = {}
            listening.is_over = True

        reading = asyncio.create_task(read())
        try:
            await asyncio.wait_for(welcomed.wait(), 10)
            yield listening
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
