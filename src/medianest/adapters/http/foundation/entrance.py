"""What every request passes before it reaches a route: sane in form, signed in or not, and not too many at once."""

import asyncio
from ipaddress import IPv6Address, ip_address
from typing import Final

import msgspec
import structlog
from litestar.types import HTTPScope, Message, Receive, Send

from medianest.adapters.http.foundation.answers import Answers
from medianest.adapters.http.foundation.caller import Authenticate, Caller, sign_in
from medianest.adapters.http.foundation.layers import HttpApp
from medianest.adapters.http.foundation.problems import HttpProblem, NotFound, TooManyRequests
from medianest.adapters.http.foundation.request import BODY_LIMIT
from medianest.ports.cache import RateLimiter

API: Final = "/api/"
AUTH: Final = "/api/v1/auth/"
STOPPING: Final = HttpProblem(
    503, "stopping", "MediaNest is being stopped or started again. Try again shortly.", headers={"Retry-After": "5"}
)
_BEARER: Final = b"bearer "

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
        if len(length) > 18 or int(length) > BODY_LIMIT:
            raise HttpProblem(413, "body_too_large", f"A body may have at most {BODY_LIMIT} bytes.")
        if "\0" in scope["path"] or "\ufffd" in scope["path"]:
            raise NotFound  # NUL and invalid UTF-8 name nothing of ours, and Postgres takes no NUL
        if "//" in scope["path"]:
            raise NotFound  # Litestar would route `//api` as `/api`, past whatever goes by the path, such as the limits
        await self._app(scope, receive, send)


class Authentication:
    """ASGI layer: reads `Authorization: Bearer`. A token that is no good leaves the caller unknown; whether that
    matters is the route's affair."""

    def __init__(self, app: HttpApp, authenticate: Authenticate) -> None:
        self._app = app
        self._authenticate = authenticate

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        given = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        caller: Caller | None = None
        has_token = given[: len(_BEARER)].lower() == _BEARER and scope["path"].startswith(API)
        if has_token and given.isascii():
            caller = await self._authenticate(given[len(_BEARER) :].strip().decode("ascii"))
        sign_in(scope, caller, rejected=has_token and caller is None)
        await self._app(scope, receive, send)


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """Two token buckets: so many requests at once, so many a second after that."""

    capacity: int = 300
    per_second: float = 50.0
    auth_capacity: int = 60
    auth_per_second: float = 1.0


class RateLimit:
    """ASGI layer: a bucket for each person (an address, while nobody is signed in), and a stricter one for each
    address that changes something below `/api/v1/auth/`. The address is that of the peer: no header can forge it."""

    def __init__(self, app: HttpApp, limiter: RateLimiter, rates: Rates) -> None:
        self._app = app
        self._limiter = limiter
        self._rates = rates

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(API):
            rates = self._rates
            address = address_of(scope)
            caller = scope["user"]
            if scope["path"].startswith(AUTH) and scope["method"] not in ("GET", "OPTIONS"):
                wait = await self._limiter.take(
                    f"auth:{address}", capacity=rates.auth_capacity, per_second=rates.auth_per_second
                )
            else:
                bucket = f"user:{caller.user_id}" if isinstance(caller, Caller) else f"address:{address}"
                wait = await self._limiter.take(bucket, capacity=rates.capacity, per_second=rates.per_second)
            if wait > 0:
                raise TooManyRequests(wait)
        await self._app(scope, receive, send)


def address_of(scope: HTTPScope) -> str:
    """The peer's IP address; of IPv6 the /64, which is what one household has. "local" for a Unix socket."""
    client = scope.get("client")
    if not client:
        return "local"
    try:
        address = ip_address(client[0])
    except ValueError:
        return "local"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return f"{IPv6Address(int(address) >> 64 << 64)}/64"
    return str(address)
