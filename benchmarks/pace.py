"""So many requests a second, whether the answers keep up or not: an open loop, which wrk does not have.

A request is due at its time. One that has to wait for a free connection, because earlier answers are late, is measured
from when it was due, so a server that stalls shows it in every request of that time ("coordinated omission", Gil Tene).

`python -m benchmarks.pace` is the client as a process of its own: an `Order` on its standard input, and on its standard
output an empty line once the last answer is there, then `Kept`; both as msgpack.
"""

import asyncio
import gc
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import msgspec

from benchmarks.report import quantile
from medianest.main.cli.seam import finish

GRACE = 10.0
"""Seconds after the last request is due, for the answers that are still on their way."""
FIRST = 5
"""Refusals that are told."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """Send `messages`, whole HTTP/1.1 requests, `rate` a second over at most so many kept-alive connections."""

    port: int
    messages: Sequence[bytes]
    rate: float
    connections: int


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """`times` in seconds, of each answer; `unsent` are requests for which there was no connection in all the `seconds`
    in which they were due. `refused` are answers that are no 2xx, and `refusals` the first of them."""

    times: Sequence[float]
    unsent: int
    seconds: float
    refused: int = 0
    refusals: Sequence[str] = ()

    @property
    def rate(self) -> float:
        """Answered of what was due in a second."""
        return len(self.times) / self.seconds

    def within(self, share: float) -> float:
        """The time in which this share of the requests was answered; those that were never sent took longer than all
        others."""
        return quantile([*self.times, *[float("inf")] * self.unsent], share)


async def paced(
    order: Order, answered: Callable[[], Awaitable[None]] | None = None, *, may_refuse: bool = False
) -> Kept:
    """Carry out `order` in a process of its own; `answered` is called once the last answer is there, before the
    figures. Raises RuntimeError where a request was refused, unless some may be."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.pace"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 26,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(msgspec.msgpack.encode(order))
        process.stdin.close()
        if await process.stdout.readline() == b"\n" and answered is not None:
            await answered()
        said = await process.stdout.read()
        await process.wait()
    finally:
        with suppress(ProcessLookupError):
            process.kill()
    if process.returncode != 0:
        raise RuntimeError("the load broke off: see above")
    kept = msgspec.msgpack.decode(said, type=Kept)
    if kept.refused and not may_refuse:
        raise RuntimeError(f"{kept.refused} refused: {kept.refusals[0]}")
    return kept


async def carry_out(order: Order) -> Kept:
    """In this process."""
    times: list[float] = []
    refusals: list[str] = []
    refused = 0
    unsent: list[int] = []
    seconds = len(order.messages) / order.rate
    numbers = iter(range(len(order.messages)))
    lines = [await asyncio.open_connection("127.0.0.1", order.port) for _ in range(order.connections)]
    began = time.perf_counter()
    deadline = began + seconds

    async def drive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal refused
        for number in numbers:
            due = began + number / order.rate
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
                due = time.perf_counter()  # what a timer is late by is ours
            elif time.perf_counter() > deadline:
                unsent.append(number)
                continue
            writer.write(order.messages[number])
            head, body = await answer_of(reader)
            times.append(time.perf_counter() - due)
            if not head.startswith(b"HTTP/1.1 2"):
                refused += 1
                if len(refusals) < FIRST:
                    refusals.append((head.splitlines()[0] + b" " + body[:300]).decode(errors="replace"))

    try:
        async with asyncio.timeout(seconds + GRACE):
            await asyncio.gather(*(drive(*line) for line in lines))
    finally:
        for _, writer in lines:
            writer.close()
    return Kept(times=times, unsent=len(unsent), seconds=seconds, refused=refused, refusals=refusals)


def request(method: str, path: str, token: str = "", body: bytes = b"") -> bytes:
    """A whole HTTP/1.1 request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if body:
        lines.append("Content-Type: application/json")
    return "\r\n".join([*lines, "", ""]).encode() + body


async def answer_of(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """The head and the body of the next answer on a connection."""
    head = await reader.readuntil(b"\r\n\r\n")
    return head, await reader.readexactly(_length(head))


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise RuntimeError("an answer without a length")


def main() -> None:
    order = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Order)
    gc.disable()  # a pause of ours would be counted as one of theirs
    kept = finish(carry_out(order))
    sys.stdout.buffer.write(b"\n")
    sys.stdout.buffer.flush()
    sys.stdout.buffer.write(msgspec.msgpack.encode(kept))


if __name__ == "__main__":
    main()
