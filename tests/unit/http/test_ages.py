"""Answers that come of something stale say so, and nothing else does."""

from litestar import Router, get
from litestar.params import FromPath
from litestar.testing import AsyncTestClient

from medianest.adapters.http.ages import marks_stale
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.app import HttpSettings, create_app
from medianest.adapters.http.foundation.observation import HttpMetrics
from medianest.application.kept_reads import KeptReads
from medianest.application.tracing import Tracer
from tests.fakes.clock import FakeClock
from tests.fakes.ids import SeededIds
from tests.fakes.traces import FakeTraces
from tests.unit.application.upstream import LIFETIMES, World
from tests.unit.http.sample import PlentyLimiter, authenticate


def client_of(world: World, reads: KeptReads) -> AsyncTestClient:
    @get("/{name:str}", opt={"access": Access.PUBLIC})
    async def read(name: FromPath[str]) -> dict[str, str | None]:
        kept = await reads.get(world.upstream.read(name))
        return {"text": kept.value.text if kept else None}

    return AsyncTestClient(
        create_app(
            [Router(path="/api/v1/read", route_handlers=[read], middleware=[marks_stale])],
            settings=HttpSettings(version="1", rate_limits=False),
            authenticate=authenticate,
            rate_limiter=PlentyLimiter(),
            metrics=HttpMetrics(),
            tracer=Tracer(FakeTraces(), FakeClock(), SeededIds()),
        )
    )


async def test_an_answer_made_of_something_stale_is_marked_and_the_same_when_it_is_fresh() -> None:
    world = World()
    reads = world.process()
    async with client_of(world, reads) as client:
        fresh = await client.get("/api/v1/read/a")
        world.clock.advance(LIFETIMES.stale)
        world.upstream.is_away = True
        stale = await client.get("/api/v1/read/a")
        unchanged = await client.get("/api/v1/read/a", headers={"If-None-Match": fresh.headers["etag"]})
        world.upstream.is_away = False
        world.clock.advance(1)
        again = await client.get("/api/v1/read/a")
    marks = [answer.headers.get("x-metadata") for answer in (fresh, stale, unchanged, again)]
    assert marks == [None, "stale", "stale", None]
    assert [answer.status_code for answer in (fresh, stale, unchanged, again)] == [200, 200, 304, 200]
    assert fresh.content == stale.content
