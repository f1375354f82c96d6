"""A client for servers that are only known when they are called: each of them has its bad days by itself."""

from collections import OrderedDict
from collections.abc import Collection, Sequence
from typing import Final

import httpx

from medianest.adapters.upstream.breaker import CircuitBreaker
from medianest.adapters.upstream.client import UpstreamFigures
from medianest.adapters.upstream.guard import GuardedTransport, authorities
from medianest.adapters.upstream.record import CallRecord
from medianest.adapters.upstream.transport import Limits, Origin, ResilientTransport, origin_of
from medianest.application.outgoing import AllowedAddresses
from medianest.ports.upstreams import BreakerState, UpstreamSample

MOST_ORIGINS: Final = 64
"""The one that was not called for longest makes room. Its breaker begins anew, should it be called again."""

CONNECTIONS: Final = 32


WORST_FIRST: Final[Sequence[BreakerState]] = ("open", "half_open", "closed")


class OriginsTransport(httpx.AsyncBaseTransport):
    """One ResilientTransport for each origin, over a guarded network for all of them and a plain one for `own`; and one
    record of the calls to all of them."""

    def __init__(self, name: str, *, allowed: AllowedAddresses, own: Collection[Origin], limits: Limits) -> None:
        self._name = name
        self._allowed = allowed
        self._own = frozenset(own)
        self._limits = limits
        self._record = CallRecord()
        self._known: OrderedDict[Origin, ResilientTransport] = OrderedDict()
        self._networks: dict[bool, httpx.AsyncBaseTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._of(origin_of(request.url)).handle_async_request(request)

    @property
    def origins(self) -> Sequence[Origin]:
        """Those that are known, the one called last at the end."""
        return tuple(self._known)

    @property
    def breaker(self) -> BreakerState:
        """The worst of all."""
        found = {transport.breaker.state for transport in self._known.values()}
        return next((state for state in WORST_FIRST if state in found), "closed")

    def reset(self) -> None:
        """Close every breaker."""
        for transport in self._known.values():
            transport.breaker.reset()

    def sample(self) -> UpstreamSample:
        return self._record.sample(self._name, self.breaker, self._joined)

    def figures(self) -> UpstreamFigures:
        """Of the origins that are known now; the latencies of all that ever were."""
        known = self._known.values()
        return UpstreamFigures(
            name=self._name,
            breaker=self.breaker,
            calls=sum(transport.calls for transport in known),
            failures=sum(transport.failures for transport in known),
            joined=self._joined,
            latencies=self._record.latencies,
            seconds=self._record.seconds,
        )

    @property
    def _joined(self) -> int:
        return sum(transport.flights.joined for transport in self._known.values())

    def _of(self, origin: Origin) -> ResilientTransport:
        if origin not in self._known:
            self._known[origin] = ResilientTransport(
                self._network(is_own=origin in self._own),
                name=self._name,
                origin=origin,
                root="",
                limits=self._limits,
                breaker=CircuitBreaker(threshold=self._limits.breaker_threshold, pause=self._limits.breaker_pause),
                secret_headers={},
                secret_params={},
                record=self._record,
            )
        self._known.move_to_end(origin)
        if len(self._known) > MOST_ORIGINS:
            self._known.popitem(last=False)
        return self._known[origin]

    def _network(self, *, is_own: bool) -> httpx.AsyncBaseTransport:
        """Made when it is needed: most houses have providers of one sort, or none."""
        if is_own not in self._networks:
            most = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
            self._networks[is_own] = (
                httpx.AsyncHTTPTransport(verify=authorities(), trust_env=False, limits=most)
                if is_own
                else GuardedTransport(self._allowed, connections=CONNECTIONS)
            )
        return self._networks[is_own]

    async def aclose(self) -> None:
        for network in self._networks.values():
            await network.aclose()


class OriginsClient(httpx.AsyncClient):
    """An `httpx.AsyncClient` that can say how its upstreams are doing, all together. It follows no redirects."""

    def __init__(self, transport: OriginsTransport, timeout: httpx.Timeout) -> None:
        super().__init__(
            transport=transport,
            headers={"Accept": "application/json", "User-Agent": "MediaNest"},
            timeout=timeout,
            follow_redirects=False,
            trust_env=False,
        )
        self.sample = transport.sample
        self.figures = transport.figures
        self.reset = transport.reset


def origins_client(
    name: str, *, allowed: AllowedAddresses, own: Collection[str] = (), limits: Limits | None = None
) -> OriginsClient:
    """A client for addresses that people give. It follows no redirects, and raises AddressNotAllowed when it would be
    led where `allowed` does not; `own` are addresses of the owner's own choice, whose origins are not looked at."""
    bounds = limits or Limits()
    transport = OriginsTransport(name, allowed=allowed, own=[origin_of(httpx.URL(url)) for url in own], limits=bounds)
    return OriginsClient(transport, httpx.Timeout(bounds.total, connect=bounds.connect))
