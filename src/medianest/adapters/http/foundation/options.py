"""OPTIONS: what an address answers (RFC 9110, 9.3.7). Litestar's own answer forgets all routes but the first."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from litestar import Litestar
from litestar.types import HTTPScope, Message, Receive, Send

from medianest.adapters.http.foundation.access import routes_of
from medianest.adapters.http.foundation.layers import HttpApp

_ALLOW: Final = b"allow"


def allowed_methods(app: Litestar) -> Mapping[str, str]:
    """The value of `Allow` for every path template, as Litestar writes these."""
    methods: dict[str, set[str]] = defaultdict(lambda: {"OPTIONS"})
    for method, path, _ in routes_of(app):
        methods[path] |= {method, "HEAD"} if method == "GET" else {method}
    return {path: ", ".join(sorted(found)) for path, found in methods.items()}


class Options:
    """ASGI layer, next to the routes."""

    def __init__(self, app: HttpApp, allowed: Mapping[str, str]) -> None:
        self._app = app
        self._allowed = allowed

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        if scope["method"] != "OPTIONS":
            await self._app(scope, receive, send)
            return

        async def with_all(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 204:
                rest = [(name, value) for name, value in message["headers"] if name.lower() != _ALLOW]
                template = scope["path_template"]
                message["headers"] = [*rest, (_ALLOW, self._allowed[template].encode())]
            await send(message)

        await self._app(scope, receive, with_all)
