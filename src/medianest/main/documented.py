"""The routes as the documents need them: to be read and never called."""

from typing import Any, cast

from litestar import Litestar

from medianest import __version__
from medianest.adapters.http.app import TAGS, api, door_dependencies
from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.app import HttpSettings, create_app
from medianest.adapters.http.foundation.health import ReadyReport, health_routes
from medianest.adapters.http.foundation.observation import HttpMetrics


def documented_app() -> Litestar:
    """The application with nothing behind its routes."""

    async def never(*_: object) -> Any:
        raise NotImplementedError

    async def ready() -> ReadyReport:
        return ReadyReport(status="ok")

    metrics = HttpMetrics()
    return create_app(
        [api(), *health_routes(ready=ready, metrics=metrics)],
        settings=HttpSettings(version=__version__, rate_limits=False),
        authenticate=never,
        rate_limiter=cast("Any", None),
        metrics=metrics,
        dependencies=door_dependencies(cast("FrontDoor", None)),
        tags=TAGS,
    )
