"""Requests that change something leave a step in the trace of their click: the route, the answer, and how long."""

from typing import Final

from litestar.types import HTTPScope, Message, Receive, Send

from medianest.adapters.http.foundation.layers import HttpApp
from medianest.application.tracing import Tracer

CHANGING: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_API: Final = "/api/v1"


class Tracing:
    """ASGI layer, inside of Correlation. The step is named after the route (`POST /media/request`), never after the
    path: paths hold ids. Two things leave no step, or strangers could fill the table: what no route took, and
    requests of nobody that were turned down."""

    def __init__(self, app: HttpApp, tracer: Tracer) -> None:
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        if scope["method"] not in CHANGING:
            await self._app(scope, receive, send)
            return
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        correlation_id = scope["state"]["correlation_id"]
        with self._tracer.begin("request", str(scope["method"]), correlation_id=correlation_id) as step:
            try:
                await self._app(scope, receive, watched)
            finally:
                route: str | None = scope.get("path_template")
                step.name = f"{step.name} {(route or '').removeprefix(_API)}"
                step.outcome = str(status) if status else ""
                is_turned_down = 400 <= status < 500 and scope.get("user") is None
                step.is_kept = route is not None and not is_turned_down
