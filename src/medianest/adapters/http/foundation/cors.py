"""Pages of other origins: which of them may call, what they may send, and what of the answer their scripts may read.

Litestar has a configuration for this, but its layer stands inside of ours: a script could not read why it was refused
(429, 503, 404), and would be told of a network failure instead.
"""

from collections.abc import Collection, Sequence
from typing import Final

from litestar.types import HTTPScope, Message, Receive, Send

from medianest.adapters.http.foundation.layers import HttpApp

METHODS: Final = "GET, HEAD, POST, PUT, PATCH, DELETE"
SENT: Final = (
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, X-Api-Key, "
    "X-Correlation-Id, X-CSRF-Token"
)
"""Headers that a page may send beyond those that every page may."""

READ: Final = (
    "Content-Disposition, ETag, Idempotent-Replay, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, "
    "X-Correlation-Id, X-Event-Position, X-Metadata, X-Views"
)
"""Headers of an answer that its scripts may read beyond those that every script may."""

KEPT: Final = 600
"""Seconds for which a browser remembers the answer to a preflight."""

_PREFLIGHT: Final = (
    (b"access-control-allow-methods", METHODS.encode()),
    (b"access-control-allow-headers", SENT.encode()),
    (b"access-control-max-age", str(KEPT).encode()),
    (b"vary", b"Access-Control-Request-Method, Access-Control-Request-Headers"),
)
_VARY: Final = (b"vary", b"Origin")


class Cors:
    """ASGI layer. The origin is named, never `*`, since cookies may come along; whatever answer is kept by somebody on
    the way is kept for that origin alone. Who is not named gets the same answers, which their browser keeps from
    them."""

    def __init__(self, app: HttpApp, origins: Collection[str]) -> None:
        self._app = app
        self._origins = frozenset(origin.encode() for origin in origins)

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        asked = dict(scope["headers"])
        origin = asked.get(b"origin", b"")
        granted: Sequence[tuple[bytes, bytes]] = ()
        if origin in self._origins:
            granted = ((b"access-control-allow-origin", origin), (b"access-control-allow-credentials", b"true"))
            if scope["method"] == "OPTIONS" and b"access-control-request-method" in asked:
                headers = [*granted, _VARY, *_PREFLIGHT]
                await send({"type": "http.response.start", "status": 204, "headers": headers})
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                return
            granted = (*granted, (b"access-control-expose-headers", READ.encode()))

        async def with_grant(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *granted, _VARY]
            await send(message)

        await self._app(scope, receive, with_grant)
