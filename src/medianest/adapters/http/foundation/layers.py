"""The form of what stands around the routes: plain ASGI, one call deep, nothing allocated that is not needed.

A layer is a class that takes the next layer first. From the outside in:

    Forwarding     who calls, through a proxy that is trusted
    Correlation    an id on every answer and log line
    Observation    the access log and the figures
    Tracing        what changes something leaves a step in its trace
    Head           HEAD is GET without its body
    AnswerHeaders  security and caching headers
    Cors           pages of other origins
    Transfer       ETag, 304, gzip
    Barrier        exceptions become problems
    Sanity         what no route could take
    Authentication who calls
    RateLimit      not too much at once
    Options        what an address answers
    routes         Litestar
"""

from collections.abc import Awaitable, Callable

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

HttpApp = Callable[[HTTPScope, Receive, Send], Awaitable[None]]


def around_http(http: HttpApp, otherwise: ASGIApp) -> ASGIApp:
    """Requests go through `http`; WebSockets, of which there are none yet, to where they are turned down."""

    async def choose(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            await http(scope, receive, send)
        else:
            await otherwise(scope, receive, send)

    return choose


def is_stream(start: Message) -> bool:
    """Whether these headers belong to server-sent events, which flow for as long as the reader stays."""
    return start["type"] == "http.response.start" and any(
        name.lower() == b"content-type" and value.startswith(b"text/event-stream") for name, value in start["headers"]
    )
