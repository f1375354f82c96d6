"""What one connection may ask of us before it has said what it wants.

uvicorn reads the head of a request for as long as it comes, whatever its size. Here it has to be of a sane size and
complete in time, so that nobody who is not even signed in can fill the memory or keep all places taken.
"""

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_LIMIT: Final = 64 * 1024
"""Bytes of a request line and its headers, give or take what arrives in one piece (256 KiB with asyncio)."""

HEAD_WITHIN: Final = 15.0
"""Seconds from the first byte of a request, or from the beginning of a connection, to the end of the headers."""


class BoundedProtocol(HttpToolsProtocol):
    """For `http=` of uvicorn's Config."""

    _awaits_head = True
    _seen = 0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._awaits_head and not self.transport.is_closing():
            self._seen += len(data)
            if self._seen > HEAD_LIMIT:
                self.send_400_response("The head of the request is too large.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._await_head()

    def on_headers_complete(self) -> None:
        self._awaits_head = False
        self._forget_deadline()
        super().on_headers_complete()

    def _await_head(self) -> None:
        self._awaits_head, self._seen = True, 0
        self._forget_deadline()
        self._deadline = self.loop.call_later(HEAD_WITHIN, self._too_late)

    def _too_late(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
