"""Answers made of what was kept of an upstream say so where it is older than it ought to be."""

from typing import Final

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from medianest.application.kept_reads import ages_noted

STALE: Final = (b"x-metadata", b"stale")


def marks_stale(app: ASGIApp) -> ASGIApp:
    """Litestar middleware, for routes that show titles: `X-Metadata: stale`. A header, because it is about the answer
    and not about what it shows: the bodies stay the same, and so do their ETags. (`Warning: 110`
    said this once; RFC 9111 has done away with it.)"""

    async def around(scope: Scope, receive: Receive, send: Send) -> None:
        with ages_noted() as noted:

            async def marked(message: Message) -> None:
                if message["type"] == "http.response.start" and noted.stalest is not None:
                    message["headers"] = [*message["headers"], STALE]
                await send(message)

            await app(scope, receive, marked)

    return around
