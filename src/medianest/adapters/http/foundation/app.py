"""The application: routes from outside, and around them everything that all routes share."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from secrets import token_bytes
from typing import Any, Final

import msgspec
from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.di import Provide
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import License, Tag
from litestar.types import ControllerRouterHandler

from medianest.adapters.http.foundation.access import ensure_every_route_has_a_place, require_access
from medianest.adapters.http.foundation.answers import Answers
from medianest.adapters.http.foundation.caller import Authenticate, Notice
from medianest.adapters.http.foundation.correlation import Correlation
from medianest.adapters.http.foundation.cors import Cors
from medianest.adapters.http.foundation.csrf import CsrfTokens, ForgeryGuard
from medianest.adapters.http.foundation.documentation import (
    PATH,
    DocumentPlugin,
    PagePlugin,
    documentation_router,
    show_the_way,
)
from medianest.adapters.http.foundation.entrance import Authentication, Barrier, Sanity
from medianest.adapters.http.foundation.forwarding import Forwarding
from medianest.adapters.http.foundation.head import Head
from medianest.adapters.http.foundation.headers import AnswerHeaders
from medianest.adapters.http.foundation.layers import HttpApp, around_http
from medianest.adapters.http.foundation.observation import HttpMetrics, Observation
from medianest.adapters.http.foundation.openapi import ensure_every_operation_has_its_name
from medianest.adapters.http.foundation.options import Options, allowed_methods
from medianest.adapters.http.foundation.parameters import Parameters
from medianest.adapters.http.foundation.rate_limit import Budgets, RateLimit, Rates, ensure_every_class_is_known
from medianest.adapters.http.foundation.refused_keys import RefusedKeys
from medianest.adapters.http.foundation.request import BODY_LIMIT, StrictRequest
from medianest.adapters.http.foundation.schema import camel
from medianest.adapters.http.foundation.tracing import Tracing
from medianest.adapters.http.foundation.transfer import Transfer
from medianest.application.networks import Network
from medianest.application.tracing import Tracer
from medianest.ports.cache import RateLimiter

Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]

_ABOUT: Final = (
    "Ask for films and series, approve, watch, and remember. Every answer carries `X-Correlation-Id`; every refusal is "
    "an RFC 9457 problem with a stable `code`; times are RFC 3339 in UTC; whole numbers are written without a "
    "fraction. What is called `...Path` (`/x.jpg`) is a picture of The Movie Database, at "
    "`/api/v1/media/image/w342/x.jpg` or in another width; `thumb` and `art` are pictures of a media server, for "
    "`path` of `/api/v1/plex/image`."
)


class HttpSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`rate_limits=False` turns the limits off (tests, load trials). `version` is shown in the OpenAPI document.
    `trusted_proxies` are believed when they say who calls through them; pages of `cors_origins` may call."""

    version: str
    rate_limits: bool = True
    rates: Rates = Rates()
    trusted_proxies: Sequence[Network] = ()
    cors_origins: Collection[str] = frozenset()


def create_app(
    route_handlers: Sequence[ControllerRouterHandler],
    *,
    settings: HttpSettings,
    authenticate: Authenticate,
    notice: Notice | None = None,
    rate_limiter: RateLimiter,
    metrics: HttpMetrics,
    lifespan: Sequence[Lifespan] = (),
    dependencies: Mapping[str, Provide] | None = None,
    tags: Sequence[Tag] = (),
    tracer: Tracer | None = None,
    csrf: CsrfTokens | None = None,
) -> Litestar:
    """The ASGI application. Without a `tracer` no request leaves a trace; without `csrf` no cookie changes anything.

    Raises RouteWithoutAccess for a route that does not name its place in the permission table, LostBound for a
    parameter whose bounds Litestar would drop, UnknownRateClass for a route that counts for none that there is,
    ValueError for an operation id that is used twice.
    """
    parameters = Parameters()
    answers = Answers(parameters)
    forgery = ForgeryGuard(csrf or CsrfTokens(token_bytes()), settings.cors_origins)
    budgets = Budgets(rate_limiter, settings.rates) if settings.rate_limits else None

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        """One, since Litestar copies the handler for each."""
        forgery.check(connection, handler)
        await require_access(connection, handler)
        if budgets is not None:
            await budgets.guard(connection, handler)
        await parameters.guard(connection)

    app = Litestar(
        route_handlers=[show_the_way, *route_handlers],
        dependencies=dict(dependencies or {}),
        lifespan=list(lifespan),
        guards=[guard],
        exception_handlers={Exception: answers.handle},
        request_class=StrictRequest,
        request_max_body_size=BODY_LIMIT,
        logging_config=None,
        debug=False,
        openapi_config=OpenAPIConfig(
            title="MediaNest",
            version=settings.version,
            description=_ABOUT,
            license=License(name="MIT", identifier="MIT"),
            path=PATH,
            tags=list(tags) or None,
            use_handler_docstrings=True,
            operation_id_creator=_operation_id,
            openapi_router=documentation_router(),
            render_plugins=[PagePlugin(), DocumentPlugin()],
        ),
    )
    ensure_every_route_has_a_place(app)
    ensure_every_class_is_known(app)
    parameters.read_from(app)
    ensure_every_operation_has_its_name(app, _operation_id)
    inner: HttpApp = Options(app.asgi_handler, allowed_methods(app))
    if budgets is not None:
        inner = RateLimit(inner, budgets)
    keys = RefusedKeys(authenticate, rate_limiter) if settings.rate_limits else None
    inner = Barrier(Sanity(Authentication(inner, authenticate, notice, keys)), answers)
    # From the outside in. Litestar's own middleware runs after routing, so that a 404 would pass none of it.
    inner = Transfer(inner)
    if settings.cors_origins:
        inner = Cors(inner, settings.cors_origins)
    inner = Head(AnswerHeaders(inner))
    if tracer is not None:
        inner = Tracing(inner, tracer)
    http: HttpApp = Correlation(Observation(inner, metrics))
    if settings.trusted_proxies:
        http = Forwarding(http, settings.trusted_proxies)
    app.asgi_handler = around_http(http, app.asgi_handler)
    return app


def _operation_id(handler: HTTPRouteHandler, *_: object) -> str:
    """The name of the handler function: `ask_for_title` -> `askForTitle`."""
    return camel(handler.handler_name.rsplit(".", 1)[-1])
