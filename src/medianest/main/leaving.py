"""How a server takes its leave: it says so first, and goes when whoever sends people to it has had time to hear it."""

import asyncio
from collections.abc import Callable

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

CLOSE = (b"connection", b"close")

log = structlog.get_logger("medianest.serve")


class Leave:
    """`go` is called once, `seconds` after `begin`, or as soon as that is called again. In between everything is
    answered as ever, but for readiness and the request to close the connection (RFC 9112, 9.6): whoever has another
    question takes it elsewhere."""

    def __init__(self, seconds: float, go: Callable[[], None]) -> None:
        self._seconds = seconds
        self._go = go
        self._departure: asyncio.TimerHandle | None = None
        self._has_gone = False

    @property
    def is_under_way(self) -> bool:
        return self._has_gone or self._departure is not None

    def begin(self) -> None:
        """Call from within the event loop."""
        if self._departure is not None or not self._seconds:
            self.at_once()
            return
        log.info("leaving", seconds=self._seconds)
        self._departure = asyncio.get_running_loop().call_later(self._seconds, self.at_once)

    def at_once(self) -> None:
        if self._departure is not None:
            self._departure.cancel()
        if not self._has_gone:
            self._has_gone = True
            self._go()

    def around(self, app: ASGIApp) -> ASGIApp:
        """The ASGI application `app`, whose answers ask for their connection to be closed once this is under way."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            is_last = scope["type"] == ScopeType.HTTP and self.is_under_way
            await app(scope, receive, _closing(send) if is_last else send)

        return answer


def _closing(send: Send) -> Send:
    async def said(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], CLOSE]
        await send(message)

    return said
