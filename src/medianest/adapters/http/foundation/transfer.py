"""How the body of an answer travels: not at all when the reader has it already (304), else compressed if that pays.

Only answers that arrive in one piece are touched, so streams flow. The two stand together because their order
matters: the tag is that of the content, not of its compressed form, which differs from run to run.
"""

import gzip
import hashlib
from typing import Final

from litestar.types import HTTPResponseStartEvent, HTTPScope, Message, Receive, Send

from medianest.adapters.http.foundation.layers import HttpApp, is_stream

GZIP_FROM: Final = 1024
"""Bytes below which compression does not pay."""

_LEVEL: Final = 5
_TEXT: Final = (b"application/json", b"application/problem+json", b"application/vnd.oai.openapi+json", b"text/")
_OF_CONTENT: Final = (b"content-length", b"content-type", b"content-encoding")


class Transfer:
    """ASGI layer: weak ETags and 304 (RFC 9110, 13.1.2) for reads, gzip for text."""

    def __init__(self, app: HttpApp) -> None:
        self._app = app

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        asked = dict(scope["headers"])
        held: HTTPResponseStartEvent | None = None

        async def pass_on(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start":
                if is_stream(message):
                    await send(message)
                else:
                    held = message
                return
            if held is not None and message["type"] == "http.response.body":
                start, held = held, None
                body = message.get("body", b"")
                if not message.get("more_body", False):
                    start, body = self._finish(start, body, str(scope["method"]), asked)
                    message["body"] = body
                await send(start)
            await send(message)

        await self._app(scope, receive, pass_on)

    def _finish(
        self, start: HTTPResponseStartEvent, body: bytes, method: str, asked: dict[bytes, bytes]
    ) -> tuple[HTTPResponseStartEvent, bytes]:
        headers = {name.lower(): value for name, value in start["headers"]}
        rest = [(name, value) for name, value in start["headers"] if name.lower() not in _OF_CONTENT]
        content = [(name, headers[name]) for name in _OF_CONTENT if name in headers]
        is_text = headers.get(b"content-type", b"").startswith(_TEXT)
        if method == "GET" and start["status"] == 200 and headers.get(b"cache-control") != b"no-store":
            tag = _tag(body, headers.get(b"etag"))
            rest = [*((name, value) for name, value in rest if name.lower() != b"etag"), (b"etag", tag)]
            if _has_it(asked.get(b"if-none-match", b""), tag):
                return {**start, "status": 304, "headers": rest}, b""
        if is_text and len(body) >= GZIP_FROM and b"content-encoding" not in headers:
            rest.append((b"vary", b"Accept-Encoding"))
            if _accepts_gzip(asked.get(b"accept-encoding", b"")):
                body = gzip.compress(body, _LEVEL, mtime=0)
                content = [(b"content-type", headers[b"content-type"]), (b"content-encoding", b"gzip")]
                content.append((b"content-length", str(len(body)).encode()))
        return {**start, "headers": [*content, *rest]}, body


def _tag(body: bytes, own: bytes | None) -> bytes:
    """The route's own tag says the version; what is shown of it differs by who looks, and as people are renamed."""
    content = hashlib.blake2b(body, digest_size=12).hexdigest().encode()
    return b'W/"' + content + b'"' if own is None else own[:-1] + b"-" + content + b'"'


def _has_it(if_none_match: bytes, tag: bytes) -> bool:
    """Weak comparison: RFC 9110, 8.8.3.2."""
    tags = [part.strip().removeprefix(b"W/") for part in if_none_match.split(b",")]
    return b"*" in tags or tag.removeprefix(b"W/") in tags


def _accepts_gzip(accept_encoding: bytes) -> bool:
    """RFC 9110, 12.5.3; `q=0` means "not this one"."""
    for part in accept_encoding.lower().split(b","):
        coding, _, weight = part.partition(b";")
        if coding.strip() in (b"gzip", b"*"):
            return weight.replace(b" ", b"") not in (b"q=0", b"q=0.0", b"q=0.00", b"q=0.000")
    return False
