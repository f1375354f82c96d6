"""Bytes on a socket, and what comes back: for clients that no library would be."""

import json
import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

PATIENCE = 20.0
"""Seconds of silence after which a test gives up."""

HELLO = b"GET /health/live HTTP/1.1\r\nHost: x\r\n"
"""A request without its end: headers may follow."""

LOG_IN = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
"""The same for one with a body."""


@dataclass(frozen=True)
class Said:
    """All that the server said until it hung up, or until `statuses` were enough. `is_over`: it hung up."""

    text: bytes
    is_over: bool

    @property
    def statuses(self) -> Sequence[int]:
        return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", self.text)]

    @property
    def problem(self) -> dict[str, Any]:
        """The problem in the last answer."""
        *_, last = re.finditer(rb"HTTP/1\.1 \d{3} ", self.text)
        head, _, body = self.text[last.start() :].partition(b"\r\n\r\n")
        assert b"content-type: application/problem+json" in head.lower(), self.text
        problem: dict[str, Any] = json.loads(body)
        return problem


class Wire:
    """Connections to one port of this machine."""

    def __init__(self, port: int) -> None:
        self._port = port

    @contextmanager
    def open(self, *, room: int | None = None) -> Iterator[socket.socket]:
        """`room`: bytes that this end takes before the other has to wait."""
        with socket.socket() as connection:
            if room is not None:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
            connection.settimeout(PATIENCE)
            connection.connect(("127.0.0.1", self._port))
            yield connection

    def say(self, *pieces: bytes, answers: int = 1, then_shut: bool = False) -> Said:
        """Say all of it and listen, until so many answers are whole or it hangs up."""
        with self.open() as connection:
            try:
                for piece in pieces:
                    connection.sendall(piece)
                if then_shut:
                    connection.shutdown(socket.SHUT_WR)
            except ConnectionError:
                return Said(b"", True)
            return listen(connection, answers)


def listen(connection: socket.socket, answers: int) -> Said:
    heard = b""
    while True:
        try:
            more = connection.recv(1 << 16)
        except ConnectionError:
            more = b""
        heard += more
        if not more:
            return Said(heard, True)
        if whole(heard) >= answers and b"connection: close" not in heard:
            return Said(heard, False)


def whole(text: bytes) -> int:
    """How many answers with a length are complete in `text`."""
    found = 0
    while b"\r\n\r\n" in text:
        head, _, rest = text.partition(b"\r\n\r\n")
        match = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        length = int(match.group(1)) if match else 0
        if len(rest) < length:
            break
        found, text = found + (not head.startswith(b"HTTP/1.1 100 ")), rest[length:]
    return found


def with_body(body: bytes, head: bytes = LOG_IN) -> bytes:
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def in_chunks(*chunks: bytes, head: bytes = LOG_IN) -> bytes:
    """Each as a chunk, written out by the caller where it is to be wrong."""
    return head + b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(chunks)
