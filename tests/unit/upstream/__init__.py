"""The resilient transport, against a real server on loopback."""

from medianest.adapters.standin.server import Standin
from medianest.adapters.upstream import Limits, UpstreamClient, upstream_client

SECRET = "0123456789abcdef0123456789abcdef"


def client_of(server: Standin, **limits: float) -> UpstreamClient:
    """A client of `server` that loses no time."""
    quick = {"total": 2.0, "first_wait": 0.01, "jitter": 0.01, "breaker_pause": 0.2} | limits
    return upstream_client(
        "test", server.url, headers={"X-Api-Key": SECRET}, params={"api_key": SECRET}, limits=Limits(**quick)
    )
