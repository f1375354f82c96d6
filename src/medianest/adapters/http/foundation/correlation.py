"""The correlation id: one name for all that one click causes, on every answer and on every log line."""

import re
from typing import Any, Final
from uuid import uuid4

from litestar.connection import ASGIConnection
from litestar.types import HTTPScope, Message, Receive, Send
from structlog.contextvars import bound_contextvars

from medianest.adapters.http.foundation.layers import HttpApp

HEADER: Final = "X-Correlation-Id"
_RAW_HEADER: Final = HEADER.lower().encode()
_SANE: Final = re.compile(rb"[A-Za-z0-9._:-]{1,64}")


class Correlation:
    """ASGI layer: takes the client's id if it is a sane value, otherwise makes one (32 hexadecimal digits)."""

    def __init__(self, app: HttpApp) -> None:
        self._app = app

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})
        given = next((value for name, value in scope["headers"] if name == _RAW_HEADER), b"")
        chosen = given.decode("ascii") if _SANE.fullmatch(given) else uuid4().hex
        scope["state"]["correlation_id"] = chosen
        answer_header = (_RAW_HEADER, chosen.encode("ascii"))

        async def with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], answer_header]
            await send(message)

        with bound_contextvars(correlation_id=chosen):
            await self._app(scope, receive, with_id)


def correlation_id(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The id of the request at hand."""
    return str(connection.scope["state"]["correlation_id"])
