"""Who may call what: every route names its place, a guard enforces it, and the table can be read."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.routes import HTTPRoute

from medianest.adapters.http.foundation.caller import Caller, caller_of
from medianest.adapters.http.foundation.problems import ConfirmationRequired, HttpProblem, NotAllowed
from medianest.domain.api_key import Scope
from medianest.domain.key_scopes import scope_for
from medianest.domain.user.vocabulary import Permission

OPT: Final = "access"
"""The key in a route's `opt` under which its place stands."""

FRESH: Final = "fresh"
"""The key under which a weighty route says so: True, or in words which part of it is (its handler asks for that part
itself, by `ensure_fresh`)."""

SCOPE: Final = "scope"
"""The key under which a route names the scope that an API key needs for it, where that is not what follows from its
place and method; None where no key may call it."""

KEYLESS: Final = "/api/v1/auth/"
"""Where people look after what they sign in with: nothing for keys."""


@dataclass(frozen=True, slots=True)
class Access:
    """A route's place in the permission table."""

    name: str
    needs: Permission | None = None

    PUBLIC: ClassVar["Access"]
    ENROLLING: ClassVar["Access"]
    """Also for those who have to enrol a second factor before anything else."""
    SIGNED_IN: ClassVar["Access"]
    ADMIN: ClassVar["Access"]

    @staticmethod
    def permission(name: Permission) -> "Access":
        """For people who hold this permission; an administrator holds all of them."""
        return Access(f"permission {name}", name)

    def check(self, caller: Caller) -> None:
        """Raises NotAllowed, naming what is missing."""
        if caller.is_limited and (self != Access.ENROLLING or caller.session is None):  # no key enrols anything
            text = (
                "Enrol a second factor first: this server requires one of you (/api/v1/auth/second-factor/enrolment)."
            )
            raise HttpProblem(403, "second_factor_enrolment_required", text)
        if self == Access.ADMIN and caller.role != "admin":
            raise NotAllowed("Only an administrator may do this.")
        if self.needs is not None and self.needs not in caller.permissions:
            raise NotAllowed(f"This needs the permission {self.needs}.")


Access.PUBLIC = Access("public")
Access.ENROLLING = Access("signed in, second factor or not")
Access.SIGNED_IN = Access("signed in")
Access.ADMIN = Access("administrator")


class RouteWithoutAccess(Exception):
    """A route does not say who may call it. The application does not start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the permission table."""

    method: str
    path: str
    access: str
    operation: str
    fresh: str = ""
    """What of it needs a proof of late: "all", a part of it in words, or nothing."""
    scope: Scope | None
    """None: no API key opens it, or nothing has to be opened."""


async def require_access(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:  # a guard; async, since Litestar runs synchronous ones in a thread
    access = handler.opt.get(OPT)
    if access is None or access == Access.PUBLIC:
        return  # only Litestar's own OPTIONS handlers have no place: see ensure_every_route_has_a_place
    caller = caller_of(connection)
    if caller.scopes is not None:
        _check_scope(caller.scopes, scope_of(str(connection.scope.get("method")), connection.scope["path"], handler))
    access.check(caller)
    if handler.opt.get(FRESH) is True:
        ensure_fresh(caller)


def scope_of(method: str, path: str, handler: BaseRouteHandler) -> Scope | None:
    """The one scope that an API key needs for this; None where a key opens nothing, or nothing has to be opened."""
    if SCOPE in handler.opt:
        scope: Scope | None = handler.opt[SCOPE]
        return scope
    access = _access(handler)
    if access == Access.PUBLIC or path.startswith(KEYLESS) or handler.opt.get(FRESH) is True:
        return None
    if access == Access.ADMIN:
        return "admin"
    if access.needs is not None:
        return scope_for(access.needs)
    return "read" if method in ("GET", "HEAD") else "request"


def _check_scope(scopes: Collection[Scope], needed: Scope | None) -> None:
    """Raises NotAllowed, HttpProblem 403 (`scope_missing`)."""
    if needed is None:
        raise NotAllowed("This is for people who signed in. An API key cannot do it.")
    if needed not in scopes:
        raise HttpProblem(403, "scope_missing", f"This API key would need the scope {needed}. Make one that has it.")


def ensure_fresh(caller: Caller) -> None:
    """Before something weighty: a stolen session, or somebody at a device that was left open, must not come so far.
    Raises ConfirmationRequired, and NotAllowed for an API key, which can confirm nothing."""
    if caller.session is None:
        raise NotAllowed("This is for people who signed in. An API key cannot do it.")
    if not caller.is_fresh:
        raise ConfirmationRequired


def routes_of(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    """(method, OpenAPI path, handler) of every HTTP route; without the OPTIONS answers that Litestar adds."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for method, (handler, _) in route.route_handler_map.items():
                if method != "OPTIONS":
                    yield str(method), route.path_format, handler


def ensure_every_route_has_a_place(app: Litestar) -> None:
    """Raises RouteWithoutAccess, naming the routes, also for routes that are no HTTP handlers."""
    lost = [f"{method} {path}" for method, path, handler in routes_of(app) if not isinstance(_access(handler), Access)]
    lost += [route.path_format for route in app.routes if not isinstance(route, HTTPRoute)]
    if lost:
        raise RouteWithoutAccess(f'No opt={{"{OPT}": Access...}} on: ' + ", ".join(sorted(lost)))


def permission_table(app: Litestar) -> Sequence[Row]:
    """Every documented route and who may call it, by path."""
    rows = [
        Row(
            method=method,
            path=path,
            access=_access(handler).name,
            operation=handler.handler_name,
            fresh=_fresh(handler),
            scope=scope_of(method, path, handler),
        )
        for method, path, handler in routes_of(app)
        if handler.resolve_include_in_schema()
    ]
    return sorted(rows, key=lambda row: (row.path, row.method))


def _access(handler: BaseRouteHandler) -> Any:
    return handler.opt.get(OPT)


def _fresh(handler: BaseRouteHandler) -> str:
    asked = handler.opt.get(FRESH, False)
    return asked if isinstance(asked, str) else "all" if asked else ""
