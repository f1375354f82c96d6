"""Not too much at once: what everybody may call in a while, by class of route, and how they are told.

Every answer says what is left, in the fields of the IETF's draft-ietf-httpapi-ratelimit-headers-10: `RateLimit-Policy`
names the budgets that the call was taken from, `RateLimit` what is left of each (`r`) and in how many seconds there is
one more (`t`). The three fields of its older versions have room for one budget only, and asking for a title is taken
from two.
"""

from typing import Any, Final, Literal, get_args

import msgspec
from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import HTTPScope, Message, Receive, Send

from medianest.adapters.http.foundation.access import routes_of
from medianest.adapters.http.foundation.caller import Caller
from medianest.adapters.http.foundation.entrance import API, AUTH, address_of
from medianest.adapters.http.foundation.layers import HttpApp
from medianest.adapters.http.foundation.problems import TooManyRequests, seconds
from medianest.ports.cache import Allowance, RateLimiter

OPT: Final = "rate"
"""The key in a route's `opt` under which a class stands that its calls count for, beside that of all calls."""

RateClass = Literal["api", "auth", "pictures", "requests", "comments", "downloads"]

PICTURES: Final = ("/api/v1/media/image/", "/api/v1/plex/image")
"""Where they are: a page shows dozens at once, and each is a call."""

_STATE: Final = "medianest_rates"


class UnknownRateClass(Exception):
    """A route counts for a class that there is not. The application does not start."""


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """`quota` calls in `window` seconds. All of them at once, if somebody likes; then they come back evenly."""

    quota: int
    window: int

    @property
    def per_second(self) -> float:
        return self.quota / self.window


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """`auth` is for changes below `/api/v1/auth/`, of one address, and `pictures` for those alone; the rest for each
    person, and for an address while nobody is signed in. `requests`, `comments` (follows too) and `downloads` count
    every call, also one that is then refused: they are a brake on haste, and what was granted is counted by quotas."""

    api: Rate = Rate(quota=100, window=60)
    auth: Rate = Rate(quota=60, window=60)
    pictures: Rate = Rate(quota=1000, window=60)
    requests: Rate = Rate(quota=20, window=3600)
    comments: Rate = Rate(quota=60, window=3600)
    downloads: Rate = Rate(quota=5, window=3600)


class Budgets:
    """What is left of each class, and for whom. One for the layer and the guard, which see a call one after the
    other."""

    def __init__(self, limiter: RateLimiter, rates: Rates) -> None:
        self._limiter = limiter
        self._rates = rates

    async def take(self, scope: HTTPScope, name: RateClass) -> None:
        """Take one call. Raises TooManyRequests; what is left is noted in the scope, however it ends."""
        rate: Rate = getattr(self._rates, name)
        caller = scope["user"]
        owner = f"user:{caller.user_id}" if isinstance(caller, Caller) and name != "auth" else address_of(scope)
        allowance = await self._limiter.take(f"{name}:{owner}", capacity=rate.quota, per_second=rate.per_second)
        scope["state"].setdefault(_STATE, []).append((name, rate, allowance))
        if not allowance.is_granted:
            raise TooManyRequests(allowance.next_in)

    async def guard(self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        """For routes of a class of their own; after that of who may call them."""
        if (name := handler.opt.get(OPT)) is not None:
            await self.take(connection.scope, name)  # type: ignore[arg-type]


class RateLimit:
    """ASGI layer: takes every call below `/api/` from the budget of whoever calls, before anything is routed or read.
    The address is that of the peer, or what a trusted proxy says it is (Forwarding): no header of a stranger can forge
    it. A live stream is one call, however long it flows."""

    def __init__(self, app: HttpApp, budgets: Budgets) -> None:
        self._app = app
        self._budgets = budgets

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        if not scope["path"].startswith(API):
            await self._app(scope, receive, send)
            return

        async def telling(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = told_by(scope).items()
                message["headers"] = [
                    *message["headers"],
                    *((name.lower().encode(), value.encode()) for name, value in told),
                ]
            await send(message)

        try:
            await self._budgets.take(scope, _class_of(scope))
        except TooManyRequests as hasty:
            hasty.headers |= told_by(scope)  # it is answered further out
            raise
        await self._app(scope, receive, telling)


def _class_of(scope: HTTPScope) -> RateClass:
    is_read = scope["method"] in ("GET", "HEAD", "OPTIONS")
    if scope["path"].startswith(AUTH) and not is_read:
        return "auth"
    return "pictures" if scope["path"].startswith(PICTURES) and is_read else "api"


def ensure_every_class_is_known(app: Litestar) -> None:
    """Raises UnknownRateClass, naming the routes."""
    known = {None, *get_args(RateClass)}
    lost = [f"{method} {path}" for method, path, handler in routes_of(app) if handler.opt.get(OPT) not in known]
    if lost:
        raise UnknownRateClass(f'No such opt={{"{OPT}": ...}}: ' + ", ".join(sorted(lost)))


def told_by(scope: HTTPScope) -> dict[str, str]:
    """The headers that say what is left."""
    taken: list[tuple[str, Rate, Allowance]] = scope["state"].get(_STATE, [])
    return {
        "RateLimit-Policy": ", ".join(f'"{name}";q={rate.quota};w={rate.window}' for name, rate, _ in taken),
        "RateLimit": ", ".join(f'"{name}";r={it.left};t={seconds(it.next_in)}' for name, _, it in taken),
    }
