"""How MediaNest talks to other people's servers: one httpx transport that expects them to have bad days."""

from medianest.adapters.upstream.body import AnswerTooLarge
from medianest.adapters.upstream.breaker import BreakerState, CircuitBreaker
from medianest.adapters.upstream.client import UpstreamClient, UpstreamFigures, upstream_client
from medianest.adapters.upstream.guard import GuardedTransport
from medianest.adapters.upstream.transport import Limits, ResilientTransport

__all__ = [
    "AnswerTooLarge",
    "BreakerState",
    "CircuitBreaker",
    "GuardedTransport",
    "Limits",
    "ResilientTransport",
    "UpstreamClient",
    "UpstreamFigures",
    "upstream_client",
]
