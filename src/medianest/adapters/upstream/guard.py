"""Calls to addresses that people gave: the network that leads to none but those that are allowed.

A name is resolved once, every address it has is looked at, and the connection goes to one of them: what it resolves to
a moment later, or at somebody else's, changes nothing (DNS rebinding). TLS and Host keep the name. Whatever builds on
this, such as a client that follows redirects, is looked at for each request and each connection it makes.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import cache
from ipaddress import ip_address
from typing import Final

import httpcore
import httpx

from medianest.application.networks import Address
from medianest.application.outgoing import AddressNotAllowed, AllowedAddresses

Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]
"""The addresses of a host (a name, or an address in any notation), best first. Raises OSError, and UnicodeError for
what cannot be a name."""

MOST: Final = 4
"""Addresses of one host that are tried."""


async def resolved(host: str, port: int) -> Sequence[Address]:
    """What the system says."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ip_address(sockaddr[0]) for *_, sockaddr in found]


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Where connections are made. Raises AddressNotAllowed for a host any of whose addresses is not."""

    def __init__(
        self,
        allowed: AllowedAddresses,
        resolve: Resolve = resolved,
        network: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._network = network or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        now = asyncio.get_running_loop().time
        end = None if timeout is None else now() + timeout
        addresses = await self._addresses(host, port, timeout)
        if not all(self._allowed.permits(address) for address in addresses):
            raise AddressNotAllowed
        failure: Exception = httpcore.ConnectError("the name has no address")
        tried = list(dict.fromkeys(addresses))[:MOST]
        for left, address in zip(range(len(tried), 0, -1), tried, strict=True):
            # One that does not answer must leave time for the others.
            share = None if end is None else max(0.0, end - now()) / left
            try:
                return await self._network.connect_tcp(str(address), port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)

    async def _addresses(self, host: str, port: int, timeout: float | None) -> Sequence[Address]:
        try:
            async with asyncio.timeout(timeout):
                return await self._resolve(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout("the name was not resolved in time") from error
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError("the name cannot be resolved") from error


@cache
def authorities() -> ssl.SSLContext:
    """Whose word on who a server is is taken, for all clients alike: reading their certificates takes some 20 ms."""
    return httpx.create_ssl_context(trust_env=False)


class GuardedTransport(httpx.AsyncHTTPTransport):
    """For `inner=` of `upstream_client`, and `transport=` of any httpx client. Raises AddressNotAllowed besides what
    httpx raises; uses no proxy of the environment, which would resolve names by itself."""

    def __init__(self, allowed: AllowedAddresses, *, connections: int = 8, resolve: Resolve = resolved) -> None:
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        context = authorities()
        super().__init__(verify=context, trust_env=False, limits=limits)
        self._allowed = allowed
        # httpx has no way to hand its pool another network; the pool itself has.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=GuardedNetwork(allowed, resolve),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._allowed.check(str(request.url))
        return await super().handle_async_request(request)
