"""What every request passes before it reaches a route: sane in form, signed in or not."""

import asyncio
from typing import Final

import structlog
from litestar.types import HTTPScope, Message, Receive, Send

from medianest.adapters.http.foundation.answers import Answers
from medianest.adapters.http.foundation.caller import Authenticate, Caller, Notice, sign_in
from medianest.adapters.http.foundation.cookies import ACCESS, CSRF, take_away
from medianest.adapters.http.foundation.credentials import shown_in
from medianest.adapters.http.foundation.csrf import access_of
from medianest.adapters.http.foundation.layers import HttpApp
from medianest.adapters.http.foundation.problems import HttpProblem, NotFound
from medianest.adapters.http.foundation.refused_keys import RefusedKeys
from medianest.adapters.http.foundation.request import body_limit
from medianest.domain.lockout import household
from medianest.ports.api_keys import PREFIX

API: Final = "/api/"
AUTH: Final = "/api/v1/auth/"
STOPPING: Final = HttpProblem(
    503, "stopping", "MediaNest is being stopped or started again. Try again shortly.", headers={"Retry-After": "5"}
)

_log = structlog.stdlib.get_logger("medianest.http")


class Barrier:
    """ASGI layer: whatever is raised inside, also outside of any route, becomes a problem answer."""

    def __init__(self, app: HttpApp, answers: Answers) -> None:
        self._app = app
        self._answers = answers

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        has_started = False

        async def watched(message: Message) -> None:
            nonlocal has_started
            has_started = has_started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            if has_started:  # too late for an answer: the server cuts the connection, which tells the client
                _log.error("answer broken off", exc_info=error)
            else:
                await self._answers.send(error, scope, send)
        except asyncio.CancelledError:
            # The server ends, and has waited for this long enough. Whether the change was made is not known here.
            if has_started:
                raise
            await self._answers.send(STOPPING, scope, send)


class Sanity:
    """ASGI layer: refuses what no route could take. (A body without Content-Length is counted while it is read.)"""

    def __init__(self, app: HttpApp) -> None:
        self._app = app

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not length.isdigit():
            raise HttpProblem(400, "bad_request", "Content-Length is not a number.")
        limit = body_limit(scope["path"])
        if len(length) > 18 or int(length) > limit:
            raise HttpProblem(413, "body_too_large", f"A body may have at most {limit} bytes.")
        if "\0" in scope["path"] or "\ufffd" in scope["path"]:
            raise NotFound  # NUL and invalid UTF-8 name nothing of ours, and Postgres takes no NUL
        if "//" in scope["path"]:
            raise NotFound  # Litestar would route `//api` as `/api`, past whatever goes by the path, such as the limits
        await self._app(scope, receive, send)


class Authentication:
    """ASGI layer: reads `Authorization: Bearer` or `X-Api-Key`, and without these the cookie. A token that is no good
    leaves the caller unknown; whether that matters is the route's affair. A cookie that opens nothing is taken away;
    that of the refresh token stays, or a token that expires on its way would sign somebody out. Without `keys` whoever
    makes keys up is never told to wait."""

    def __init__(
        self,
        app: HttpApp,
        authenticate: Authenticate,
        notice: Notice | None = None,
        keys: RefusedKeys | None = None,
    ) -> None:
        self._app = app
        self._authenticate = authenticate
        self._notice = notice
        self._keys = keys

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        is_ours = scope["path"].startswith(API)
        shown = shown_in(scope) if is_ours else None
        kept = access_of(scope) if is_ours else None
        credential = shown if shown is not None else kept
        caller = await self._read(credential, scope) if credential else None
        if shown is None and caller is not None and caller.scopes is not None:
            caller = None  # an API key in a cookie: keys are for programs, which send headers
        if credential and self._notice is not None:
            await self._notice(scope, credential, caller)
        if kept is not None and caller is None:
            take_away(scope, ACCESS, CSRF)
        sign_in(scope, caller, rejected=credential is not None and caller is None)
        await self._app(scope, receive, send)

    async def _read(self, credential: str, scope: HTTPScope) -> Caller | None:
        if self._keys is not None and credential.startswith(PREFIX):
            return await self._keys.ask(credential, address_of(scope))
        return await self._authenticate(credential)


def address_of(scope: HTTPScope) -> str:
    """The client's IP address; of IPv6 the /64, which is what one household has. "local" for a Unix socket."""
    client = scope.get("client")
    return household(client[0] if client else None)
