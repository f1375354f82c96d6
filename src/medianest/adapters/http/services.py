"""`/services/upstreams`: the servers of others that MediaNest calls, and having them called again at once."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter

from medianest.adapters.http.acting import WITHOUT_VERSION, Acting
from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.schema import Moment, Resource
from medianest.application.queries.upstreams import FindUpstream, ListUpstreams, UpstreamSeen, WindowSeen
from medianest.domain.upkeep import UPKEEP, ClearCache, ResetBreaker, upstream_matter
from medianest.ports.upstreams import BreakerState, TokenState

MANAGE_SERVICES: Final = {"access": Access.permission("manage_services")}

UpstreamName = Annotated[
    str, PathParameter(min_length=1, max_length=64, description="As the list has it: `tmdb`, `plex.tv`.")
]


class LatencyResource(Resource):
    """Seconds within which half of the calls, 95 and 99 of a hundred came to an end, retries and waits included; at
    most 9 % above what was measured. Null without calls."""

    p50: float | None
    p95: float | None
    p99: float | None


class WindowResource(Resource):
    """The minute under way and 5 (or 60) before it. `failures`: calls without an answer, with 429 or a 5xx, or that
    say the token is refused. `errorRate` from 0 to 1, null without calls. `retries`: attempts beyond the first."""

    calls: int
    failures: int
    error_rate: float | None
    retries: int
    latency: LatencyResource


class SavedResource(Resource):
    """Reads that cost no call: a kept answer that was fresh (`hits`) or no longer so (`stale`), and the answer to one
    that was under way (`joined`)."""

    hits: int
    stale: int
    joined: int


class FailureResource(Resource):
    at: Moment
    reason: str


class UpstreamResource(Resource):
    """`breaker`: the worst of all processes; while it is `open` nobody calls, and `heldBack` counts who would have.
    `token`: whether ours is `accepted` or `refused`, `untried` before the first answer, `not_set` where the setting is
    missing, and `none` where none of ours is shown. `heldBack` and `saved` count since the processes started."""

    name: str
    breaker: BreakerState
    token: TokenState
    token_seen_at: Moment | None
    last_success_at: Moment | None
    last_failure: FailureResource | None
    last_5_minutes: WindowResource
    last_60_minutes: WindowResource
    held_back: int
    saved: SavedResource


class UpstreamsResource(Resource):
    """`scope` is `all` when the figures of all `processes` are added up, and `process` while the store through which
    they tell one another is away: then they are those of the one that answers. `tmdb_images`
    needs no token, and `oidc` is all sign-in providers together."""

    scope: Literal["process", "all"]
    processes: int
    items: Sequence[UpstreamResource]


@get("/upstreams", opt=MANAGE_SERVICES, summary="How the servers that MediaNest calls are doing")
async def list_upstreams(door: NamedDependency[FrontDoor]) -> UpstreamsResource:
    """The other processes' part is at most a few seconds old. Nothing is called for this."""
    seen = await door.queries.ask(ListUpstreams())
    return UpstreamsResource(scope=seen.scope, processes=seen.processes, items=[_upstream(each) for each in seen.items])


@post(
    "/upstreams/{name:str}/breaker/reset",
    status_code=204,
    opt=MANAGE_SERVICES,
    dependencies=WITHOUT_VERSION,
    summary="Call it again at once",
)
async def reset_breaker(name: UpstreamName, acting: NamedDependency[Acting]) -> Response[None]:
    """For whoever knows that it is well again. Every process obeys within a second; that it was asked is in the log."""
    await acting.door.queries.ask(FindUpstream(name=name))
    order = acting.order(ResetBreaker, upstream=name)
    return await acting.run([order], on=(UPKEEP, upstream_matter(name)), wording=None, views=())


@post(
    "/upstreams/{name:str}/cache/clear",
    status_code=204,
    opt=MANAGE_SERVICES,
    dependencies=WITHOUT_VERSION,
    summary="Forget what it answered",
)
async def clear_cache(name: UpstreamName, acting: NamedDependency[Acting]) -> Response[None]:
    """It is asked for all of it anew, as people come by it; nothing where none of its answers are kept. Every process
    obeys within a second, and that it was asked is in the log."""
    await acting.door.queries.ask(FindUpstream(name=name))
    order = acting.order(ClearCache, upstream=name)
    return await acting.run([order], on=(UPKEEP, upstream_matter(name)), wording=None, views=())


def _upstream(seen: UpstreamSeen) -> UpstreamResource:
    sample = seen.sample
    failure = None
    if sample.last_failure_at is not None:
        failure = FailureResource(at=sample.last_failure_at, reason=sample.last_failure_reason or "")
    return UpstreamResource(
        name=sample.name,
        breaker=sample.breaker,
        token=sample.token,
        token_seen_at=sample.token_seen_at,
        last_success_at=sample.last_success_at,
        last_failure=failure,
        last_5_minutes=_window(seen.short),
        last_60_minutes=_window(seen.long),
        held_back=sample.held_back,
        saved=SavedResource(hits=sample.saved.hits, stale=sample.saved.stale, joined=sample.saved.joined),
    )


def _window(window: WindowSeen) -> WindowResource:
    return WindowResource(
        calls=window.calls,
        failures=window.failures,
        error_rate=window.error_rate,
        retries=window.retries,
        latency=LatencyResource(p50=window.p50, p95=window.p95, p99=window.p99),
    )


services_router = Router(
    path="/services", route_handlers=[list_upstreams, reset_breaker, clear_cache], tags=["Services"]
)
