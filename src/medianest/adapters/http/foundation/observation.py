"""What is seen of each request: a log line, and figures for Prometheus."""

import re
from time import perf_counter
from typing import Final

import structlog
from litestar.types import HTTPScope, Message, Receive, Send
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from medianest.adapters.http.foundation.caller import Caller
from medianest.adapters.http.foundation.layers import HttpApp, is_stream

_log = structlog.stdlib.get_logger("medianest.access")

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SECRET: Final = re.compile(r"(/plex/pin/|/webhooks/plex/).+", re.IGNORECASE)
"""What stands in such a path opens somebody's sign-in, or is how a media server shows who it is."""
_QUIET: Final = ("/health/", "/metrics")
_BUCKETS: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class HttpMetrics:
    """Counts by route template, never by path: paths hold ids, and their number has no end. `registry` may hold
    other figures of this process too."""

    content_type: Final = "text/plain; version=0.0.4"

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        labels = ("method", "route", "status")
        self.requests = Counter("medianest_http_requests", "Answered requests.", labels, registry=self.registry)
        self.seconds = Histogram(
            "medianest_http_request_seconds",
            "Time to the end of the answer; streams are left out.",
            ("method", "route"),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.in_progress = Gauge(
            "medianest_http_requests_in_progress",
            "Requests being answered, open streams included.",
            registry=self.registry,
        )

    def render(self) -> bytes:
        """The text format of Prometheus."""
        return generate_latest(self.registry)


class Observation:
    """ASGI layer. The log line holds no query string: what people look for is theirs."""

    def __init__(self, app: HttpApp, metrics: HttpMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        started = perf_counter()
        path = scope["path"]  # Litestar rewrites it
        method = str(scope["method"])
        status = 0
        streams = False

        async def watched(message: Message) -> None:
            nonlocal status, streams
            if message["type"] == "http.response.start":
                status = message["status"]
                streams = is_stream(message)
            await send(message)

        self._metrics.in_progress.inc()
        try:
            await self._app(scope, receive, watched)
        finally:
            self._metrics.in_progress.dec()
            elapsed = perf_counter() - started
            label = method if method in _METHODS else "other"
            route = scope.get("path_template") or "unmatched"
            self._metrics.requests.labels(label, route, str(status)).inc()
            if not streams:
                self._metrics.seconds.labels(label, route).observe(elapsed)
            user = scope.get("user")
            client = scope.get("client")
            write = _log.debug if path.startswith(_QUIET) else _log.info
            write(
                "request",
                method=method,
                path=_shown(path),
                status=status,
                ms=round(elapsed * 1000, 1),
                address=client[0] if client else "local",
                **({"user_id": str(user.user_id)} if isinstance(user, Caller) else {}),
            )


def _shown(path: str) -> str:
    """Without what a terminal would obey, and without secrets."""
    return _SECRET.sub(r"\1***", path if path.isprintable() else ascii(path)[1:-1])
