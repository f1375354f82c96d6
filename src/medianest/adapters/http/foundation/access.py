"""Who may call what: every route names its place, a guard enforces it, and the table can be read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.routes import HTTPRoute

from medianest.adapters.http.foundation.caller import Caller, caller_of
from medianest.adapters.http.foundation.problems import NotAllowed
from medianest.domain.user.vocabulary import Permission

OPT: Final = "access"
"""The key in a route's `opt` under which its place stands."""


@dataclass(frozen=True, slots=True)
class Access:
    """A route's place in the permission table."""

    name: str
    needs: Permission | None = None

    PUBLIC: ClassVar["Access"]
    SIGNED_IN: ClassVar["Access"]
    ADMIN: ClassVar["Access"]

    @staticmethod
    def permission(name: Permission) -> "Access":
        """For people who hold this permission; an administrator holds all of them."""
        return Access(f"permission {name}", name)

    def check(self, caller: Caller) -> None:
        """Raises NotAllowed, naming what is missing."""
        if self == Access.ADMIN and caller.role != "admin":
            raise NotAllowed("Only an administrator may do this.")
        if self.needs is not None and self.needs not in caller.permissions:
            raise NotAllowed(f"This needs the permission {self.needs}.")


Access.PUBLIC = Access("public")
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


async def require_access(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:  # a guard; async, since Litestar runs synchronous ones in a thread
    access = handler.opt.get(OPT)
    if access is None or access == Access.PUBLIC:
        return  # only Litestar's own OPTIONS handlers have no place: see ensure_every_route_has_a_place
    access.check(caller_of(connection))


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
        Row(method=method, path=path, access=_access(handler).name, operation=handler.handler_name)
        for method, path, handler in routes_of(app)
        if handler.resolve_include_in_schema()
    ]
    return sorted(rows, key=lambda row: (row.path, row.method))


def _access(handler: BaseRouteHandler) -> Any:
    return handler.opt.get(OPT)
