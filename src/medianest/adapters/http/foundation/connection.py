"""What one connection may ask of us, in bytes and in seconds, whoever is at its other end.

uvicorn reads the head of a request for as long as it comes, whatever its size, waits for a body and for a slow reader
for ever, and queues all that arrives in one piece. Here everything has an end, so that nobody who is not even signed
in can fill the memory or keep all places taken.
"""

import asyncio
from typing import Literal

import httptools
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from medianest.adapters.http.foundation.framing import HEADERS_LIMIT, doubt_about, framing_of
from medianest.adapters.http.foundation.patience import Patience
from medianest.adapters.http.foundation.problems import HttpProblem
from medianest.adapters.http.foundation.turning_down import (
    BODY_TOO_LARGE,
    BODY_TOO_LATE,
    BODY_WITHIN,
    HEAD_LIMIT,
    HEAD_TOO_LARGE,
    HEAD_TOO_LATE,
    HEAD_WITHIN,
    MALFORMED,
    PIECE,
    TOO_MANY_CONNECTIONS,
    TOO_MANY_HEADERS,
    raw_body_limit,
    written,
)


class _Refuse(Exception):
    """Raised in a callback of the parser, which stops there. httptools keeps it as the cause of its own error."""


class BoundedProtocol(HttpToolsProtocol):
    """For `http=` of uvicorn's Config."""

    most = 2**31
    """Connections of this process. Whoever comes later is told so, before they can take what the others need."""

    _stage: Literal["head", "body", "between"] = "head"
    """What of a request is being read."""
    _is_silent = True
    """Nothing at all has come of the request that is awaited."""
    _has_moved = False
    """The stage is another one than when the deadline was set."""
    _seen = 0
    """Bytes of this stage so far."""
    _trailers = 0
    _is_replaying = False
    """The parser is told of a head that is known already."""
    _refusal: HttpProblem | None = None
    _deadline: asyncio.TimerHandle | None = None
    _patience: Patience
    _flow: "_Flow"

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.flow = self._flow = _Flow(transport)
        self._patience = Patience(transport, self.loop)
        if len(self.connections) > self.most:
            self._refuse(TOO_MANY_CONNECTIONS)
            return
        self._set_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        self._flow.unread = b""
        self._patience.end()
        if self._deadline is not None:
            self._deadline.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        self._flow.unread += data
        self._read_on()

    def _read_on(self) -> None:
        """Parse what has come, as far as no request waits for its turn."""
        while self._flow.unread and not self.pipeline and not self.transport.is_closing():
            piece, self._flow.unread = self._flow.unread[:PIECE], self._flow.unread[PIECE:]
            try:
                self.parser.feed_data(piece)
            except httptools.HttpParserUpgrade as upgrade:  # to nothing that is spoken here: go on in HTTP/1.1
                length = int(upgrade.args[0])
                self._flow.unread = piece[length:] + self._flow.unread
                piece = piece[:length]
                self._read_body_all_the_same()
            except httptools.HttpParserError:
                self._refuse(self._refusal or MALFORMED)
                return
            self._count(len(piece))
        if self._flow.unread:
            self.flow.pause_reading()
        if self._has_moved:
            self._has_moved = False
            self._set_deadline()

    def _go_on(self) -> None:
        self._read_on()
        self.flow.resume_reading()

    def _count(self, length: int) -> None:
        self._is_silent = False
        self._seen += length
        if self._stage == "head" and self._seen > HEAD_LIMIT:
            self._refuse(HEAD_TOO_LARGE)
        elif self._stage == "body" and self._seen > raw_body_limit(self.scope["path"]):
            self._refuse(BODY_TOO_LARGE)

    def _read_body_all_the_same(self) -> None:
        """The parser takes what follows a request to upgrade for the other protocol. It is the body, where there is
        one, and would be read as the next request: another parser, which never saw the wish, goes on."""
        if (framing := framing_of(self.headers)) is not None:
            self._is_replaying = True
            self.parser = httptools.HttpRequestParser(self)
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
            self.parser.feed_data(b"POST / HTTP/1.1\r\nHost: x\r\n" + framing + b"\r\n\r\n")
            self._is_replaying = False

    def on_url(self, url: bytes) -> None:
        if not self._is_replaying:
            super().on_url(url)

    def on_message_begin(self) -> None:
        if self._is_replaying:
            return
        super().on_message_begin()
        self._move_to("head")

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._is_replaying:
            return
        if self._stage == "body":  # a trailer: never to be taken for a header (RFC 9110, 6.5.1)
            self._trailers += 1
        else:
            super().on_header(name, value)
        if len(self.headers) + self._trailers > HEADERS_LIMIT:
            self._stop_at(TOO_MANY_HEADERS)

    def on_headers_complete(self) -> None:
        if self._is_replaying:
            return
        doubt = doubt_about(self.parser.get_http_version(), self.headers)
        if doubt is not None:
            self._stop_at(HttpProblem(400, "bad_request", doubt))
        super().on_headers_complete()
        self._trailers = 0
        self._move_to("body")

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade() and framing_of(self.headers) is not None:
            return  # its body is still to come
        self._move_to("between")
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._let_go()
        elif self.expect_100_continue and self._stage == "body" and self.cycle.response_complete:
            self._hang_up()  # whoever was told no may leave the body out, and nobody could tell (RFC 9110, 10.1.1)
        elif self._flow.unread and not self.pipeline:
            self.loop.call_soon(self._go_on)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._patience.begin()

    def resume_writing(self) -> None:
        super().resume_writing()
        if not self.transport.is_closing():
            self._patience.end()

    def timeout_keep_alive_handler(self) -> None:
        self._hang_up()

    def _move_to(self, stage: Literal["head", "body", "between"]) -> None:
        self._stage, self._seen, self._has_moved = stage, 0, True

    def _set_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if self._stage != "between":
            within = HEAD_WITHIN if self._stage == "head" else BODY_WITHIN
            self._deadline = self.loop.call_later(within, self._too_late)

    def _too_late(self) -> None:
        if self.transport.is_closing():
            return
        if self.flow.read_paused:  # it is we who do not read
            self._set_deadline()
        elif self._is_silent:
            self._hang_up()
        else:
            self._refuse(HEAD_TOO_LATE if self._stage == "head" else BODY_TOO_LATE)

    def _stop_at(self, problem: HttpProblem) -> None:
        self._refusal = problem
        raise _Refuse

    def _refuse(self, problem: HttpProblem) -> None:
        """Say why, where it is this request's turn to be answered, and hang up. In the midst of another answer the
        words would be taken for a part of it."""
        cycle = self.cycle
        if self._stage == "body":
            is_its_turn = not self.pipeline and not cycle.response_started
            if is_its_turn:
                cycle.disconnected = True  # it is answered here
        else:
            is_its_turn = getattr(cycle, "response_complete", True)  # None before the first, whatever its type says
        if is_its_turn and not self.transport.is_closing():
            self.transport.write(written(problem))
        self._hang_up()

    def _hang_up(self) -> None:
        self._flow.unread = b""
        self.transport.close()
        self._let_go()

    def _let_go(self) -> None:
        """A connection that is closed lasts until its reader has taken what waits: not for ever."""
        if self.transport.get_write_buffer_size() > 0:
            self._patience.begin()


def bounded(most: int) -> type[BoundedProtocol]:
    """For a process that may hold so many connections."""
    return type("BoundedProtocol", (BoundedProtocol,), {"most": most})


class _Flow(FlowControl):
    """Reads no more while there is something that waits to be parsed. It does not know its connection: the two would
    hold one another, with all of the last request, until Python looks for such rings, long after thousands left."""

    unread = b""
    """What came behind requests that wait for their turn."""

    def resume_reading(self) -> None:
        if not self.unread:
            super().resume_reading()
