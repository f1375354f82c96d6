"""Cookies: which there are, how they are written, and how they are read from a request that anybody may have written.

Over HTTPS their names carry the prefixes `__Host-` or `__Secure-` (RFC 6265bis, 4.1.3), so that neither a sibling
domain nor a page over plain HTTP can plant one; a name without its prefix is then not even looked at. Over plain HTTP,
as within a house, browsers take no cookie of such a name, and the plain one serves.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from litestar.types import HTTPScope

_LINES: Final = "medianest_cookies"
_VALUE: Final = re.compile(r"[A-Za-z0-9._~-]{1,2048}", re.ASCII)
"""What we write: JSON web tokens, random texts in base64url, nonces and digests."""

DAY: Final = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """`is_readable`: scripts of our pages may read it."""

    name: str
    prefix: Literal["__Host-", "__Secure-"]
    path: str
    same_site: Literal["Lax", "Strict"]
    is_readable: bool = False

    def named(self, scheme: str) -> str:
        return self.prefix + self.name if scheme == "https" else self.name

    def line(self, scheme: str, value: str, max_age: int) -> str:
        """The value of `Set-Cookie`. `max_age` in seconds; 0 takes the cookie away."""
        parts = [f"{self.named(scheme)}={value}", f"Max-Age={max_age}", f"Path={self.path}"]
        parts.append(f"SameSite={self.same_site}")
        if not self.is_readable:
            parts.append("HttpOnly")
        if scheme == "https":
            parts.append("Secure")
        return "; ".join(parts)


ACCESS: Final = Cookie(name="medianest", prefix="__Host-", path="/", same_site="Lax")
CSRF: Final = Cookie(name="medianest-csrf", prefix="__Host-", path="/", same_site="Lax", is_readable=True)
REFRESH: Final = Cookie(name="medianest-refresh", prefix="__Secure-", path="/api/v1/auth", same_site="Strict")
DEVICE: Final = Cookie(name="medianest-device", prefix="__Secure-", path="/api/v1/auth", same_site="Lax")
"""Of a device that is not asked for the second factor. Not `Strict`: it has to come along when another site, where
somebody signed in, sends them back."""

KNOWN: Final = Cookie(name="medianest-known", prefix="__Secure-", path="/api/v1/auth", same_site="Strict")
"""Of a device on which somebody gave their password: guesses elsewhere do not shut its person out."""

REFRESH_FOR: Final = 30 * DAY
DEVICE_FOR: Final = 30 * DAY
KNOWN_FOR: Final = 180 * DAY
"""Seconds; what stands in them is good for as long."""


def read(scope: HTTPScope, cookie: Cookie) -> str | None:
    """What the request brings of it; None where it brings none. One that stands twice, or holds what we never write,
    reads as an empty text, which opens nothing: a second one was planted, and nobody can tell which."""
    wanted = cookie.named(scope["scheme"])
    found = [value for name, value in _pairs(scope) if name == wanted]
    if not found:
        return None
    return found[0] if len(found) == 1 and _VALUE.fullmatch(found[0]) else ""


def leave(scope: HTTPScope, cookie: Cookie, value: str, max_age: int) -> None:
    """Have the answer set it, whatever the answer turns out to be. `max_age` in seconds."""
    scope["state"].setdefault(_LINES, {})[cookie] = cookie.line(scope["scheme"], value, max_age)


def take_away(scope: HTTPScope, *cookies: Cookie) -> None:
    """Have the answer remove them."""
    for cookie in cookies:
        leave(scope, cookie, "", 0)


def lines_of(scope: HTTPScope) -> list[tuple[bytes, bytes]]:
    """The headers by which the answer does so."""
    lines: dict[Cookie, str] = scope["state"].get(_LINES, {})
    return [(b"set-cookie", line.encode("ascii")) for line in lines.values()]


def _pairs(scope: HTTPScope) -> list[tuple[str, str]]:
    """RFC 6265, 4.2.1, as browsers write it; all `Cookie` headers together."""
    text = ";".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie")
    pairs = (part.strip(" \t").partition("=") for part in text.split(";"))
    return [(name, value) for name, _, value in pairs]
