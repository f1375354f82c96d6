"""Which requests leave a step in the trace, and under which name."""

from litestar.testing import AsyncTestClient

from medianest.adapters.http.foundation.app import HttpSettings, create_app
from medianest.adapters.http.foundation.observation import HttpMetrics
from medianest.application.tracing import Tracer
from tests.fakes.clock import FakeClock
from tests.fakes.ids import SeededIds
from tests.fakes.traces import FakeTraces
from tests.unit.http.sample import AS_ADMIN, AS_MEMBER, SAMPLE, PlentyLimiter, authenticate

A_TITLE = {"titleName": "The Long Winter"}


def client_leaving(traces: FakeTraces) -> AsyncTestClient:
    app = create_app(
        SAMPLE,
        settings=HttpSettings(version="1", rate_limits=False),
        authenticate=authenticate,
        rate_limiter=PlentyLimiter(),
        metrics=HttpMetrics(),
        tracer=Tracer(traces, FakeClock(), SeededIds()),
    )
    return AsyncTestClient(app)


async def test_what_changes_something_leaves_a_step_named_after_its_route() -> None:
    traces = FakeTraces()
    async with client_leaving(traces) as client:
        done = await client.post("/api/v1/titles", json=A_TITLE, headers={"X-Correlation-Id": "a-click"} | AS_MEMBER)
        no = await client.post("/api/v1/titles", json={"titleName": "Twice"}, headers=AS_MEMBER)
        path = "/api/v1/titles/4b1c1a1e-0000-4000-8000-000000000000?secret=hunter2"
        await client.patch(path, headers=AS_ADMIN)
    assert done.status_code == 201
    assert [(step.kind, step.name, step.outcome) for step in traces.steps] == [
        ("request", "POST /titles", "201"),
        ("request", "POST /titles", "409"),
        ("request", "PATCH /titles/{title_id}", "400"),
    ]
    assert traces.steps[0].correlation_id == "a-click" == done.headers["x-correlation-id"]
    assert traces.steps[1].correlation_id == no.json()["correlationId"] == no.headers["x-correlation-id"]


async def test_reading_and_what_strangers_are_refused_leave_nothing() -> None:
    traces = FakeTraces()
    async with client_leaving(traces) as client:
        assert (await client.get("/api/v1/titles")).status_code == 200
        assert (await client.head("/api/v1/titles")).status_code == 200
        assert (await client.post("/api/v1/titles", json=A_TITLE)).status_code == 401
        assert (await client.post("/api/v1/auth/login", json={})).status_code == 400
        assert (await client.post("/api/v1/nowhere", headers=AS_MEMBER)).status_code == 404
        assert traces.steps == []
        assert (await client.post("/api/v1/auth/login", json=A_TITLE)).status_code == 200
    assert [step.name for step in traces.steps] == ["POST /auth/login"]
