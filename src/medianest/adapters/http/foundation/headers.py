"""Headers that every answer carries: what a browser may do with it, and who may keep it.

The set follows OWASP's REST Security and Secure Headers cheat sheets. A route that needs another value (the
documentation page's content security policy) sets its own, which wins.
"""

from typing import Final

from litestar.types import HTTPScope, Message, Receive, Send

from medianest.adapters.http.foundation.cookies import lines_of
from medianest.adapters.http.foundation.layers import HttpApp

ALWAYS: Final[tuple[tuple[bytes, bytes], ...]] = (
    (
        b"content-security-policy",
        b"default-src 'none'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_HSTS: Final = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
_READ: Final = (b"cache-control", b"private, no-cache")
_REST: Final = (b"cache-control", b"no-store")


class AnswerHeaders:
    """ASGI layer. Reads that carry an ETag may be kept by the reader alone and are asked for again each time; all
    else is not stored. A route that says otherwise shows the same to everybody whom it lets in. Cookies are set here,
    so that a refusal can take one away."""

    def __init__(self, app: HttpApp) -> None:
        self._app = app

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        wanted = (*ALWAYS, _HSTS) if scope.get("scheme") == "https" else ALWAYS

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [(name.lower(), value) for name, value in message["headers"]]
                present = {name for name, _ in headers}
                is_kept = b"etag" in present and message["status"] in (200, 304) and scope["method"] == "GET"
                caching = _READ if is_kept else _REST
                headers += [header for header in (*wanted, caching) if header[0] not in present]
                if is_kept and b"cache-control" not in present:
                    headers.append((b"vary", b"Authorization, Cookie"))
                message["headers"] = headers + lines_of(scope)
            await send(message)

        await self._app(scope, receive, with_headers)
