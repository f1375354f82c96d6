"""The HTTP server below the stand-ins: HTTP/1.1 on asyncio streams, since it must be able to break off in mid-body."""

import asyncio
from abc import ABC, abstractmethod
from collections import Counter
from http import HTTPStatus
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from medianest.adapters.standin.faults import Fault, FaultKind, Faults

CONTROL = "/__standin/"
LARGEST_BODY = 1 << 20
REMEMBERED = 10_000
"""Requests of which the whole is kept, and at most twice as many: a demonstration may run for months."""


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it came in. Header names are in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""


JSON = {"Content-Type": "application/json; charset=utf-8"}


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = msgspec.field(default_factory=JSON.copy)


def json_answer(value: object, status: int = 200) -> Answer:
    return Answer(status=status, body=msgspec.json.encode(value))


SPOILT: dict[FaultKind, Answer] = {
    "html": Answer(body=b"<!doctype html><title>Sign in</title>", headers={"Content-Type": "text/html"}),
    "wrong_json": json_answer({"unexpected": [1, 2, 3]}),
    "error": json_answer({"message": "Something went wrong."}, 500),
}


class Standin(ABC):
    """Serves on 127.0.0.1 while entered. `port` 0 takes a free one; `url` is known once it serves.

    `POST /__standin/fault` with a `Fault` as JSON switches a fault on, as `fail` does in process; `GET
    /__standin/received` says how often each was asked, by its method and path.
    """

    def __init__(self, *, port: int = 0) -> None:
        self._port = port
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._faults = Faults()
        self._asked: Counter[str] = Counter()
        self.received: list[Received] = []
        """The last that came in, oldest first; not what steers the stand-in itself."""

    @property
    def url(self) -> str:
        if self._server is None:
            raise RuntimeError("the stand-in does not serve yet")
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def fail(self, kind: FaultKind, *, times: int = 1, seconds: float = 30.0, method: str | None = None) -> None:
        self._faults.switch_on(Fault(kind, times, seconds, method))

    def behave(self) -> None:
        self._faults.switch_off()

    @abstractmethod
    async def answer(self, request: Received) -> Answer:
        """What this server has to say."""

    async def control(self, request: Received) -> Answer:
        """Requests below `/__standin/` that steer the stand-in."""
        if (request.method, request.path) == ("GET", f"{CONTROL}received"):
            return json_answer(self._asked)
        if (request.method, request.path) != ("POST", f"{CONTROL}fault"):
            return json_answer({"message": "The stand-in knows no such switch."}, 404)
        try:
            self._faults.switch_on(msgspec.json.decode(request.body, type=Fault))
        except msgspec.MsgspecError as error:
            return json_answer({"message": str(error)}, 400)
        return Answer(status=204)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self._port, limit=1 << 16)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        self._server = None

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.current_task()
        if connection is not None:
            self._connections.add(connection)
            connection.add_done_callback(self._connections.discard)
        try:
            while (request := await _read(reader)) is not None and await self._serve(request, writer):
                pass
        except (OSError, ValueError, EOFError, asyncio.LimitOverrunError):
            pass  # the other side went away, or does not speak HTTP
        except asyncio.CancelledError:
            pass  # the stand-in closes; the streams protocol would report a cancelled task as a crash
        finally:
            writer.close()

    def _remember(self, request: Received) -> None:
        self._asked[f"{request.method} {request.path}"] += 1
        self.received.append(request)
        if len(self.received) > 2 * REMEMBERED:
            del self.received[:-REMEMBERED]

    async def _serve(self, request: Received, writer: asyncio.StreamWriter) -> bool:
        """Answer, and say whether the connection may be used again."""
        if request.path.startswith(CONTROL):
            await _write(writer, await self.control(request))
            return True
        self._remember(request)
        fault = self._faults.due(request.method)
        match fault:
            case Fault(kind="rate_limited"):
                said = json_answer({"message": "Too many requests."}, 429)
                await _write(writer, msgspec.structs.replace(said, headers={"Retry-After": f"{fault.seconds:.0f}"}))
            case Fault(kind="error"):
                await _write(writer, SPOILT["error"])
            case Fault(kind="html" | "wrong_json"):
                await self.answer(request)
                await _write(writer, SPOILT[fault.kind])
            case Fault(kind="cut_off"):
                await _write(writer, await self.answer(request), cut_off=True)
                return False
            case _:
                said = await self.answer(request)
                if fault is not None:
                    await asyncio.sleep(fault.seconds)
                await _write(writer, said)
        return True


async def _read(reader: asyncio.StreamReader) -> Received | None:
    """The next request of a connection, None at its end. Raises ValueError and EOFError for what is none."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = int(headers.get("content-length", "0"))
    if not 0 <= length <= LARGEST_BODY:
        raise ValueError("a body of that size is not for a stand-in")
    parts = urlsplit(target)
    return Received(
        method=method,
        path=unquote(parts.path),
        query=dict(parse_qsl(parts.query, keep_blank_values=True)),
        headers=headers,
        body=await reader.readexactly(length),
    )


async def _write(writer: asyncio.StreamWriter, answer: Answer, *, cut_off: bool = False) -> None:
    head = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
    head += [f"{name}: {value}" for name, value in answer.headers.items()]
    if answer.status != HTTPStatus.NO_CONTENT:
        head.append(f"Content-Length: {len(answer.body)}")
    body = answer.body[: len(answer.body) // 2] if cut_off else answer.body
    writer.write("\r\n".join([*head, "", ""]).encode("latin-1") + body)
    await writer.drain()
