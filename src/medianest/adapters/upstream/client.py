"""Building a client for one upstream."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import httpx

from medianest.adapters.upstream.breaker import BreakerState, CircuitBreaker
from medianest.adapters.upstream.guard import GuardedTransport, authorities
from medianest.adapters.upstream.record import CallRecord
from medianest.adapters.upstream.transport import Limits, ResilientTransport, origin_of
from medianest.application.outgoing import AllowedAddresses
from medianest.ports.upstreams import UpstreamSample


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamFigures:
    """Since the start of the process. `failures`: calls without an answer, or with 502, 503 or 504; `joined`: reads
    that were answered by a call already under way; `latencies`: calls by bucket of `application.latencies`, and
    `seconds` what they took together."""

    name: str
    breaker: BreakerState
    calls: int
    failures: int
    joined: int
    latencies: Mapping[int, int]
    seconds: float


class UpstreamClient(httpx.AsyncClient):
    """An `httpx.AsyncClient` that can say how its upstream is doing. It follows no redirects: an address that has
    moved is a setting to correct, and a key is never carried elsewhere."""

    def __init__(
        self,
        name: str,
        base_url: httpx.URL,
        transport: ResilientTransport,
        breaker: CircuitBreaker,
        timeout: httpx.Timeout,
    ) -> None:
        super().__init__(
            base_url=base_url,
            transport=transport,
            headers={"Accept": "application/json", "User-Agent": "MediaNest"},
            timeout=timeout,
            follow_redirects=False,
            trust_env=False,
        )
        self.name = name
        self._resilient = transport
        self._breaker = breaker

    def figures(self) -> UpstreamFigures:
        return UpstreamFigures(
            name=self.name,
            breaker=self._breaker.state,
            calls=self._resilient.calls,
            failures=self._resilient.failures,
            joined=self._resilient.flights.joined,
            latencies=self._resilient.record.latencies,
            seconds=self._resilient.record.seconds,
        )

    def sample(self) -> UpstreamSample:
        """How it is doing, for people."""
        return self._resilient.record.sample(self.name, self._breaker.state, self._resilient.flights.joined)

    def reset(self) -> None:
        """Close the breaker."""
        self._breaker.reset()


def upstream_client(
    name: str,
    base_url: str,
    *,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    allowed: AllowedAddresses | None = None,
    inner: httpx.AsyncBaseTransport | None = None,
    open_paths: Collection[str] = (),
) -> UpstreamClient:
    """A client for the server at `base_url`. `headers` and `params` are its credentials, sent with every request and
    seen nowhere else. `name` labels its figures; `inner` replaces the network. An address that people gave, and not the
    owner, goes together with `allowed`: the client then raises AddressNotAllowed when it would be led elsewhere.
    `open_paths`, below that address, are answered to anybody: they say nothing of whether the credentials are taken.

    Raises ValueError, in words that repeat neither, for an address that is not plain http or https, and for
    credentials that no header can hold.
    """
    bounds = limits or Limits()
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        raise ValueError(f"The address of {name} is not a URL.") from None
    if url.scheme not in ("http", "https") or not url.host or url.userinfo or url.query or url.fragment:
        raise ValueError(f"The address of {name} must look like https://host:port/path, without name or password.")
    if not all(value.isascii() and value.isprintable() for value in (headers or {}).values()):
        raise ValueError(f"The key of {name} holds characters that no key has.")
    if inner is not None:
        network = inner
    elif allowed is not None:
        network = GuardedTransport(allowed, connections=bounds.concurrency)
    else:
        most = httpx.Limits(max_connections=bounds.concurrency, max_keepalive_connections=bounds.concurrency)
        network = httpx.AsyncHTTPTransport(verify=authorities(), trust_env=False, limits=most)
    breaker = CircuitBreaker(threshold=bounds.breaker_threshold, pause=bounds.breaker_pause)
    transport = ResilientTransport(
        network,
        name=name,
        origin=origin_of(url),
        root=url.path,
        limits=bounds,
        breaker=breaker,
        secret_headers=headers or {},
        secret_params=params or {},
        record=CallRecord(has_token=bool(headers or params), open_paths=open_paths),
    )
    return UpstreamClient(name, url, transport, breaker, httpx.Timeout(bounds.total, connect=bounds.connect))
