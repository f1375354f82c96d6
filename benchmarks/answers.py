"""How quick the answers are, over HTTP on kept-alive connections, with many requests in the database."""

import asyncio
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from benchmarks.household import Household
from benchmarks.report import Table, milliseconds, quantile

CONNECTIONS = (1, 16)
SECONDS = 3.0
WRITES = 300
"""Requests made with each number of connections: each needs a title whose details are known already."""
MOST_AT_ONCE = 16


@dataclass
class Measured:
    seconds: float
    times: list[float] = field(default_factory=list)

    def row(self, what: str, connections: int) -> list[str]:
        return [
            what,
            str(connections),
            f"{len(self.times) / self.seconds:,.0f}",
            milliseconds(quantile(self.times, 0.5)),
            milliseconds(quantile(self.times, 0.99)),
        ]


async def measure(household: Household) -> Table:
    reads = {
        "GET /media/requests": "/api/v1/media/requests?limit=20",
        "GET /media/requests?status=pending&sort=title": "/api/v1/media/requests?status=pending&sort=title&limit=20",
        "GET /media/requests/{id}": f"/api/v1/media/requests/{household.request_id}",
        "GET /media/requests/counts": "/api/v1/media/requests/counts",
    }
    rows = []
    for what, path in reads.items():
        message = _message(household, "GET", path)
        for connections in CONNECTIONS:
            await _load(household, itertools.repeat(message), connections, 200, seconds=0.3)
            measured = await _load(household, itertools.repeat(message), connections, 200, seconds=SECONDS / 2)
            rows.append(measured.row(what, connections))
    for connections in CONNECTIONS:
        titles = [household.new_title() for _ in range(WRITES)]
        details = (_message(household, "GET", f"/api/v1/media/movie/{title}") for title in titles)
        await _load(household, details, MOST_AT_ONCE, 200, seconds=60)
        wishes = (_message(household, "POST", "/api/v1/media/request", _wish(title)) for title in titles)
        measured = await _load(household, wishes, connections, 201, seconds=SECONDS)
        rows.append(measured.row("POST /media/request", connections))
    note = "One server process; each write waits until the views show it. The load runs on the same machine."
    return Table("HTTP", note, ("request", "connections", "per second", "p50", "p99"), rows)


async def _load(
    household: Household, messages: Iterator[bytes], connections: int, status: int, *, seconds: float
) -> Measured:
    """Send `messages` for so many seconds or until there are no more. Raises RuntimeError for any other status."""
    host, _, port = household.url.removeprefix("http://").partition(":")
    times: list[float] = []
    began = time.perf_counter()
    end = began + seconds

    async def drive() -> None:
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            while time.perf_counter() < end and (message := next(messages, None)) is not None:
                sent = time.perf_counter()
                writer.write(message)
                head = await reader.readuntil(b"\r\n\r\n")
                body = await reader.readexactly(_length(head))
                times.append(time.perf_counter() - sent)
                if not head.startswith(f"HTTP/1.1 {status} ".encode()):
                    raise RuntimeError((head.splitlines()[0] + b" " + body[:300]).decode(errors="replace"))
        finally:
            writer.close()

    await asyncio.gather(*(drive() for _ in range(connections)))
    return Measured(time.perf_counter() - began, times)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise RuntimeError("an answer without a length")


def _wish(title: int) -> bytes:
    return msgspec.json.encode({"mediaType": "movie", "tmdbId": title})


def _message(household: Household, method: str, path: str, body: bytes = b"") -> bytes:
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {next(household.callers)}",
        f"Content-Length: {len(body)}",
    ]
    if body:
        lines.append("Content-Type: application/json")
    return "\r\n".join([*lines, "", ""]).encode() + body
