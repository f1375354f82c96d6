"""`/health/live`, `/health/ready` and `/metrics`: for those who watch over MediaNest, outside of `/api`."""

import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from ipaddress import ip_address
from typing import Annotated, Any, Final, Literal

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter

from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.observation import HttpMetrics
from medianest.adapters.http.foundation.problems import PROBLEM_JSON, NotAllowed, Problem
from medianest.adapters.http.foundation.schema import Resource
from medianest.adapters.http.foundation.told_headers import NOT_KEPT

CheckStatus = Literal["ok", "degraded", "down"]
_NO_STORE: Final = {"Cache-Control": "no-store"}
_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")

Authorization = Annotated[str | None, HeaderParameter(name="Authorization", include_in_schema=False)]


class Check(Resource):
    """One part of MediaNest. `detail` says in words what is wrong; `figures` are numbers by name."""

    name: str
    status: CheckStatus
    detail: str | None = None
    figures: Mapping[str, float] = {}


class ReadyReport(Resource):
    """`status` is that of the worst check. Degraded still answers 200: slower, not broken."""

    status: CheckStatus
    checks: Sequence[Check] = ()

    @staticmethod
    def of(checks: Sequence[Check]) -> "ReadyReport":
        found = {check.status for check in checks}
        worst: CheckStatus = "down" if "down" in found else "degraded" if "degraded" in found else "ok"
        return ReadyReport(status=worst, checks=checks)

    def for_strangers(self) -> "ReadyReport":
        """Positions, errors and what the owner is to do about them are for those who look after MediaNest."""
        unwell = [Check(name=check.name, status=check.status) for check in self.checks if check.status != "ok"]
        return ReadyReport(status=self.status, checks=unwell)


class LiveReport(Resource):
    status: Literal["ok", "down"]


def health_routes(
    *,
    ready: Callable[[], Awaitable[ReadyReport]],
    live: Callable[[], bool] = lambda: True,
    metrics: HttpMetrics,
    metrics_token: str | None = None,
    refresh: Callable[[], Awaitable[None]] | None = None,
) -> Sequence[HTTPRouteHandler]:
    """The three routes. `live` says whether the process can still do its work (False: restart it). Figures, and
    what is wrong with a part, are given to whoever calls from this machine itself, without a proxy between, or holds
    `metrics_token`; `refresh` is called before each reading, for figures that have to be asked for."""

    @get(
        "/health/live",
        opt={"access": Access.PUBLIC, NOT_KEPT: True},
        tags=["Health"],
        summary="Whether the process lives",
        responses={
            503: ResponseSpec(LiveReport, generate_examples=False, description="The process should be restarted.")
        },
    )
    async def health_live() -> Response[LiveReport]:
        is_alive = live()
        report = LiveReport(status="ok" if is_alive else "down")
        return Response(report, status_code=200 if is_alive else 503, headers=_NO_STORE)

    def is_told(request: Request[Any, Any, Any], authorization: str | None) -> bool:
        return _is_local(request) or _holds(authorization, metrics_token)

    @get(
        "/health/ready",
        opt={"access": Access.PUBLIC, NOT_KEPT: True},
        tags=["Health"],
        summary="Whether MediaNest can serve, part by part",
        responses={503: ResponseSpec(ReadyReport, generate_examples=False, description="A part that matters is down.")},
    )
    async def health_ready(
        request: Request[Any, Any, Any], authorization: Authorization = None
    ) -> Response[ReadyReport]:
        """Those who may read `/metrics` are told of every part, with figures and what is wrong; others which parts are
        not well. At most a second old, but for whether the process is about to stop."""
        report = await ready()
        told = report if is_told(request, authorization) else report.for_strangers()
        return Response(told, status_code=503 if report.status == "down" else 200, headers=_NO_STORE)

    @get(
        "/metrics",
        opt={"access": Access.PUBLIC, NOT_KEPT: True},
        tags=["Health"],
        summary="Figures in Prometheus' text format",
        media_type=HttpMetrics.content_type,
        response_description="Figures by name",
        responses={
            403: ResponseSpec(Problem, generate_examples=False, media_type=PROBLEM_JSON, description="Not for you.")
        },
    )
    async def read_metrics(request: Request[Any, Any, Any], authorization: Authorization = None) -> Response[bytes]:
        if not is_told(request, authorization):
            raise NotAllowed("Figures are for this machine, or for whoever holds MEDIANEST_METRICS_TOKEN.")
        if refresh is not None:
            await refresh()
        return Response(metrics.render(), headers=_NO_STORE, media_type=HttpMetrics.content_type)

    return [health_live, health_ready, read_metrics]


def _is_local(request: Request[Any, Any, Any]) -> bool:
    """Behind a proxy on this machine everybody's peer is this machine, so a forwarded request is nobody local."""
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _holds(authorization: str | None, token: str | None) -> bool:
    if not token or not authorization:
        return False
    return hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode())
