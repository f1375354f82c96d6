"""HEAD: what GET would answer, without its body (RFC 9110, 9.3.2). Health checks and monitors like to ask so."""

import asyncio

from litestar.types import HTTPDisconnectEvent, HTTPScope, Message, Receive, Send

from medianest.adapters.http.foundation.layers import HttpApp


class Head:
    """ASGI layer: the routes see a GET whose reader leaves with the head, which also ends a stream."""

    def __init__(self, app: HttpApp) -> None:
        self._app = app

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        if scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        has_ended = False
        has_begun = asyncio.Event()

        async def without_body(message: Message) -> None:
            nonlocal has_ended
            if message["type"] == "http.response.start":
                await send(message)
                has_begun.set()
            elif message["type"] == "http.response.body" and not has_ended:
                has_ended = True
                await send({"type": "http.response.body", "body": b"", "more_body": False})

        async def gone() -> HTTPDisconnectEvent:
            # The head may be held back until there is something of the body.
            await has_begun.wait()
            return {"type": "http.disconnect"}

        as_get: HTTPScope = {**scope, "method": "GET"}
        await self._app(as_get, gone, without_body)
        if not has_ended:  # a stream ends with its reader, in the middle of its body
            await without_body({"type": "http.response.body", "body": b"", "more_body": False})
