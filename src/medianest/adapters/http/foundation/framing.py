"""Whether the head of a request leaves any doubt about whom it is for and where it ends.

What the parser lets through although a proxy in front may read it otherwise: two servers that disagree on where a
request ends are how one person's request is smuggled into another's connection (RFC 9112, 11.2). The parser itself
refuses the rest: two lengths, a length beside a transfer coding, signs, spaces before colons, bare line feeds, folds.
"""

import re
from collections.abc import Sequence
from typing import Final

HEADERS_LIMIT: Final = 100
"""Header fields of one request. Browsers and proxies together send some thirty."""

_HOST: Final = re.compile(rb"[A-Za-z0-9._~!$&'()*+;=:%\[\]-]*")
"""The characters of an authority without a user (RFC 3986, 3.2.2); empty where there is none."""


def doubt_about(version: str, headers: Sequence[tuple[bytes, bytes]]) -> str | None:
    """Why this head is not to be trusted; None for a sane one. Names are in lower case; `version` is the parser's
    ("1.1")."""
    if version not in ("1.1", "1.0"):  # the parser takes a bare `GET /` for HTTP/0.9
        return "This server speaks HTTP/1.1 and HTTP/1.0."
    hosts = 0
    for name, value in headers:
        if name == b"host":
            hosts += 1
            if not _HOST.fullmatch(value):
                return "Host is not the name of a host."
        elif name == b"transfer-encoding":
            if version == "1.0":
                return "Transfer-Encoding came with HTTP/1.1 (RFC 9112, 6.1)."
            if value.strip().lower() != b"chunked":
                return "The only Transfer-Encoding that this server knows is chunked."
    if hosts > 1 or (hosts == 0 and version == "1.1"):
        return "A request names exactly one Host (RFC 9112, 3.2)."
    return None


def framing_of(headers: Sequence[tuple[bytes, bytes]]) -> bytes | None:
    """The header line that says that a body follows and where it ends; None where there is none."""
    for name, value in headers:
        if name == b"transfer-encoding" or (name == b"content-length" and value.strip(b"0")):
            return name + b": " + value
    return None
