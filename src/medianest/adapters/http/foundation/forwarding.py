"""Behind a reverse proxy: who really calls, and whether they speak HTTPS to the proxy.

Only a peer that the owner named is believed, since anybody else can write the same headers. uvicorn has a middleware
for this, but it takes no IPv4 peer for a trusted one where it listens on `::`, and makes whatever stands in the header
the client's address. `Forwarded` (RFC 7239) and `X-Real-IP` are not read at all: a proxy that sets the headers below
hands those on as the client wrote them.
"""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Final

from litestar.types import HTTPScope, Receive, Send

from medianest.adapters.http.foundation.layers import HttpApp
from medianest.application.networks import Address, Network, is_within, plain

_FOR: Final = b"x-forwarded-for"
_PROTO: Final = b"x-forwarded-proto"
_SCHEMES: Final = {b"http": "http", b"https": "https"}

HOPS: Final = 16
"""Entries that are looked at, from the last one on. No house has so many proxies, one behind the other."""


class Forwarding:
    """ASGI layer, the outermost: all others see, as `client` (its port is 0) and `scheme` of the scope, what a trusted
    proxy reports."""

    def __init__(self, app: HttpApp, trusted: Sequence[Network]) -> None:
        self._app = app
        self._trusted = trusted

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        if self._is_trusted(_peer(scope)):
            chain = b",".join(value for name, value in scope["headers"] if name == _FOR)
            if (client := self._client(chain)) is not None:
                scope["client"] = (str(client), 0)
            said = b",".join(value for name, value in scope["headers"] if name == _PROTO)
            nearest = said.rpartition(b",")[2].strip().lower()  # what the proxy added, or wrote in its place
            scope["scheme"] = _SCHEMES.get(nearest, scope["scheme"])
        await self._app(scope, receive, send)

    def _client(self, chain: bytes) -> Address | None:
        """The last address that is no proxy of ours: each proxy appends whom it was called by, and what stands before
        that was written by strangers. The first one where all are ours; the nearest to what makes no sense."""
        found = None
        for entry in reversed(chain.rsplit(b",", HOPS)[-HOPS:]):
            address = _address(entry.strip().decode("latin-1"))
            if address is None:
                return found
            found = address
            if not self._is_trusted(address):
                return found
        return found

    def _is_trusted(self, address: Address | None) -> bool:
        return address is not None and is_within(address, self._trusted)


def _peer(scope: HTTPScope) -> Address | None:
    client = scope.get("client")
    return _address(client[0]) if client else None


def _address(entry: str) -> Address | None:
    """`192.0.2.7`, `192.0.2.7:1234`, `2001:db8::7`, `[2001:db8::7]` or `[2001:db8::7]:1234`; None for all else."""
    if entry.startswith("["):
        entry = entry[1:].partition("]")[0]
    elif entry.count(":") == 1:
        entry = entry.partition(":")[0]
    try:
        return plain(ip_address(entry))
    except ValueError:
        return None
