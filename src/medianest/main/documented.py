"""The routes as the documents need them: to be read and never called."""

from typing import Any, cast

from litestar import Litestar

from medianest import __version__
from medianest.adapters.http.app import TAGS, api, door_dependencies
from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.app import HttpSettings, create_app
from medianest.adapters.http.foundation.caller import Authenticate
from medianest.adapters.http.foundation.health import ReadyReport, health_routes
from medianest.adapters.http.foundation.observation import HttpMetrics


def documented_app(settings: HttpSettings | None = None, authenticate: Authenticate | None = None) -> Litestar:
    """The application with nothing behind its routes; without `settings`, no limits around them either, and without
    `authenticate` nobody is let in."""

    async def never(*_: object) -> Any:
        raise NotImplementedError

    async def ready() -> ReadyReport:
        return ReadyReport(status="ok")

    metrics = HttpMetrics()
    return create_app(
        [api(), *health_routes(ready=ready, metrics=metrics)],
        settings=settings or HttpSettings(version=__version__, rate_limits=False),
        authenticate=authenticate or never,
        rate_limiter=cast("Any", None),
        metrics=metrics,
        dependencies=door_dependencies(cast("FrontDoor", None)),
        tags=TAGS,
    )
